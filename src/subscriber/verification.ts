/**
 * Verification: the endpoint is sent a challenge and answers with it, or somebody posts to the confirm URL
 * that was sent along.
 */
import { issueToken } from "../crypto/tokens.ts";
import { newsroom } from "../runtime/stubs.ts";
import type { SubscriberParts } from "./parts.ts";
import { conflict, type Conflict, DUPLICATE, EXPIRED, type Subscription, TOO_MANY } from "./subscription.ts";

/** The confirm URL of the verification that comes after the current one. */
export async function nextConfirmUrl(
  { env, config }: SubscriberParts,
  { id, proof }: Pick<Subscription, "id" | "proof">,
): Promise<string> {
  const token = await issueToken(env.SECRETS_KEY, "confirm", id, proof.number + 1);
  return `${config.site.baseUrl}/api/v1/subscriptions/${id}/confirm/${token}`;
}

/**
 * Activates the subscription: the endpoint answered the challenge, the confirm URL was used, or the admin
 * waives verification.
 *
 * @param number of the verification
 * @param isWaived whether the admin waives it
 * @returns undefined on success
 */
export async function confirmVerification(
  { env, store, state }: SubscriberParts,
  number: number,
  isWaived = false,
): Promise<Conflict | undefined> {
  const subscription = state.get();
  if (subscription === undefined) return undefined;
  const isPresent = subscription.proof.number === number;
  if (subscription.status !== "pending" || !isPresent) {
    if (isPresent && subscription.isProved) return undefined;
    return conflict(
      "confirm-url-expired",
      "This confirm URL has expired. POST …/verify starts a new verification.",
    );
  }
  // The Newsroom first: if this object dies in between, the verification is sent again and nothing is lost.
  const activated = await newsroom(env).activate(subscription.id, isWaived);
  const refusals = { active: undefined, duplicate: DUPLICATE, "too-many": TOO_MANY, unknown: EXPIRED };
  const refusal = refusals[activated];
  const present = state.get();
  if (present?.status === "pending" && present.proof.number === number) {
    store.atomically(() => {
      if (refusal === undefined) state.completeVerification();
      else state.disable(refusal.detail);
    });
  }
  return refusal;
}

/** Activates the subscription without a proof, if it waits for one. */
export async function waiveVerification(parts: SubscriberParts): Promise<Conflict | undefined> {
  const subscription = parts.state.get();
  return subscription?.status === "pending"
    ? confirmVerification(parts, subscription.proof.number, true)
    : undefined;
}
