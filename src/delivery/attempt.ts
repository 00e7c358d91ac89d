/**
 * One POST to a subscriber's endpoint, and what came of it.
 */
import { Webhook } from "standardwebhooks";
import { judgeTarget, type LocalTargets } from "../domain/target.ts";
import { ANSWER_BYTES_KEPT, ANSWER_BYTES_READ } from "../limits.ts";

export interface AttemptRequest {
  url: string;
  /** The event's id: the same on every attempt and for every subscriber. */
  eventId: string;
  eventType: string;
  /** The exact bytes that are signed and sent. */
  body: string;
  /** Every live secret, `whsec_…`: each signs. */
  secrets: readonly string[];
  userAgent: string;
}

export interface AttemptTools {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since 1970. */
  now: () => number;
  timeoutMs: number;
  localTargets: LocalTargets;
}

/** What came of an attempt. `durationMs` runs to the end of the answer's body or to the failure. */
export type AttemptResult = { durationMs: number } & (
  | { kind: "answered"; status: number; retryAfter: string | null; answer: string }
  | { kind: "timed-out" }
  | { kind: "unreachable" }
  | { kind: "target-refused"; reason: string }
);

/** Never throws: whatever goes wrong is a result. Redirects are answers, not followed. */
export async function attemptDelivery(request: AttemptRequest, tools: AttemptTools): Promise<AttemptResult> {
  const started = tools.now();
  const elapsed = () => tools.now() - started;
  const target = judgeTarget(request.url, tools.localTargets);
  if (!target.ok) return { kind: "target-refused", reason: target.reason, durationMs: 0 };

  const signal = AbortSignal.timeout(tools.timeoutMs);
  try {
    const response = await tools.fetch(target.url.href, {
      method: "POST",
      headers: headers(request, started),
      body: request.body,
      redirect: "manual",
      signal,
    });
    const { status } = response;
    const retryAfter = response.headers.get("retry-after");
    const answer = await readBounded(response);
    return { kind: "answered", status, retryAfter, answer, durationMs: elapsed() };
  } catch {
    return { kind: signal.aborted ? "timed-out" : "unreachable", durationMs: elapsed() };
  }
}

/** Standard Webhooks 1.0: the signature covers the id, this attempt's time and the body's bytes. */
export function headers(request: AttemptRequest, nowMs: number): Record<string, string> {
  const at = new Date(Math.floor(nowMs / 1000) * 1000);
  return {
    "content-type": "application/json",
    "user-agent": request.userAgent,
    "webhook-id": request.eventId,
    "webhook-timestamp": String(at.getTime() / 1000),
    "webhook-signature": request.secrets
      .map((secret) => new Webhook(secret).sign(request.eventId, at, request.body))
      .join(" "),
    "webhook-event": request.eventType,
  };
}

/**
 * The beginning of an answer as text. The rest is cancelled: an unread body would hold one of the
 * platform's six connections, an endless one would never let go.
 */
async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  const reader = response.body.getReader();
  try {
    while (bytes < ANSWER_BYTES_READ) {
      const { done, value } = await reader.read();
      if (done) break;
      if (bytes < ANSWER_BYTES_KEPT) {
        text += decoder.decode(value.subarray(0, ANSWER_BYTES_KEPT - bytes), { stream: true });
      }
      bytes += value.byteLength;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return text;
}
