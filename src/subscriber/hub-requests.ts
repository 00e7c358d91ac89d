/**
 * What a subscription of the hub sends: the feed by POST, verifications and denials by GET.
 */
import { FEED_TYPES } from "../domain/list.ts";
import type { AttemptRequest } from "../webhooks/attempt.ts";
import {
  callbackWith,
  type CallbackParameters,
  formatOfTopic,
  hubLinks,
  websubHeaders,
} from "../webhooks/formats/websub.ts";
import { denialOf, type HubSubscription, REQUEST_TYPE, verificationOf } from "./hub.ts";

/**
 * The request for one delivery.
 *
 * @param delivery without what the format decides
 */
export function hubRequest(
  { hub }: HubSubscription,
  delivery: Omit<AttemptRequest, "format">,
  baseUrl: string,
): AttemptRequest {
  if (delivery.eventType === REQUEST_TYPE) {
    return getRequest(delivery, verificationOf(baseUrl, hub.topic, delivery.body).parameters);
  }
  const links = hubLinks(baseUrl, hub.topic);
  const contentType = FEED_TYPES[formatOfTopic(hub.topic)];
  return { ...delivery, format: { contentType, sign: (signed) => websubHeaders(links, signed) } };
}

/** Tells the callback that the subscription has ended. */
export function denialRequest(
  { hub }: HubSubscription,
  request: Omit<AttemptRequest, "format">,
  { baseUrl, reason }: { baseUrl: string; reason: string },
): AttemptRequest {
  return getRequest(request, denialOf(baseUrl, hub.topic, reason));
}

function getRequest(request: Omit<AttemptRequest, "format">, parameters: CallbackParameters): AttemptRequest {
  return {
    ...request,
    url: callbackWith(request.url, parameters),
    method: "GET",
    format: { contentType: "", sign: async () => ({}) },
  };
}
