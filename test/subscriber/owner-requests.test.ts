import { describe, expect, it } from "vitest";
import { OWNER_REQUESTS_MAX } from "../../src/subscriber/limits.ts";
import {
  type ProblemJson,
  publish,
  release,
  send,
  settled,
  subscriberIdle,
  subscriberLater,
} from "../support/service.ts";
import { deliveries, endpoint, type Made, own, subscribe, viewOf } from "../support/subscriptions.ts";

const statusesOf = async (count: number, call: () => Promise<Response>) => {
  const statuses: number[] = [];
  for (let nth = 0; nth < count; nth += 1) statuses.push((await call()).status);
  return statuses;
};
const isRefused = async (response: Response, inMinute: boolean) => {
  const { code } = await response.json<ProblemJson>();
  expect([response.status, code]).toEqual([429, "too-many-requests"]);
  const seconds = Number(response.headers.get("retry-after"));
  expect([seconds > 0, seconds <= 60]).toEqual([true, inMinute]);
};

describe("an owner", () => {
  it("can send a limited number of tests in a minute and in an hour; the admin is exempt", async () => {
    // A host of its own: the tests at one host are limited too, by the clock of the machine.
    const made = await subscribe({ url: endpoint().replace("127.0.0.1", "localhost") });
    const test = () => own(made, "/test", "POST");
    const { inMinute, inHour } = OWNER_REQUESTS_MAX.test;
    for (let sent = 0; sent < inHour; sent += inMinute) {
      expect(new Set(await statusesOf(inMinute, test))).toEqual(new Set([202]));
      if (sent === 0) await isRefused(await test(), true);
      await subscriberLater(made.id, 61);
    }
    await isRefused(await test(), false);
    const count = (await deliveries(made)).length;
    expect((await send("POST", `/api/v1/subscriptions/${made.id}/test`, undefined)).status).toBe(202);
    expect((await deliveries(made)).length).toBe(Math.min(count + 1, 50));
    await subscriberLater(made.id, 3_600);
    await send("PATCH", `/api/v1/subscriptions/${made.id}`, { url: endpoint(), verify: false });
    expect((await test()).status).toBe(202);
  });

  it.each<[keyof typeof OWNER_REQUESTS_MAX, (made: Made, event: string) => Promise<Response>, number]>([
    ["replay", (made) => own(made, "/replay", "POST", { after: 0 }), 202],
    ["redeliver", (made, event) => own(made, `/deliveries/${event}/redeliver`, "POST"), 202],
    ["verify", (made) => own(made, "/verify", "POST", {}), 409],
  ])("can %s a limited number of times, each subscription for itself", async (action, call, status) => {
    const [made, other] = [await subscribe(), await subscribe()];
    await publish(release());
    await settled();
    await subscriberIdle(made.id);
    const event = (await deliveries(made))[0]!.event;
    const finished = async () => {
      const response = await call(made, event);
      await subscriberIdle(made.id);
      return response;
    };
    const statuses = await statusesOf(OWNER_REQUESTS_MAX[action].inMinute, finished);
    expect(new Set(statuses)).toEqual(new Set([status]));
    await isRefused(await finished(), true);
    expect((await own(other, "/test", "POST")).status).toBe(202);
    await subscriberLater(made.id, 61);
    expect((await finished()).status).toBe(status);
  });

  it("starts verifications by new URLs within the limit of verify; one beyond it changes nothing", async () => {
    const made = await subscribe({ url: endpoint("500"), verify: true });
    const move = () => own(made, "", "PATCH", { url: endpoint("500") });
    const statuses = await statusesOf(OWNER_REQUESTS_MAX.verify.inMinute, move);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { url } = await viewOf(made);
    await isRefused(await move(), true);
    await isRefused(await own(made, "/verify", "POST", {}), true);
    expect((await viewOf(made)).url).toBe(url);
    // The same URL starts none.
    expect((await own(made, "", "PATCH", { url })).status).toBe(200);
    const asAdmin = await send("PATCH", `/api/v1/subscriptions/${made.id}`, { url: endpoint("500") });
    expect(asAdmin.status).toBe(200);
  });
});

it("limits no calls that send nothing", async () => {
  const made = await subscribe({ url: endpoint() });
  expect(new Set(await statusesOf(20, () => own(made)))).toEqual(new Set([200]));
});

describe("tests at one host", () => {
  it("are limited over all subscriptions there; other hosts and the admin are not affected", async () => {
    // Nothing listens on the port: this file's other tests use the receiver's host.
    const at = (nth: number) => `http://127.0.0.1:9/${nth}`;
    const { inMinute } = OWNER_REQUESTS_MAX.test;
    // The limit counts by the minutes of the machine's clock. If one ends among these calls, one of the two minutes
    // still has more calls than the limit of 60.
    const made: Made[] = [];
    for (let nth = 0; nth < 130 / inMinute; nth += 1) made.push(await subscribe({ url: at(nth) }));
    const calls = made.flatMap((one) => Array.from({ length: inMinute }, () => own(one, "/test", "POST")));
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    const sent = statuses.filter((status) => status === 202).length;
    expect(new Set(statuses)).toEqual(new Set([202, 429]));
    expect([sent >= 60, sent <= 120]).toEqual([true, true]);
    const elsewhere = await subscribe();
    expect((await own(elsewhere, "/test", "POST")).status).toBe(202);
    const byAdmin = await send("POST", `/api/v1/subscriptions/${made[0]!.id}/test`, undefined);
    expect(byAdmin.status).toBe(202);
    for (const { id } of made) await send("DELETE", `/api/v1/subscriptions/${id}`, undefined);
  });
});
