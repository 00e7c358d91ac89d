import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { keyId, splitKeys } from "../../src/crypto/key-ring.ts";
import { seal, sealingKeyId, UnreadableSecretError, unseal } from "../../src/crypto/sealed.ts";
import { app } from "../../src/http/app.ts";
import { subscriber } from "../../src/runtime/stubs.ts";
import { Subscriber } from "../../src/subscriber/subscriber.ts";
import type { Subscription } from "../../src/subscriber/subscription.ts";
import { ADMIN, BASE_URL, release, request, send, subscriberIdle } from "../support/service.ts";
import {
  arrivals,
  deliveries,
  endpoint,
  type Made,
  own,
  publishTo,
  subscribe,
  viewOf,
} from "../support/subscriptions.ts";

/** The tests run with a key and the former one. */
const [FIRST = "", FORMER = ""] = splitKeys(env.SECRETS_KEY);
const LOST = "bG9zdC1zZWNyZXRzLWtleS1vZi0zMi1ieXRlcy1vci1tb3Jl";

/** Seals a subscription with another key first, as if the service had had that key until now. */
async function sealWith(made: Made, key: string): Promise<void> {
  await runInDurableObject(subscriber(env, made.id), async (_instance, state) => {
    const before = new Subscriber(state, { ...env, SECRETS_KEY: `${key},${FIRST},${FORMER}` });
    expect(await before.reseal()).toBe("resealed");
    await before.idle();
  });
  await evictDurableObject(subscriber(env, made.id));
}

/** The ids of the keys that seal what a subscription stores. */
function sealingKeys(made: Made): Promise<string[]> {
  return runInDurableObject(subscriber(env, made.id), (_instance, { storage }) => {
    const { secrets, header, sealedUrl } = storage.kv.get<Subscription>("subscription")!;
    const sealed = [
      ...secrets.map((secret) => secret.sealed),
      ...(header ? [header.sealedValue] : []),
      ...(sealedUrl === undefined ? [] : [sealedUrl]),
    ];
    return [...new Set(sealed.map(sealingKeyId))];
  });
}

interface Step {
  resealed: number;
  unreadable: string[];
  next: string | null;
}
const resealStep = async (after = "") =>
  (await send("POST", `/api/v1/reseal?after=${after}`, undefined)).json<Step>();

const HEADER = { name: "X-Token", value: "the-owner's-header" };

describe("a sealed text", () => {
  it("names its key, and opens only with that key and only where it was sealed", async () => {
    const sealed = await seal(`${FIRST},${FORMER}`, "text", "sub_1 secret");
    expect(sealingKeyId(sealed)).toBe(await keyId(FIRST));
    expect(await unseal(`${LOST},${FIRST}`, sealed, "sub_1 secret")).toBe("text");
    for (const [keys, place] of [
      [FORMER, "sub_1 secret"],
      [FIRST, "sub_2 secret"],
      [FIRST, "sub_1 header"],
    ] as const) {
      await expect(unseal(keys, sealed, place)).rejects.toThrow(UnreadableSecretError);
    }
  });

  it("of one subscription is of no use in another", async () => {
    const [one, two] = [await subscribe({ header: HEADER }), await subscribe({ header: HEADER })];
    const stored = (made: Made) =>
      runInDurableObject(subscriber(env, made.id), (_instance, { storage }) =>
        storage.kv.get<Subscription>("subscription"),
      );
    const foreign = (await stored(one))!.secrets;
    await runInDurableObject(subscriber(env, two.id), (_instance, { storage }) => {
      storage.kv.put("subscription", { ...storage.kv.get<Subscription>("subscription")!, secrets: foreign });
    });
    await evictDurableObject(subscriber(env, two.id));
    await publishTo([one], release());
    expect((await arrivals(one)).length).toBe(1);
    expect(await arrivals(two)).toEqual([]);
    await own(two, "", "DELETE");
  });
});

describe("a subscription sealed with the former key", () => {
  it("is delivered to, and sealed with the first key by its next delivery", async () => {
    const made = await subscribe({ header: HEADER });
    await sealWith(made, FORMER);
    expect(await sealingKeys(made)).toEqual([await keyId(FORMER)]);
    await publishTo([made], release());
    expect((await arrivals(made))[0]!.headers).toMatchObject({ "x-token": HEADER.value });
    await subscriberIdle(made.id);
    expect(await sealingKeys(made)).toEqual([await keyId(FIRST)]);
    await publishTo([made], release());
    expect((await arrivals(made)).length).toBe(2);
  });

  it("is sealed with the first key in bounded steps although nothing is sent", async () => {
    const idle = [];
    for (let count = 0; count < 47; count += 1) {
      const made = await subscribe({ header: HEADER });
      idle.push(made);
      await sealWith(made, FORMER);
    }
    const first = await resealStep();
    expect(first).toEqual({ resealed: 45, unreadable: [], next: expect.any(String) });
    expect(await resealStep(first.next!)).toEqual({ resealed: 2, unreadable: [], next: null });
    for (const made of idle) {
      await subscriberIdle(made.id);
      expect(await sealingKeys(made)).toEqual([await keyId(FIRST)]);
    }
    expect(await resealStep()).toEqual({ resealed: 0, unreadable: [], next: null });
  });

  it("keeps the URL of its chat, by which duplicates are found", async () => {
    const url = endpoint();
    const made = await subscribe({ format: "slack", url });
    await sealWith(made, FORMER);
    expect(await sealingKeys(made)).toEqual([await keyId(FORMER)]);
    await publishTo([made], release());
    expect(await arrivals({ endpoint: url })).toHaveLength(1);
    await subscriberIdle(made.id);
    expect(await sealingKeys(made)).toEqual([await keyId(FIRST)]);
    // The admin gets the subscription that there is.
    const again = await send("POST", "/api/v1/subscriptions", { format: "slack", url });
    expect([again.status, (await again.json<{ id: string }>()).id]).toEqual([200, made.id]);
  });

  it("is for the admin to seal", async () => {
    expect((await request("/api/v1/reseal", { method: "POST" })).status).toBe(401);
  });
});

