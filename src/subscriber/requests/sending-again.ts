/**
 * Sending again: one event, or all events of a span. A request returns why it is refused, or undefined when it is done. The
 * Subscriber then starts the work that follows.
 */
import { instantOfMs } from "../../domain/dates.ts";
import { newsroom } from "../../runtime/stubs.ts";
import type { Delivery } from "../delivery-log.ts";
import type { SubscriberParts } from "../parts.ts";
import { type Conflict, conflict, NOT_VERIFIED, type Subscription } from "../subscription.ts";
import { WITHDRAWN } from "../unsent.ts";
import { rateAllowsMs, type Traffic } from "../waiting.ts";

/** Sends the events after one sequence, up to another, again if the current filter matches them. */
export function replay(
  { jobs, state, now }: SubscriberParts,
  after: number,
  to: number,
): Conflict | undefined {
  if (state.get()?.isProved === false) return NOT_VERIFIED;
  if (jobs.isQueued("replay")) {
    return conflict("replay-in-progress", "A replay is in progress. Wait until it has ended.");
  }
  if (after < to) jobs.enqueue("replay", { after, to }, now());
  return undefined;
}

/**
 * Sends one event again, or a pending one now, after what waits before it.
 *
 * @returns null where there is no such event
 */
export async function redeliver(
  parts: SubscriberParts,
  event: string,
  traffic: () => Traffic,
): Promise<Conflict | null | undefined> {
  const { state, outbox, log, now } = parts;
  const subscription = state.get();
  if (subscription === undefined) return null;
  const delivery = log.get(event)?.delivery;
  if (delivery === undefined) return null;
  const { sequence, release } = delivery;
  if (sequence === null || release === null) {
    return conflict(
      "not-a-release-event",
      "Only events of releases can be sent again. POST …/test or …/verify sends a new event.",
    );
  }
  const refusal = refuseRedelivery(subscription, delivery) ?? refuseNow(subscription, delivery, traffic());
  if (refusal !== undefined) return refusal;
  if (delivery.state === "pending") {
    // Earlier events of the release are sent first, so they are due now too.
    outbox.expediteRelease(release, sequence, now());
    return undefined;
  }
  return sendAgain(parts, subscription, { event, sequence, release });
}

function refuseRedelivery({ status }: Subscription, { state, reason }: Delivery): Conflict | undefined {
  if (state === "replaced" && reason === WITHDRAWN) {
    return conflict(
      "release-retracted",
      "Its release was withdrawn before this event was delivered; the withdrawal was sent in its place. A later event of the release has its present text.",
    );
  }
  if (state === "replaced") {
    return conflict(
      "release-killed",
      "Its release was killed before this event was delivered; the kill was sent in its place.",
    );
  }
  if (status !== "active") {
    const detail = `The subscription is ${status}. Resume the subscription to send what it holds.`;
    return conflict("not-active", detail);
  }
  return undefined;
}

/** Why nothing can be sent at this time. A finished delivery may wait for `ratePerMinute` like all others. */
function refuseNow(
  { putOffUntilMs = 0, ratePerMinute }: Subscription,
  { event, state }: Delivery,
  traffic: Traffic,
): Conflict | undefined {
  if (putOffUntilMs > traffic.nowMs) {
    const until = instantOfMs(putOffUntilMs);
    return conflict(
      "endpoint-put-off",
      `The endpoint asked to be sent nothing before ${until} (Retry-After). What waits is sent then; a new URL does not wait.`,
    );
  }
  const allowedMs = rateAllowsMs(traffic, ratePerMinute);
  if (state !== "pending" || allowedMs <= traffic.nowMs || traffic.isInFlight(event)) return undefined;
  return conflict(
    "rate-reached",
    `The ratePerMinute of the subscription allows no attempt before ${instantOfMs(allowedMs)}. What waits is sent from then on; a higher rate does not wait.`,
  );
}

async function sendAgain(
  { env, state, outbox, now }: SubscriberParts,
  subscription: Subscription,
  { event, sequence, release }: { event: string; sequence: number; release: string },
): Promise<Conflict | null | undefined> {
  const rendered = await newsroom(env).bodyFor(subscription.id, sequence);
  if (state.get() === undefined) return null; // deleted during the call
  if (rendered === undefined) return undefined;
  if (rendered.kind === "killed") {
    return conflict(
      "release-killed",
      "Its release was killed later. The kill can be sent again: redeliver its release.killed event.",
    );
  }
  // A withdrawal or kill that arrived during the call must stay the last event of the release.
  if (outbox.isRetracted(release, rendered.asOf)) {
    return conflict("release-retracted", "Its release was withdrawn or killed during this request.");
  }
  outbox.requeue(event, rendered.body, now());
  return undefined;
}
