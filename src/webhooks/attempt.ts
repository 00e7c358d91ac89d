/**
 * One delivery attempt: a signed POST to the endpoint, and its result.
 */
import { defined } from "../domain/defined.ts";
import { edgeRefusal, type EdgeRefusal } from "../domain/edge-refusal.ts";
import { checkTargetUrl, type LocalTargets, type TargetCheck } from "../domain/target-url.ts";
import { resolveHost } from "./dns.ts";
import type { Format, SignedDelivery } from "./format.ts";
import { ANSWER_BYTES_KEPT, ANSWER_BYTES_READ } from "./limits.ts";

/** The User-Agent of all that goes to endpoints: there is no default one. */
export function userAgentOf(baseUrl: string): string {
  return `communique (+${baseUrl})`;
}

/** A delivery to one endpoint. The format signs it when it is sent. */
export interface AttemptRequest extends Omit<SignedDelivery, "atMs"> {
  url: string;
  /** A GET has no body and nothing to sign. */
  method?: "GET" | "POST";
  format: Pick<Format, "contentType" | "sign">;
  /** The header that the subscription configured. */
  header?: { name: string; value: string } | undefined;
  userAgent: string;
}

export interface AttemptTools {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Aborts at the timeout of the whole attempt. */
  signal: AbortSignal;
  localTargets: LocalTargets;
  /** A DNS-over-HTTPS server; undefined: hosts are not looked up. */
  resolver: string | undefined;
  /** Called just before the POST, because the release may be killed while the attempt is prepared. */
  isStillDue: () => boolean;
}

/** The result of an attempt. `durationMs` ends with the answer's body, or with the failure. */
export type AttemptResult = { durationMs: number } &
  /**
   * `answer`: the beginning of the body. `bodyFault`: why the body ended early; undefined if it did not. `refusal`: set
   * where not the endpoint but the protection in front of it has answered.
   */
  (
    | {
        kind: "answered";
        status: number;
        retryAfter: string | null;
        answer: string;
        bodyFault?: BodyFault;
        refusal?: EdgeRefusal;
      }
    | { kind: "timed-out" }
    | { kind: "unreachable" }
    | { kind: "target-refused"; reason: string }
  );

/** `undecodable`: it is not what its content-encoding says. `broken`: the connection ended. `late`: the timeout. */
export type BodyFault = "undecodable" | "broken" | "late";

/**
 * Sends one request: a POST, or a GET of the hub. Every failure of the endpoint is a result, not an exception.
 * Redirects count as answers and are not followed. An answer counts by its status, whatever becomes of its body.
 *
 * The platform does not report when a connection is made. So one timeout covers connecting, sending, the head of the
 * answer and its body. It also ends a body that trickles.
 *
 * @returns undefined if the delivery is no longer due
 * @throws for failures of our own: a resolver that does not answer, a platform limit
 */
export async function attemptDelivery(
  request: AttemptRequest,
  tools: AttemptTools,
): Promise<AttemptResult | undefined> {
  const started = tools.now();
  const elapsed = () => tools.now() - started;
  const target = await checkResolvedTarget(request.url, tools);
  if (!target.ok) return { kind: "target-refused", reason: target.reason, durationMs: elapsed() };
  const headers = await buildHeaders(request, started);
  if (!tools.isStillDue()) return undefined;

  let response: Response;
  try {
    response = await tools.fetch(target.url.href, {
      method: request.method ?? "POST",
      headers,
      ...(request.method === "GET" ? {} : { body: request.body }),
      redirect: "manual",
      signal: tools.signal,
    });
  } catch (error) {
    if (isPlatformLimit(error)) throw error;
    return { kind: tools.signal.aborted ? "timed-out" : "unreachable", durationMs: elapsed() };
  }
  const { answer, bodyFault } = await readBounded(response, tools.signal);
  return defined({
    kind: "answered" as const,
    status: response.status,
    retryAfter: response.headers.get("retry-after"),
    answer,
    bodyFault,
    refusal: edgeRefusal(response.status, response.headers.get("cf-mitigated"), answer),
    durationMs: elapsed(),
  });
}

/**
 * Checks a URL by its text and, where a resolver is configured, by the addresses of its host.
 *
 * @throws {ResolverError} if the resolver fails
 */
export async function checkResolvedTarget(
  url: string,
  tools: Pick<AttemptTools, "fetch" | "localTargets" | "resolver" | "signal">,
): Promise<TargetCheck> {
  const target = checkTargetUrl(url, tools.localTargets);
  if (!target.ok || target.isLocal || tools.resolver === undefined) return target;
  const resolution = await resolveHost(target.url.hostname, {
    fetch: tools.fetch,
    resolver: tools.resolver,
    signal: tools.signal,
  });
  switch (resolution) {
    case "public":
      return target;
    case "private":
      return { ok: false, reason: "must not resolve to a special or private address" };
    case "none":
      return { ok: false, reason: "has a host name that does not resolve" };
    case "broken":
      return { ok: false, reason: "has a host name whose name servers do not answer" };
  }
}

export async function buildHeaders(request: AttemptRequest, atMs: number): Promise<Record<string, string>> {
  const { header, format, userAgent } = request;
  return {
    // First, so that it cannot override one of our own headers.
    ...(header && { [header.name.toLowerCase()]: header.value }),
    // Firewalls refuse requests that accept nothing.
    accept: "*/*",
    ...(request.method === "GET" ? {} : { "content-type": format.contentType }),
    "user-agent": userAgent,
    ...(await format.sign?.({ ...request, atMs })),
  };
}

/** A call that workerd itself refused. The error has no code, so the message decides. */
function isPlatformLimit(error: unknown): boolean {
  return error instanceof Error && /subrequests|exceeded .*limit/i.test(error.message);
}

/**
 * Reads the beginning of a body as text and cancels the rest. An unread body would hold one of the
 * platform's six connections, an endless one for ever.
 */
async function readBounded(
  response: Response,
  signal: AbortSignal,
): Promise<{ answer: string; bodyFault?: BodyFault }> {
  let answer = "";
  if (response.body === null) return { answer };
  const decoder = new TextDecoder();
  let bytes = 0;
  const reader = response.body.getReader();
  try {
    while (bytes < ANSWER_BYTES_READ) {
      const { done, value } = await reader.read();
      if (done) break;
      if (bytes < ANSWER_BYTES_KEPT) {
        answer += decoder.decode(value.subarray(0, ANSWER_BYTES_KEPT - bytes), { stream: true });
      }
      bytes += value.byteLength;
    }
    return { answer };
  } catch (error) {
    if (signal.aborted) return { answer, bodyFault: "late" };
    return { answer, bodyFault: isDecodingFault(error) ? "undecodable" : "broken" };
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** workerd gives a body that it cannot decompress no code, so the message decides. */
function isDecodingFault(error: unknown): boolean {
  return error instanceof Error && /gzip|brotli|compress/i.test(error.message);
}
