import { expect, onTestFinished, test } from "vitest";
import { Webhook } from "standardwebhooks";
import { Receiver, type Arrival } from "../../../src/cli/listen/receiver.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const EVENT = {
  type: "release.published",
  timestamp: "2026-11-23T09:15:00Z",
  data: {
    id: "evt_1",
    sequence: 17,
    release: { lang: "hy", title: "Նիստ", url: "https://press.example/hy/releases/nist" },
  },
};

async function openReceiver(): Promise<{ receiver: Receiver; url: string; arrivals: Arrival[] }> {
  const arrivals: Arrival[] = [];
  const receiver = new Receiver((arrival) => void arrivals.push(arrival));
  onTestFinished(() => receiver.close());
  return { receiver, url: await receiver.open(0), arrivals };
}

function post(
  url: string,
  body: string,
  { id = "evt_1", secret = SECRET, at = new Date() } = {},
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, at, body),
    },
  });
}

test("a signed event is accepted, and the same event is recognised the second time", async () => {
  const { receiver, url, arrivals } = await openReceiver();
  receiver.trust(SECRET);
  expect((await post(url, JSON.stringify(EVENT))).status).toBe(204);
  expect((await post(url, JSON.stringify(EVENT))).status).toBe(204);
  const event = { kind: "release", type: "release.published", sequence: 17, ...EVENT.data.release };
  expect(arrivals).toEqual([
    { verified: true, event, again: false },
    { verified: true, event, again: true },
  ]);
});

test("a verification request is answered with its challenge", async () => {
  const { receiver, url, arrivals } = await openReceiver();
  receiver.trust(SECRET);
  const verify = {
    type: "subscription.verify",
    data: { challenge: "c-1", confirm: "https://press.example/x" },
  };
  const answer = await post(url, JSON.stringify(verify));
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ challenge: "c-1" });
  expect(arrivals).toEqual([]);
});

test("a request that arrives before the secret waits for it", async () => {
  const { receiver, url, arrivals } = await openReceiver();
  const early = post(url, JSON.stringify(EVENT));
  // A later request was answered, so the early one has arrived.
  expect((await fetch(url)).status).toBe(405);
  expect(arrivals).toEqual([]);
  receiver.trust(SECRET);
  expect((await early).status).toBe(204);
  expect(arrivals).toHaveLength(1);
});

test.each([
  ["signed with another secret", { secret: `whsec_${Buffer.alloc(32, 8).toString("base64")}` }],
  ["signed an hour ago", { at: new Date(Date.now() - 3_600_000) }],
])("a request %s is refused and reported as not verified", async (_, options) => {
  const { receiver, url, arrivals } = await openReceiver();
  receiver.trust(SECRET);
  expect((await post(url, JSON.stringify(EVENT), options)).status).toBe(400);
  expect(arrivals).toEqual([{ verified: false, reason: expect.any(String) }]);
});

test("a request without a signature is refused", async () => {
  const { receiver, url, arrivals } = await openReceiver();
  receiver.trust(SECRET);
  expect((await fetch(url, { method: "POST", body: JSON.stringify(EVENT) })).status).toBe(400);
  expect(arrivals).toEqual([{ verified: false, reason: expect.any(String) }]);
});

test("a signed body that is not an event is refused", async () => {
  const { receiver, url, arrivals } = await openReceiver();
  receiver.trust(SECRET);
  expect((await post(url, "{")).status).toBe(400);
  expect(arrivals).toEqual([
    { verified: false, reason: "the signature is valid, but the body is not an event" },
  ]);
});
