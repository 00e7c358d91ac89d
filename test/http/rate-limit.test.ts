import { describe, expect, it } from "vitest";
import { untilRefused } from "../support/rate-limits.ts";
import { ADMIN, kvBody, type ProblemJson, publish, release, request, settled } from "../support/service.ts";
import { own, subscribe } from "../support/subscriptions.ts";

function from(address: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("cf-connecting-ip", address);
  return request(path, { ...init, headers });
}

const refusal = async (answer: Response) => [
  answer.status,
  answer.headers.get("retry-after"),
  (await answer.json<ProblemJson>()).code,
];
const TOO_MANY = [429, "60", "too-many-requests"];

describe("requests that wake the Newsroom", () => {
  it("are limited for each client, whichever call it makes, and not for the admin", async () => {
    const address = "192.0.2.41";
    const id = crypto.randomUUID();
    const { sent, refused } = await untilRefused((nth) => from(address, `/en/releases/never-was-${nth}`));
    expect(await refusal(refused)).toEqual(TOO_MANY);
    expect(sent).toBeLessThanOrEqual(620);
    const made = await subscribe();
    const bearer = { authorization: `Bearer ${made.token}` };
    const calls: [string, RequestInit?][] = [
      ["/api/v1/releases"],
      ["/api/v1/events"],
      ["/api/v1/events/stream"],
      ["/healthz"],
      [`/r/${id}`],
      [`/api/v1/releases/${id}`],
      [`/api/v1/releases/${id}/editions`],
      [`/api/v1/releases/${id}/editions/1`],
      [`/api/v1/releases/${id}/editions/1/diff/2`],
      ["/en/topics/never-was/feed.rss"],
      ["/api/v1/subscriptions", { method: "POST", body: "{}" }],
      [`/api/v1/subscriptions/${made.id}`, { headers: bearer }],
      [`/api/v1/subscriptions/${made.id}/pause`, { method: "POST", headers: bearer }],
    ];
    for (const [path, init] of calls) {
      const { refused: answer } = await untilRefused(() => from(address, path, init), 1);
      expect(await refusal(answer), path).toEqual(TOO_MANY);
    }
    expect((await from(address, "/api/v1/releases", { headers: ADMIN })).status).toBe(200);
    expect((await from(address, `/api/v1/releases/${id}`, { headers: ADMIN })).status).toBe(404);
    // Another network, and this machine.
    expect((await from("192.0.3.1", "/api/v1/releases")).status).toBe(200);
    expect((await request("/api/v1/releases")).status).toBe(200);
    expect((await from("127.0.0.1", "/api/v1/releases")).status).toBe(200);
    expect((await own(made)).status).toBe(200);
  });

  it("are limited for a household, whichever of its addresses it uses", async () => {
    const { sent, refused } = await untilRefused((nth) =>
      from(`2001:db8:ca11:${(nth % 256).toString(16)}::1`, "/api/v1/releases?limit=1"),
    );
    expect(await refusal(refused)).toEqual(TOO_MANY);
    expect(sent).toBeGreaterThan(300);
    expect((await from("2001:db8:ca11:100::1", "/api/v1/releases?limit=1")).status).toBe(200);
  });

  it("are not what KV answers", async () => {
    const text = release();
    await publish(text);
    await settled();
    const path = `/en/releases/${String(text["slug"])}`;
    expect(await kvBody(path)).not.toBeNull();
    const address = "198.51.100.41";
    await untilRefused((nth) => from(address, `/en/releases/never-was-${nth}`));
    expect((await from(address, path)).status).toBe(200);
    expect((await from(address, "/feed.rss")).status).toBe(200);
  });
});

it("counts requests without an address on Cloudflare as those of one client", async () => {
  const { refused } = await untilRefused(() => request("/healthz", { cf: { colo: "EVN" } }));
  expect(await refusal(refused)).toEqual(TOO_MANY);
});
