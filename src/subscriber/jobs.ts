/**
 * The handlers of the jobs in the queue. A handler may run more than once for the same job. It does one
 * bounded piece and returns the payload of the rest; undefined when nothing is left.
 */
import { hmacHex } from "../crypto/hmac.ts";
import { defined } from "../domain/defined.ts";
import type { ControlEvent, OperationalEvent } from "../domain/event.ts";
import { hostOf } from "../domain/target-url.ts";
import { log } from "../runtime/log.ts";
import { newsroom, subscriber } from "../runtime/stubs.ts";
import { attemptDelivery, userAgentOf } from "../webhooks/attempt.ts";
import { readHealth } from "./health.ts";
import { isOfHub, isOver } from "./hub.ts";
import { denialRequest } from "./hub-requests.ts";
import type { Job, JobPayloads } from "./job-queue.ts";
import { JUDGED_PER_STEP } from "./limits.ts";
import type { SubscriberParts } from "./parts.ts";
import { reseal, sealingKeyOf } from "./resealing.ts";
import { registrationOf } from "./subscription.ts";
import { dropUnwanted } from "./unsent.ts";

/** The most calls that one run of a handler makes. */
export const SUBREQUESTS_PER_JOB = 5;

export async function runJob(
  parts: SubscriberParts,
  job: Job,
): Promise<JobPayloads["replay"] | JobPayloads["narrow"] | JobPayloads["notice"] | undefined> {
  switch (job.name) {
    case "report":
    case "expire":
      return report(parts);
    case "end":
      await endHubSubscription(parts, job.payload.reason);
      return undefined;
    case "reseal":
      await reseal(parts);
      return undefined;
    case "narrow":
      return endUnwanted(parts, job.payload);
    case "replay":
      return replay(parts, job.payload);
    case "notice":
      return notifyAdminSubscriptions(parts, job.payload, { what: "subscription.disabled" });
    case "givenUp": {
      const { event, sequence, release } = job.payload;
      const delivery = { event, sequence, release };
      return notifyAdminSubscriptions(parts, job.payload, { what: "delivery.given-up", delivery });
    }
  }
}

/**
 * Reports the state and health of the subscription to the Newsroom. If the Newsroom does not know the
 * subscription any more, everything is deleted: it expired, it made room for others, or its deletion was cut off.
 */
async function report(parts: SubscriberParts): Promise<undefined> {
  const subscription = parts.state.get();
  if (subscription === undefined) return;
  const { status, reason, sinceMs, failingSinceMs, unreadableSinceMs, isProved } = subscription;
  const sealingKey = await sealingKeyOf(parts, subscription);
  const state = {
    status,
    reason: reason ?? null,
    sinceMs,
    failingSinceMs: failingSinceMs ?? unreadableSinceMs ?? null,
    health: readHealth(parts),
    isProved,
  };
  if (await newsroom(parts.env).report(registrationOf(subscription), state, sealingKey)) return;
  log("info", "subscription deleted", { subscription: subscription.id });
  await parts.store.deleteAll();
}

/** Ends a subscription of the hub, unless a request has come in between. */
async function endHubSubscription(parts: SubscriberParts, reason: string | null): Promise<void> {
  const { env, config, state, store, now } = parts;
  const subscription = state.get();
  if (subscription === undefined || !isOfHub(subscription) || !isOver(parts)) return;
  if (reason !== null) {
    const { baseUrl } = config.site;
    // It is sent once: the recommendation asks for no answer.
    const request = {
      url: subscription.url,
      eventId: "",
      eventType: "denied",
      body: "",
      secrets: [],
      signers: [],
      hmac: hmacHex,
      userAgent: userAgentOf(baseUrl),
    };
    await attemptDelivery(denialRequest(subscription, request, { baseUrl, reason }), {
      fetch: (...request) => fetch(...request),
      now,
      signal: AbortSignal.timeout(config.deliveryTimeoutMs),
      localTargets: config.localTargets,
      resolver: config.dnsResolver,
      isStillDue: () => state.get() !== undefined,
    });
  }
  await newsroom(env).unregister(subscription.id);
  log("info", "subscription ended", { subscription: subscription.id, reason });
  await store.deleteAll();
}

/** Ends some pending deliveries that the subscription no longer asks for. Nothing is sent before all are judged. */
async function endUnwanted(
  { env, state, store, sql, outbox, releasesInFlight }: SubscriberParts,
  { after }: JobPayloads["narrow"],
): Promise<JobPayloads["narrow"] | undefined> {
  const subscription = state.get();
  if (subscription === undefined) return undefined;
  const sequences = outbox.pendingSequences(after, JUDGED_PER_STEP);
  const last = sequences.at(-1);
  if (last === undefined) return undefined;
  const unwanted = await newsroom(env).unwantedEvents(subscription.id, sequences);
  store.atomically(() => dropUnwanted(sql, unwanted, [...releasesInFlight]));
  return { after: last };
}

/** Puts one window of a replay into the outbox. */
async function replay(
  { env, state, store, outbox, now }: SubscriberParts,
  { after, to }: JobPayloads["replay"],
): Promise<JobPayloads["replay"] | undefined> {
  const subscription = state.get();
  if (subscription === undefined) return undefined;
  const { events, last, asOf } = await newsroom(env).replayEvents(subscription.id, after, to);
  store.atomically(() => outbox.accept(events, { kind: "replayed", asOf }, now()));
  return last < to ? { after: last, to } : undefined;
}

/** Notifies a few of the admin's subscriptions that this one was disabled, or that an event for it was given up. */
async function notifyAdminSubscriptions<Notice extends JobPayloads["notice"]>(
  { env, state }: SubscriberParts,
  notice: Notice,
  about: Pick<OperationalEvent, "what" | "delivery">,
): Promise<Notice | undefined> {
  const subscription = state.get();
  if (subscription === undefined) return undefined;
  const { id, url, description } = subscription;
  const event: ControlEvent = {
    type: "operational",
    id: notice.id,
    at: Math.floor(notice.atMs / 1000),
    ...about,
    subscription: defined({ id, host: hostOf(url), description }),
    reason: notice.reason,
  };
  const remaining = (await newsroom(env).operationalSubscriptions()).filter(
    (other) => other > (notice.after ?? "") && other !== id,
  );
  const notified = remaining.slice(0, SUBREQUESTS_PER_JOB - 1);
  await Promise.all(notified.map((other) => subscriber(env, other).enqueueNotice(event)));
  const after = notified.at(-1);
  return after !== undefined && notified.length < remaining.length ? { ...notice, after } : undefined;
}
