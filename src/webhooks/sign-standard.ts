/**
 * The signature of Standard Webhooks 1.0. It covers the id, the time of this attempt and the bytes of the body.
 */
import { Webhook } from "standardwebhooks";
import type { SignedDelivery } from "./format.ts";

export async function signStandard({
  eventId,
  eventType,
  body,
  secrets,
  signers,
  atMs,
}: SignedDelivery): Promise<Record<string, string>> {
  const seconds = Math.floor(atMs / 1000);
  const at = new Date(seconds * 1000);
  const signed = `${eventId}.${seconds}.${body}`;
  const symmetric = secrets.map((secret) => new Webhook(secret).sign(eventId, at, body));
  const asymmetric = await Promise.all(signers.map(async (sign) => `v1a,${await sign(signed)}`));
  return {
    "webhook-id": eventId,
    "webhook-timestamp": String(seconds),
    "webhook-signature": [...symmetric, ...asymmetric].join(" "),
    "webhook-event": eventType,
  };
}
