/**
 * WebSub (W3C Recommendation, 23 January 2018): the feed itself, and the GET requests of the hub to a callback.
 */
import { HUB_PATH } from "../../domain/hub.ts";
import type { FeedFormat } from "../../domain/list.ts";
import type { AttemptResult } from "../attempt.ts";
import type { Format, SignedDelivery } from "../format.ts";
import { HUB_VERIFICATIONS_MAX } from "../limits.ts";
import {
  type AttemptContext,
  type AttemptOutcome,
  delayBeforeMs,
  failureReason,
  retryAfterMs,
} from "../outcome.ts";

/**
 * The rules of deliveries. There are no events for a subscription of the hub; Content-Type and headers are those of its
 * topic (subscriber/hub-requests.ts).
 */
export const websub: Format = {
  contentType: "",
  needsVerification: true,
  // One at a time: a version must not be overtaken by the next.
  spacingMs: 0,
  releaseBody: () => "",
  controlBody: () => "",
  // 410 ends a subscription (7).
  answers: { finalStatuses: [410] },
};

/** The links that a feed and each delivery of it have: to the hub, and to the feed itself (4 and 7). */
export function hubLinks(baseUrl: string, topic: string): string {
  return `<${baseUrl}${HUB_PATH}>; rel="hub", <${baseUrl}${topic}>; rel="self"`;
}

/** The headers of a delivery. Without a secret there is no signature (7.1). */
export async function websubHeaders(
  links: string,
  { body, secrets, hmac }: SignedDelivery,
): Promise<Record<string, string>> {
  const [secret] = secrets;
  if (secret === undefined) return { link: links };
  return { link: links, "x-hub-signature": `sha256=${await hmac("SHA-256", secret, body)}` };
}

/** The format of the feed at the path of a topic. */
export function formatOfTopic(topic: string): FeedFormat {
  return (/\/feed\.(rss|atom|json)(?:\?|$)/.exec(topic)?.[1] ?? "atom") as FeedFormat;
}

/** What the hub asks or tells a callback by GET (5.2 and 5.3). */
export type CallbackParameters = Record<string, string>;

/** The callback with the parameters of the hub after its own, which stay as they are (5.1.2). */
export function callbackWith(callback: string, parameters: CallbackParameters): string {
  const added = new URLSearchParams(parameters).toString();
  if (!callback.includes("?")) return `${callback}?${added}`;
  return /[?&]$/.test(callback) ? callback + added : `${callback}&${added}`;
}

/**
 * What follows from the answer to a verification. Only 2xx with the challenge as its body confirms (5.3.1). What may be
 * better a moment later is tried again.
 */
export function evaluateVerification(
  result: AttemptResult,
  challenge: string,
  { attempt, schedule, nowMs, random }: Pick<AttemptContext, "attempt" | "schedule" | "nowMs" | "random">,
): AttemptOutcome {
  const failure = failureReason(result, websub.answers);
  const isAnswer = result.kind === "answered";
  if (failure === undefined && isAnswer && result.answer.trim() === challenge) return { kind: "delivered" };
  const reason = failure ?? "answered without the challenge";
  const isTemporary = !isAnswer || result.status >= 500 || result.status === 429;
  const delayMs = delayBeforeMs(schedule, attempt + 1, random);
  if (!isTemporary || attempt >= HUB_VERIFICATIONS_MAX || delayMs === undefined) {
    return { kind: "failed", putOffMs: 0, reason };
  }
  const putOffMs = isAnswer ? retryAfterMs(result.status, result.retryAfter, nowMs) : 0;
  return { kind: "retry", delayMs: Math.max(delayMs, putOffMs), putOffMs, isCounted: true, reason };
}
