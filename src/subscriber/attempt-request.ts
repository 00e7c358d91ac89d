/**
 * The request of an attempt: the endpoint, the body in its format, and what signs it.
 */
import { hmacHex } from "../crypto/hmac.ts";
import type { SigningKey } from "../crypto/signing-keys.ts";
import { type AttemptRequest, userAgentOf } from "../webhooks/attempt.ts";
import { FORMATS } from "../webhooks/payload.ts";
import { openUrl } from "./endpoint.ts";
import { isOfHub } from "./hub.ts";
import { hubRequest } from "./hub-requests.ts";
import type { DueDelivery } from "./outbox.ts";
import type { SubscriberParts } from "./parts.ts";
import type { Subscription } from "./subscription.ts";

/**
 * @param body as the outbox holds it
 * @param signingKeys of the service; none if the subscription has not asked for their signatures
 * @param atMs when the attempt starts, in milliseconds since 1970: the secrets of that moment sign
 */
export async function buildRequest(
  { config, secrets }: SubscriberParts,
  subscription: Subscription,
  delivery: DueDelivery,
  body: string,
  signingKeys: readonly SigningKey[],
  atMs: number,
): Promise<AttemptRequest> {
  const { format, shape, isProved } = subscription;
  const attempt = delivery.attempts + 1 - delivery.before;
  const { baseUrl } = config.site;
  const request = {
    url: await openUrl(secrets, subscription),
    eventId: delivery.event,
    eventType: delivery.type,
    body,
    secrets: await secrets.openLive(subscription, atMs),
    signers: signingKeys.map(({ sign }) => sign),
    hmac: hmacHex,
    userAgent: userAgentOf(baseUrl),
  };
  if (isOfHub(subscription)) return hubRequest(subscription, request, baseUrl);
  // Before the endpoint is verified nobody there has agreed: a stranger could send a header to any host.
  const header = isProved ? await secrets.openHeader(subscription) : undefined;
  const rules = FORMATS[format];
  return { ...request, format: rules, body: rules.finish?.(body, { attempt, shape }) ?? body, header };
}
