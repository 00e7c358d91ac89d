/**
 * Replacing the secret and the token of a subscription.
 */
import { instantOfMs } from "../../domain/dates.ts";
import { FORMATS } from "../../webhooks/payload.ts";
import type { SubscriberParts } from "../parts.ts";
import { LIVE_SECRETS_MAX } from "../limits.ts";
import { rotateSecrets } from "../secrets.ts";
import { conflict, type Conflict, NOT_SIGNED } from "../subscription.ts";

/** `previousUntil`: the RFC 3339 instant at which the older secrets stop signing. Null where there is no subscription. */
export async function rotateSecret(
  { state, secrets, jobs, now }: SubscriberParts,
  secret: string,
  overlapMs: number,
): Promise<{ ok: true; previousUntil: string } | Conflict | null> {
  const before = state.get();
  if (before === undefined) return null;
  if (FORMATS[before.format].sign === undefined) return NOT_SIGNED;
  const sealed = await secrets.seal(before.id, "secret", secret);
  // Read again: the subscription may have changed meanwhile.
  const subscription = state.get();
  if (subscription === undefined) return null;
  const nowMs = now();
  const rotated = rotateSecrets(subscription.secrets, sealed, overlapMs, nowMs);
  if ("fullUntilMs" in rotated) {
    return {
      ...conflict(
        "too-many-requests",
        `${LIVE_SECRETS_MAX} secrets sign at present, and the first of them until ${instantOfMs(rotated.fullUntilMs)}. Try again then, or send { "overlapSeconds": 0 }, which ends the older ones at once.`,
      ),
      retryAfterSeconds: Math.ceil((rotated.fullUntilMs - nowMs) / 1000),
    };
  }
  state.save({ ...subscription, secrets: rotated });
  // The Newsroom learns which key seals now.
  jobs.enqueue("report", null, nowMs);
  return { ok: true, previousUntil: instantOfMs(nowMs + overlapMs) };
}

/** Replaces the token: the old one stops at once. @returns the generation of the new one */
export function rotateToken({ state }: SubscriberParts): number | null {
  const subscription = state.get();
  if (subscription === undefined) return null;
  const tokenGeneration = subscription.tokenGeneration + 1;
  state.save({ ...subscription, tokenGeneration });
  return tokenGeneration;
}