describe("a subscription that no key opens", () => {
  let made: Made | undefined;
  afterEach(async () => {
    if (made !== undefined) await send("DELETE", `/api/v1/subscriptions/${made.id}`, undefined);
    expect((await request("/healthz")).status).toBe(200);
  });

  it("is in its own health, in the admin's list and in /healthz until its secrets are replaced", async () => {
    made = await subscribe({ header: HEADER });
    await sealWith(made, LOST);
    const health = await request("/healthz");
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ code: "secrets-unreadable" });

    await publishTo([], release());
    await subscriberIdle(made.id);
    expect(await arrivals(made)).toEqual([]);
    expect((await viewOf(made)).health).toMatchObject({
      blocked: expect.stringContaining("no key in SECRETS_KEY opens"),
    });
    const list = await (
      await send("GET", "/api/v1/subscriptions?limit=100", undefined)
    ).json<{ data: { id: string; failingSince: string | null; health: { blocked: string | null } }[] }>();
    const listed = list.data.find(({ id }) => id === made!.id)!;
    expect([listed.failingSince, listed.health.blocked]).toEqual([expect.any(String), expect.any(String)]);
    expect(await resealStep()).toEqual({ resealed: 0, unreadable: [made.id], next: null });

    await own(made, "/rotate-secret", "POST", { overlapSeconds: 0 });
    await own(made, "", "PATCH", { header: { name: "X-Token", value: "other" } });
    await subscriberIdle(made.id);
    expect((await request("/healthz")).status).toBe(200);
    const [waiting] = await deliveries(made);
    await own(made, `/deliveries/${waiting!.event}/redeliver`, "POST");
    await subscriberIdle(made.id);
    expect((await arrivals(made)).map(({ headers }) => headers["x-token"])).toEqual(["other"]);
    expect((await viewOf(made)).health).toMatchObject({ blocked: null });
  });

  it("no longer troubles /healthz once it is deleted", async () => {
    made = await subscribe({ url: endpoint("500") });
    await sealWith(made, LOST);
    expect((await request("/healthz")).status).toBe(503);
    expect((await own(made, "", "DELETE")).status).toBe(204);
    expect((await request("/healthz")).status).toBe(200);
    made = undefined;
  });
});

describe("a subscription's token", () => {
  const ask = (made: Made, secretsKey: string) =>
    app.fetch(
      new Request(`${BASE_URL}/api/v1/subscriptions/${made.id}`, {
        headers: { authorization: `Bearer ${made.token}` },
      }),
      { ...env, SECRETS_KEY: secretsKey },
    );

  it("is accepted until the key that derived it is taken out", async () => {
    const made = await subscribe();
    expect((await ask(made, `${LOST},${FIRST}`)).status).toBe(200);
    expect((await ask(made, LOST)).status).toBe(401);
  });

  it("can be replaced by its owner and by the admin; the former one stops at once", async () => {
    const made = await subscribe();
    const tokens = [made.token];
    for (const headers of [{ authorization: `Bearer ${made.token}` }, ADMIN]) {
      const path = `/api/v1/subscriptions/${made.id}/rotate-token`;
      const response = await request(path, { method: "POST", headers });
      expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
      tokens.push((await response.json<{ token: string }>()).token);
    }
    expect(new Set(tokens).size).toBe(3);
    const statuses = [];
    for (const token of tokens) statuses.push((await own({ ...made, token })).status);
    expect(statuses).toEqual([401, 401, 200]);
    // A former token does not show an existing subscription to a client that subscribes the same URL.
    const again = await request("/api/v1/subscriptions", {
      method: "POST",
      headers: { authorization: `Bearer ${made.token}`, "content-type": "application/json" },
      body: JSON.stringify({ url: made.endpoint }),
    });
    expect(again.status).toBe(409);
  });

  it("cannot be replaced by anybody else", async () => {
    const [one, two] = [await subscribe(), await subscribe()];
    for (const token of ["x", two.token, `1.${two.token}`]) {
      expect((await own({ ...one, token }, "/rotate-token", "POST")).status).toBe(401);
    }
    expect((await own(one)).status).toBe(200);
  });
});
