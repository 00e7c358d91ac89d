/**
 * Describes in words what happened to an event on its way to one subscription.
 */
import { REPLAYABLE } from "../../domain/codes.ts";
import { counted, withRelativeTime } from "../terminal.ts";
import type { AttemptedDelivery, Delivery, Subscription } from "./subscriptions-api.ts";

/**
 * The state, its reason, and when the next attempt is.
 *
 * @param nowMs milliseconds since 1970
 */
export function describeDelivery(
  { state, attempts, nextAttempt, reason, waitsFor, log }: AttemptedDelivery,
  subscription: Pick<Subscription, "status">,
  nowMs: number,
): string {
  const last = log.at(-1);
  const at = last === undefined ? "" : ` at ${withRelativeTime(last.at, nowMs)}`;
  const failure = isCause(last, reason) ? `attempt ${attempts} failed${at}: ${last.reason}` : (reason ?? "");
  switch (state) {
    case "delivered":
      return `delivered${at}, after ${counted(attempts, "attempt")}${oddity(last)}`;
    case "pending": {
      if (waitsFor?.what === "answer") return "it is being tried now";
      const isDue = nextAttempt === null || Date.parse(nextAttempt) <= nowMs;
      const next = isDue
        ? "the next attempt is due now"
        : `next attempt ${withRelativeTime(nextAttempt, nowMs)}`;
      // Where no attempt has failed, the reason says in words what it waits for.
      const wait = isCause(last, reason) ? waitWords(waitsFor) : "";
      return [failure, wait, next].filter((part) => part !== "").join("; ");
    }
    case "held": {
      const until = subscription.status === "pending" ? "its endpoint is verified" : "it is resumed";
      const failed = isCause(last, reason) ? `; ${failure}` : "";
      return `held until ${until}: the subscription is ${subscription.status}${failed}`;
    }
    case "failed":
      return `given up: ${failure}`;
    case "replaced":
      return `not sent: ${reason ?? "the release was killed"}`;
    case "dropped":
    case "not-sent":
      return `not sent: ${reason ?? "no reason given"}`;
    default:
      return `${state}${reason === null ? "" : `: ${reason}`}`;
  }
}

function waitWords(waitsFor: Delivery["waitsFor"]): string {
  switch (waitsFor?.what) {
    case "earlier-event":
      return `it waits for event ${waitsFor.sequence}, which is sent first`;
    case "endpoint":
      return "the endpoint asked to be sent nothing before then (Retry-After)";
    case "rate":
      return "ratePerMinute allows no earlier attempt";
    default:
      return "";
  }
}

/** What an endpoint that got the event should know about its answer. */
function oddity(last: AttemptedDelivery["log"][number] | undefined): string {
  return typeof last?.note === "string" ? `; it answered ${last.status}, but ${last.note}` : "";
}

/** Whether the delivery waits because its last attempt failed; a redelivery waits for another reason. */
function isCause(
  last: AttemptedDelivery["log"][number] | undefined,
  reason: string | null,
): last is AttemptedDelivery["log"][number] & { reason: string } {
  return last?.reason === reason && reason !== null;
}

/** Whether an event is in the log and has not arrived. */
export function isUnderWay({ state }: Delivery): boolean {
  return state === "pending" || state === "failed" || state === "held";
}

/** Whether a replay sends an event that is not in the log. */
export function isReplayable({ state, code }: Delivery): boolean {
  return state === "not-sent" && REPLAYABLE.some((replayable) => replayable === code);
}
