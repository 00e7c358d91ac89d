import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { subscriber } from "../../src/runtime/stubs.ts";
import { registrationOf, type Subscription } from "../../src/subscriber/subscription.ts";
import { inNewsroom, release, subscriberIdle, subscriberLater } from "../support/service.ts";
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

/** Leaves a subscription as the first version kept it, its row with the Newsroom too. */
async function asFirstKept(made: Made, status: "pending" | "active" | "disabled"): Promise<void> {
  const object = subscriber(env, made.id);
  await runInDurableObject(object, (_instance, { storage }) => {
    const kept = storage.kv.get<Subscription>("subscription")!;
    const [secret] = kept.secrets;
    storage.kv.put("subscription", {
      ...registrationOf(kept),
      status,
      sealedSecret: secret!.sealed,
      challenge: kept.proof.challenge,
    });
    storage.kv.delete("chores");
  });
  await evictDurableObject(object);
  await inNewsroom((_instance, { storage }) =>
    storage.sql.exec(
      "UPDATE subscriptions SET key = '', url = '', host = '', created_ms = 0, proved = 1, status = 'active', active = ? WHERE id = ?",
      status === "pending" ? 0 : 1,
      made.id,
    ),
  );
}

describe("a subscription that the first version made", () => {
  it("is delivered to as before, shows, and can be changed", async () => {
    const made = await subscribe();
    await asFirstKept(made, "active");
    await publishTo([made], release());
    const [arrival] = await arrivals(made);
    new Webhook(made.secret).verify(arrival!.body, arrival!.headers);
    expect(await viewOf(made)).toMatchObject({ status: "active", proved: true, url: made.endpoint });
    expect((await own(made, "", "PATCH", { description: "Desk" })).status).toBe(200);
    expect((await own(made, "/rotate-secret", "POST")).status).toBe(200);
    expect(await viewOf(made)).toMatchObject({ status: "active", description: "Desk" });
  });

  it("proves itself with the challenge that it was sent, beside others of its kind", async () => {
    const other = await subscribe();
    await asFirstKept(other, "active");
    const made = await subscribe({ url: endpoint("500,echo"), verify: true });
    await asFirstKept(made, "pending");
    await subscriberLater(made.id, 56);
    expect(await viewOf(made)).toMatchObject({ status: "active", proved: true });
    await publishTo([made], release());
    expect((await deliveries(made))[0]).toMatchObject({ type: "release.published", state: "delivered" });
  });

  it("is asked anew where it was disabled, and given up where it did not prove itself in a day", async () => {
    const disabled = await subscribe({ url: endpoint("echo") });
    await asFirstKept(disabled, "disabled");
    expect((await own(disabled, "/resume", "POST")).status).toBe(409);
    expect((await own(disabled, "/verify", "POST")).status).toBe(200);
    await subscriberIdle(disabled.id);
    expect((await viewOf(disabled)).status).toBe("active");

    const pending = await subscribe({ url: endpoint("500"), verify: true });
    await asFirstKept(pending, "pending");
    await subscriberLater(pending.id, 86_500);
    expect((await viewOf(pending)).reason).toContain("did not prove in time");
  });
});
