/**
 * A subscription of the WebSub hub: what its subscriber requests, how the callback confirms that, its lease, and the
 * versions of its topic. One callback with one topic is one subscription, whatever it requests.
 */
import { newEventId } from "../crypto/ids.ts";
import { sequenceOfEtag } from "../documents/kv-store.ts";
import type { HubRequest, HubTerms } from "../domain/hub.ts";
import type { Registration } from "../domain/subscription.ts";
import { newsroom } from "../runtime/stubs.ts";
import type { CallbackParameters } from "../webhooks/formats/websub.ts";
import { dropEarlierRequests, hasRequest, limitRequests, replaceVersions } from "./hub-deliveries.ts";
import { FIRST_REPORT_MS, HUB_VERIFICATION_DELAY_MS } from "./limits.ts";
import type { DueDelivery } from "./outbox.ts";
import type { SubscriberParts } from "./parts.ts";
import { createTables } from "./schema.ts";
import { FIRST_TOKEN, type Subscription } from "./subscription.ts";

/** What a subscriber requests, beside callback and topic. */
export type HubIntent = Pick<HubRequest, "mode" | "leaseSeconds" | "secret">;

/** The type of the delivery of a topic, and of the GET by which a callback confirms a request. */
const VERSION_TYPE = "topic.changed";
export const REQUEST_TYPE = "subscription.verify";

/** A request that waits for its verification, as JSON in the outbox. */
interface PendingRequest {
  mode: HubRequest["mode"];
  challenge: string;
  leaseSeconds: number;
  /** The secret of the subscriber, encrypted. */
  sealed: string | null;
}

export type HubSubscription = Subscription & { hub: HubTerms };

export function isOfHub(subscription: Subscription): subscription is HubSubscription {
  return subscription.hub !== undefined;
}

/** Adds a request, which changes nothing before the callback confirms it. Creates the subscription if there is none. */
export function acceptRequest(
  { storage, store, state, jobs, outbox, secrets, sql, mutex, now }: SubscriberParts,
  registration: Registration & { hub: HubTerms },
  { mode, leaseSeconds, secret }: HubIntent,
): Promise<void> {
  return mutex.run(async () => {
    const sealed = secret === undefined ? null : await secrets.seal(registration.id, "secret", secret);
    const challenge = crypto.getRandomValues(new Uint8Array(24)).toBase64({ alphabet: "base64url" });
    const body = JSON.stringify({ mode, challenge, leaseSeconds, sealed } satisfies PendingRequest);
    const nowMs = now();
    store.atomically(() => {
      if (state.get() === undefined) {
        createTables(storage);
        state.save(newSubscription(registration, nowMs));
        // The Newsroom deletes registrations that are never reported.
        jobs.enqueue("report", null, nowMs + FIRST_REPORT_MS);
      }
      limitRequests(sql);
      const delivery = {
        event: newEventId(),
        type: REQUEST_TYPE,
        sequence: null,
        release: null,
        body,
      } as const;
      // The answer to the request leaves first: 202, then the verification (5.2).
      outbox.add(delivery, nowMs, HUB_VERIFICATION_DELAY_MS);
    });
  });
}

function newSubscription(registration: Registration, nowMs: number): Subscription {
  return {
    ...registration,
    status: "pending",
    sinceMs: nowMs,
    tokenGeneration: FIRST_TOKEN,
    secrets: [],
    asymmetric: false,
    isProved: false,
    wasProved: false,
    proof: { challenge: "", number: 0, untilMs: nowMs },
  };
}

/** The challenge of a request, and what its verification asks the callback. */
export function verificationOf(
  baseUrl: string,
  topic: string,
  body: string,
): { challenge: string; parameters: CallbackParameters } {
  const { mode, challenge, leaseSeconds } = JSON.parse(body) as PendingRequest;
  const parameters = {
    "hub.mode": mode,
    "hub.topic": baseUrl + topic,
    "hub.challenge": challenge,
    ...(mode === "subscribe" ? { "hub.lease_seconds": String(leaseSeconds) } : {}),
  };
  return { challenge, parameters };
}

/**
 * The callback has confirmed a request: it takes the place of what was before, secret and lease included.
 *
 * @param body of its delivery
 * @param atMs when the verification was sent: the lease counts from then
 */
export function confirmRequest(
  parts: SubscriberParts,
  { event, attempts }: Pick<DueDelivery, "event" | "attempts">,
  body: string,
  atMs: number,
): Promise<void> {
  const { env, store, state, jobs, outbox, sql, mutex, now } = parts;
  const { mode, leaseSeconds, sealed } = JSON.parse(body) as PendingRequest;
  return mutex.run(async () => {
    const before = state.get();
    if (before?.hub === undefined || !outbox.isPending(event)) return;
    // A renewal is within the limits already.
    const isWithinLimits = mode === "unsubscribe" || before.isProved;
    const activated = isWithinLimits ? "active" : await newsroom(env).activate(before.id, false);
    const present = state.get();
    if (present?.hub === undefined) return;
    const { hub } = present;
    store.atomically(() => {
      outbox.complete(event, "delivered", null, attempts + 1);
      dropEarlierRequests(sql, event);
      if (mode === "unsubscribe") state.endLease();
      else if (activated === "active") {
        state.save({
          ...present,
          secrets: sealed === null ? [] : [{ sealed, untilMs: null }],
          hub: { ...hub, leaseUntilMs: atMs + leaseSeconds * 1000 },
          isProved: true,
          wasProved: true,
        });
        if (present.status !== "active") state.setStatus("active");
        jobs.enqueue("report", null, now());
      } else deny(parts, DENIALS[activated]);
    });
  });
}

/** The reasons in the denial of a subscription that the Newsroom refuses. */
const DENIALS = {
  duplicate: "another subscription has this callback and topic",
  "too-many": "there are as many subscriptions as may be; try again later",
  unknown: "this request expired; send it again",
} as const;

/** Ends the subscription. A job notifies the callback, with the reason. */
export function deny({ state, outbox, jobs, now }: SubscriberParts, reason: string): void {
  if (state.get()?.hub === undefined) return;
  outbox.endVerification("failed", reason);
  state.endLease();
  jobs.enqueue("end", { reason }, now());
}

/** What a denial tells the callback (5.2). */
export function denialOf(baseUrl: string, topic: string, reason: string): CallbackParameters {
  return { "hub.mode": "denied", "hub.topic": baseUrl + topic, "hub.reason": reason };
}

/** Whether nothing is left to do: no lease, and no request that waits. */
export function isOver({ state, sql, now }: SubscriberParts): boolean {
  const subscription = state.get();
  if (subscription?.hub === undefined) return false;
  const { leaseUntilMs } = subscription.hub;
  return (leaseUntilMs === null || leaseUntilMs <= now()) && !hasRequest(sql);
}

/** One version of a topic, as KV holds it. */
export interface TopicVersion {
  version: string;
  body: string;
}

/** Takes a version of the topic in place of one that waits. One that it has had last changes nothing. */
export function acceptVersion(
  { state, store, sql, outbox, now }: SubscriberParts,
  { version, body }: TopicVersion,
): void {
  const subscription = state.get();
  if (subscription === undefined || subscription.topicVersion === version) return;
  store.atomically(() => {
    replaceVersions(sql);
    const sequence = sequenceOfEtag(version) ?? null;
    outbox.add({ event: newEventId(), type: VERSION_TYPE, sequence, release: null, body }, now());
    state.save({ ...subscription, topicVersion: version });
  });
}
