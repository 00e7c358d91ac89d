import { describe, expect, it } from "vitest";
import { untilRefused } from "../support/rate-limits.ts";
import { ledgerRows, type ProblemJson, request, send, subscriberIdle } from "../support/service.ts";
import { endpoint, type Made, subscribe, viewOf } from "../support/subscriptions.ts";

const unverified = { verify: true };

describe("pending subscriptions", () => {
  const ask = (client: string, url = endpoint("500")) =>
    request("/api/v1/subscriptions", {
      method: "POST",
      headers: { "content-type": "application/json", "cf-connecting-ip": client },
      body: JSON.stringify({ url }),
    });

  it("are limited for each client, with a Retry-After", async () => {
    const { sent, refused } = await untilRefused(() => ask("192.0.2.1"));
    expect(sent).toBeGreaterThanOrEqual(20);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    // Another client has a limit of its own.
    expect((await ask("192.0.2.2")).status).toBe(201);
    expect(((await subscribe({ url: endpoint("500"), ...unverified })) satisfies Made).status).toBe(
      "pending",
    );
  });

  it("at a host make room for others once their verification has failed", async () => {
    const made: string[] = [];
    const url = (count: number) =>
      new URL(`/${count}?answers=500`, endpoint().replace("127.0.0.1", "localhost")).href;
    for (let count = 0; count < 50; count += 1) {
      const response = await ask(`198.18.${count}.1`, url(count));
      expect(response.status).toBe(201);
      made.push((await response.json<Made>()).id);
    }
    for (const id of made) await subscriberIdle(id);
    expect((await ask("198.18.50.1", url(50))).status).toBe(201);
    const left = await ledgerRows<{ id: string }>(
      "SELECT id FROM subscriptions WHERE host LIKE 'localhost%'",
    );
    expect([left.length, left.some(({ id }) => id === made[0])]).toEqual([50, false]);

    // Beyond the rate limit of the host, a request changes nothing.
    const rows = () => ledgerRows<{ id: string }>("SELECT id FROM subscriptions ORDER BY id");
    await untilRefused((nth) => ask(`198.18.${51 + nth}.1`, url(51 + nth)));
    const { refused } = await untilRefused(async (nth) => {
      const before = await rows();
      const answer = await ask(`198.19.${nth}.1`, url(200 + nth));
      if (answer.status === 429) expect(await rows()).toEqual(before);
      return answer;
    }, 1);
    expect((await refused.json<ProblemJson>()).code).toBe("too-many-verifications");
  });
});

describe("a client with unverified endpoints", () => {
  const unheard = () => `http://[::1]:9/${crypto.randomUUID()}`;
  const post = (path: string, method: string, client: string, token: string, body: unknown) =>
    request(`/api/v1/subscriptions${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        "cf-connecting-ip": client,
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify(body),
    });

  /** Several pending ones, because one takes a limited number of calls that verify it: 140 of all, in a minute. */
  const several = () =>
    Promise.all(Array.from({ length: 14 }, () => subscribe({ url: unheard(), ...unverified })));
  const detailOf = async (answer: Response) => (await answer.json<ProblemJson>()).detail;

  it("can start a limited number of verifications per minute, over all hosts", async () => {
    const client = "203.0.113.3";
    const all = await several();
    const { sent, refused } = await untilRefused((nth) => {
      const made = all[(nth >> 1) % all.length]!;
      return nth % 2 === 0
        ? post(`/${made.id}/verify`, "POST", client, made.token, {})
        : post(`/${made.id}`, "PATCH", client, made.token, { url: `http://127.0.0.${nth + 1}:9/` });
    });
    expect([refused.headers.get("retry-after"), await detailOf(refused)]).toEqual([
      "60",
      expect.stringContaining("from your network"),
    ]);
    expect(sent).toBeLessThanOrEqual(40);
  });

  it("can start no more from the /64s of its /56", async () => {
    const all = await several();
    const move = (address: string, nth: number) => {
      const made = all[nth % all.length]!;
      return post(`/${made.id}`, "PATCH", address, made.token, { url: `http://127.0.1.${nth}:9/` });
    };
    const { sent, refused } = await untilRefused((nth) => move(`2001:db8:be91:${(nth >> 3) % 8}::1`, nth));
    expect([sent <= 120, await detailOf(refused)]).toEqual([
      true,
      expect.stringContaining("from your network"),
    ]);
    expect((await move("2001:db8:be91:100::1", 250)).status).toBe(200);
  });

  it("can start a limited number of verifications at one host, over all addresses", async () => {
    const all = await several();
    const [made] = all as [Made];
    const move = ({ id, token }: Made, nth: number) =>
      post(`/${id}`, "PATCH", `198.18.${nth}.1`, token, { url: unheard() });
    const { sent, refused } = await untilRefused((nth) => move(all[nth % all.length]!, nth));
    expect([sent <= 120, await detailOf(refused)]).toEqual([
      true,
      expect.stringContaining("at [::1]:9 were asked"),
    ]);
    const state = async () => [
      (await viewOf(made)).url,
      await ledgerRows<{ id: string }>("SELECT id FROM subscriptions WHERE status = 'pending'"),
    ];
    await untilRefused(async () => {
      const before = await state();
      const answer = await post("", "POST", "198.19.0.1", "", { url: unheard() });
      if (answer.status === 429) expect(await state()).toEqual(before);
      return answer;
    }, 1);
    // Admin requests are exempt.
    expect((await send("POST", `/api/v1/subscriptions/${made.id}/verify`, {})).status).toBe(200);
  });

  it("uses up no limit with requests that start no verification", async () => {
    const url = endpoint("204").replace("127.0.0.1", "127.0.0.77");
    const client = "203.0.113.4";
    // Two, because one subscription takes a limited number of calls that verify it.
    const both = [await subscribe({ url }), await subscribe({ url: `${url}&second` })];
    const pending = await subscribe({ url: unheard(), ...unverified });
    for (let count = 0; count < 26; count += 1) {
      const made = both[count % 2]!;
      const statuses = await Promise.all([
        post("", "POST", client, "", { url: url.replace("http://", "http://user:pw@") }),
        post("", "POST", client, "", { url }),
        post(`/${made.id}/verify`, "POST", client, made.token, {}),
        post(`/${made.id}`, "PATCH", client, made.token, { url: made.endpoint }),
        post(`/${pending.id}`, "PATCH", client, pending.token, { url }),
        post(`/${pending.id}`, "PATCH", client, pending.token, { url: unheard(), filter: { lang: "xx" } }),
      ]);
      expect(statuses.map(({ status }) => status)).toEqual([422, 409, 409, 200, 409, 422]);
    }
    expect((await post("", "POST", client, "", { url: `${url}&other` })).status).toBe(201);
  });
});
