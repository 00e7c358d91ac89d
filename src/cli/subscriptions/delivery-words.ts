/**
 * What became of an event for one subscription, in words.
 */
import { REPLAYABLE } from "../../domain/codes.ts";
import { withRelativeTime } from "../instant-words.ts";
import { counted } from "../content/file-fault.ts";
import type { AttemptedDelivery, Delivery, Subscription } from "./subscriptions-api.ts";

/**
 * One sentence's worth: how it stands, why, and when it goes on.
 *
 * @param nowMs milliseconds since 1970
 */
export function describeDelivery(
  { state, attempts, nextAttempt, reason, log }: AttemptedDelivery,
  subscription: Pick<Subscription, "status">,
  nowMs: number,
): string {
  const last = log.at(-1);
  const at = last === undefined ? "" : ` at ${withRelativeTime(last.at, nowMs)}`;
  const failure = failed(last, reason) ? `attempt ${attempts} failed${at}: ${last.reason}` : (reason ?? "");
  switch (state) {
    case "delivered":
      return `delivered${at}, with ${counted(attempts, "attempt")}`;
    case "pending": {
      const isDue = nextAttempt === null || Date.parse(nextAttempt) <= nowMs;
      const next = isDue ? "it is being tried now" : `next attempt ${withRelativeTime(nextAttempt, nowMs)}`;
      return failure === "" ? next : `${failure}; ${next}`;
    }
    case "held": {
      const until = subscription.status === "pending" ? "its endpoint has proved itself" : "it is resumed";
      return `held until ${until}: the subscription is ${subscription.status}${failure === "" ? "" : `; ${failure}`}`;
    }
    case "failed":
      return `given up; ${failure}`;
    case "replaced":
      return `not sent: ${reason ?? "its text was killed"}`;
    case "not-sent":
      return `not sent: ${reason ?? "no reason told"}`;
    default:
      return `${state}${reason === null ? "" : `: ${reason}`}`;
  }
}

/** Whether the latest attempt is what the delivery waits for: what is sent once more begins anew. */
function failed(
  last: AttemptedDelivery["log"][number] | undefined,
  reason: string | null,
): last is AttemptedDelivery["log"][number] & { reason: string } {
  return last?.reason === reason && reason !== null;
}

/** It is in the log, and has not arrived. */
export function isUnderWay({ state }: Delivery): boolean {
  return state === "pending" || state === "failed" || state === "held";
}

/** Whether a replay sends an event that is not in the log. */
export function isReplayable({ state, code }: Delivery): boolean {
  return state === "not-sent" && REPLAYABLE.some((replayable) => replayable === code);
}
