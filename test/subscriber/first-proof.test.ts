import { env } from "cloudflare:workers";
import { runDurableObjectAlarm } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { expect, it } from "vitest";
import { subscriber } from "../../src/runtime/stubs.ts";
import {
  ADMIN,
  type ProblemJson,
  release,
  request,
  requestUnread,
  subscriberIdle,
  subscriberLater,
} from "../support/service.ts";
import { arrivals, endpoint, type Made, own, publishTo, subscribe } from "../support/subscriptions.ts";

const secretOf = (bytes: number) => `whsec_${crypto.getRandomValues(new Uint8Array(bytes)).toBase64()}`;

const ask = (url: string, fields: Record<string, unknown> = {}, send = request): Promise<Response> =>
  send("/api/v1/subscriptions", {
    method: "POST",
    headers: { ...ADMIN, "content-type": "application/json" },
    body: JSON.stringify({ url, ...fields }),
  });

it("arrives after the owner has read the secret", async () => {
  const made = { endpoint: endpoint("echo") };
  const answer = await ask(made.endpoint, {}, requestUnread);
  expect(answer.status).toBe(201);
  expect(await arrivals(made)).toEqual([]);
  const { id } = await answer.json<Made>();
  await subscriberIdle(id);
  expect(await arrivals(made)).toHaveLength(1);
});

it("arrives a second later if the owner never reads the secret", async () => {
  const made = { endpoint: endpoint("echo") };
  const answer = await ask(made.endpoint, {}, requestUnread);
  const id = answer.headers.get("location")?.split("/").at(-1) ?? "";
  expect(await runDurableObjectAlarm(subscriber(env, id) as unknown as DurableObjectStub)).toBe(true);
  await subscriberIdle(id);
  expect(await arrivals(made)).toHaveLength(1);
  await answer.body?.cancel();
});

it("is repeated after 1, 2 and 4 seconds, then by the schedule", async () => {
  const made = await subscribe({ url: endpoint("500"), verify: true });
  const attempts: number[] = [];
  for (const seconds of [1.2, 3.4, 7.8, 20, 63]) {
    await subscriberLater(made.id, seconds);
    attempts.push((await arrivals(made)).length);
  }
  expect(attempts).toEqual([2, 3, 4, 4, 5]);
});

it("is signed with the secret that the subscriber gives, and so is every event", async () => {
  for (const bytes of [24, 25, 64]) {
    const secret = secretOf(bytes);
    const made = await subscribe({ url: endpoint("echo"), verify: true, secret });
    expect(made.secret).toBe(secret);
    await publishTo([made], release());
    const sent = await arrivals(made);
    expect(sent.map(({ headers }) => headers["webhook-event"])).toEqual([
      "subscription.verify",
      "release.published",
    ]);
    for (const { headers, body } of sent)
      expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
    expect(JSON.stringify(await (await own(made)).json())).not.toContain(secret);
  }
});

it.each([
  secretOf(23),
  secretOf(65),
  "a-password-of-enough-letters-for-everyone",
  secretOf(32).slice("whsec_".length),
  `${secretOf(32)} `,
  secretOf(32).slice(0, -1),
  "",
  17,
])("refuses %j as a secret", async (secret) => {
  const answer = await ask(endpoint("echo"), { secret });
  expect(answer.status).toBe(422);
  expect((await answer.json<ProblemJson>()).errors).toMatchObject([{ path: "/secret" }]);
});

it("says that another secret was not taken where the subscription exists, and rotates to a given one", async () => {
  const [secret, other] = [secretOf(32), secretOf(32)];
  const made = await subscribe({ verify: false, secret });
  const again = async (given: string) =>
    (await (await ask(made.endpoint, { secret: given })).json<{ notTaken: string[] }>()).notTaken;
  expect(await again(secret)).toEqual([]);
  expect(await again(other)).toEqual(["secret"]);
  const rotated = await own(made, "/rotate-secret", "POST", { secret: other });
  expect((await rotated.json<{ secret: string }>()).secret).toBe(other);
  expect(await again(other)).toEqual([]);
});
