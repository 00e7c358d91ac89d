/**
 * Requests about the status of a subscription: verify, pause and resume. A request returns why it is refused, or undefined
 * when it is done. The Subscriber then starts the work that follows.
 */
import type { SubscriberParts } from "../parts.ts";
import { type Conflict, conflict, NOT_VERIFIED } from "../subscription.ts";
import { nextConfirmUrl, waiveVerification } from "../verification.ts";

/** Starts a new verification; if the admin waives it, the subscription is active at once. */
export function requestVerification(
  parts: SubscriberParts,
  isWaived: boolean,
): Promise<Conflict | undefined> {
  const { store, state, mutex } = parts;
  return mutex.run(async () => {
    const subscription = state.get();
    if (subscription === undefined) return undefined;
    if (subscription.isProved) {
      const { status } = subscription;
      return conflict("already-verified", `The endpoint is verified already; the subscription is ${status}.`);
    }
    const confirmUrl = await nextConfirmUrl(parts, subscription);
    store.atomically(() => state.startVerification(confirmUrl));
    return isWaived ? waiveVerification(parts) : undefined;
  });
}

/** Holds all deliveries until `resume`. */
export function pause({ state }: SubscriberParts): Conflict | undefined {
  const status = state.get()?.status;
  if (status === "pending" || status === "disabled") {
    return conflict("not-active", `The subscription is ${status}; only an active one can be paused.`);
  }
  if (status === "active") state.setStatus("paused");
  return undefined;
}

/** Sends the held deliveries in order. */
export function resume({ store, state }: SubscriberParts): Conflict | undefined {
  const subscription = state.get();
  if (subscription === undefined || subscription.status === "active") return undefined;
  if (!subscription.isProved) return NOT_VERIFIED;
  store.atomically(() => state.activate());
  return undefined;
}
