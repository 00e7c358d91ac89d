/**
 * One POST to a subscriber's endpoint, and what came of it.
 */
import { Webhook } from "standardwebhooks";
import { judgeTarget, type LocalTargets, type TargetVerdict } from "../domain/target-url.ts";
import { ANSWER_BYTES_KEPT, ANSWER_BYTES_READ } from "./limits.ts";
import { resolveTarget } from "./dns.ts";

export interface AttemptRequest {
  url: string;
  /** The event's id: the same on every attempt and for every subscriber. */
  eventId: string;
  eventType: string;
  contentType: string;
  /** The exact bytes that are signed and sent. */
  body: string;
  /** Every live secret, `whsec_…`: each signs. */
  secrets: readonly string[];
  /** Asymmetric keys, where the subscription asked for them: each signs a text, in base64. */
  signers: readonly ((text: string) => Promise<string>)[];
  /** A header of the subscriber's own. */
  header?: { name: string; value: string };
  userAgent: string;
}

export interface AttemptTools {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Aborts when the time for the whole attempt is up. */
  signal: AbortSignal;
  localTargets: LocalTargets;
  /** A DNS-over-HTTPS server; undefined: names are not looked up. */
  resolver: string | undefined;
  /** Asked at the last moment, since a text may be killed while its delivery is being prepared. */
  isWanted: () => boolean;
}

/** What came of an attempt. `durationMs` runs to the end of the answer's body or to the failure. */
export type AttemptResult = { durationMs: number } & (
  | { kind: "answered"; status: number; retryAfter: string | null; answer: string }
  /** `awaiting`: what had not come when the time was up. */
  | { kind: "timed-out"; awaiting: "answer" | "body" }
  | { kind: "unreachable" }
  | { kind: "target-refused"; reason: string }
);

/**
 * Whatever goes wrong on the way is a result. Redirects are answers, not followed. The platform tells
 * nothing of connecting, so one time-out runs over connecting, sending and the answer's head, and on
 * to the end of its body: a connection that trickles is cut by it too.
 *
 * @returns undefined if it was not wanted any more
 * @throws what is our own fault: a resolver that does not answer, a platform limit
 */
export async function attemptDelivery(
  request: AttemptRequest,
  tools: AttemptTools,
): Promise<AttemptResult | undefined> {
  const started = tools.now();
  const elapsed = () => tools.now() - started;
  const target = await judgeResolvedTarget(request.url, tools);
  if (!target.ok) return { kind: "target-refused", reason: target.reason, durationMs: elapsed() };
  const signed = await headers(request, started);
  if (!tools.isWanted()) return undefined;

  let response: Response | undefined;
  const read: AnswerRead = { text: "" };
  try {
    response = await tools.fetch(target.url.href, {
      method: "POST",
      headers: signed,
      body: request.body,
      redirect: "manual",
      signal: tools.signal,
    });
    await readBounded(response, read);
    return answered(response, read.text, elapsed());
  } catch (error) {
    if (isOfThePlatform(error)) throw error;
    // Only success waits for the body's end: a refusal is one, whatever became of its words.
    if (response !== undefined && !response.ok) return answered(response, read.text, elapsed());
    const durationMs = elapsed();
    const awaiting = response === undefined ? "answer" : "body";
    return tools.signal.aborted
      ? { kind: "timed-out", awaiting, durationMs }
      : { kind: "unreachable", durationMs };
  }
}

/**
 * A target by its spelling and, where there is a resolver, by where its name leads.
 *
 * @throws {ResolverFault} if the resolver cannot be asked
 */
export async function judgeResolvedTarget(
  url: string,
  tools: Pick<AttemptTools, "fetch" | "localTargets" | "resolver" | "signal">,
): Promise<TargetVerdict> {
  const target = judgeTarget(url, tools.localTargets);
  if (!target.ok || target.isLocal || tools.resolver === undefined) return target;
  const resolution = await resolveTarget(target.url.hostname, {
    fetch: tools.fetch,
    resolver: tools.resolver,
    signal: tools.signal,
  });
  switch (resolution) {
    case "public":
      return target;
    case "inside":
      return { ok: false, reason: "must not lead to a special or private address" };
    case "nowhere":
      return { ok: false, reason: "has a name that leads nowhere" };
  }
}

/** Standard Webhooks 1.0: the signature covers the id, this attempt's time and the body's bytes. */
export async function headers(request: AttemptRequest, nowMs: number): Promise<Record<string, string>> {
  const at = new Date(Math.floor(nowMs / 1000) * 1000);
  const timestamp = String(at.getTime() / 1000);
  const signed = `${request.eventId}.${timestamp}.${request.body}`;
  const symmetric = request.secrets.map((secret) =>
    new Webhook(secret).sign(request.eventId, at, request.body),
  );
  const asymmetric = await Promise.all(request.signers.map(async (sign) => `v1a,${await sign(signed)}`));
  return {
    // First, so that it can stand over none of ours.
    ...(request.header && { [request.header.name.toLowerCase()]: request.header.value }),
    "content-type": request.contentType,
    "user-agent": request.userAgent,
    "webhook-id": request.eventId,
    "webhook-timestamp": timestamp,
    "webhook-signature": [...symmetric, ...asymmetric].join(" "),
    "webhook-event": request.eventType,
  };
}

function answered({ status, headers: given }: Response, answer: string, durationMs: number): AttemptResult {
  return { kind: "answered", status, retryAfter: given.get("retry-after"), answer, durationMs };
}

/** workerd's own refusal to make a call, by its words: it has no code. */
function isOfThePlatform(error: unknown): boolean {
  return error instanceof Error && /subrequests|exceeded .*limit/i.test(error.message);
}

/** What has been read of an answer: also where it broke off. */
interface AnswerRead {
  text: string;
}

/**
 * The beginning of an answer as text. The rest is cancelled: an unread body would hold one of the
 * platform's six connections, an endless one would never let go.
 */
async function readBounded(response: Response, into: AnswerRead): Promise<void> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let bytes = 0;
  const reader = response.body.getReader();
  try {
    while (bytes < ANSWER_BYTES_READ) {
      const { done, value } = await reader.read();
      if (done) break;
      if (bytes < ANSWER_BYTES_KEPT) {
        into.text += decoder.decode(value.subarray(0, ANSWER_BYTES_KEPT - bytes), { stream: true });
      }
      bytes += value.byteLength;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
