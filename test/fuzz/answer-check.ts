/**
 * What every answer must be, whatever the request was.
 */
import { PROBLEM_CODES, type ProblemCode } from "../../src/domain/codes.ts";
import type { FuzzRequest } from "./request.ts";
import type { Answer } from "./send.ts";
import type { World } from "./world.ts";

/** The largest answer that names faults. */
const PROBLEM_BYTES_MAX = 65_536;

/** Codes of 5xx answers that are right. With all streams open, a client is asked to come back, and Retry-After says when. */
const RIGHT_FAILURES: readonly string[] = ["too-many-streams"] satisfies ProblemCode[];

/** @returns what is wrong with the answer */
export function faultsOf(request: FuzzRequest, answer: Answer, world: World): string[] {
  if (answer.error !== undefined) return isCutOff(request, answer.error) ? [] : [answer.error];
  if (isOfRuntime(answer)) return [];
  return [
    ...headerFaults(answer),
    ...problemFaults(request, answer),
    ...redirectFaults(answer, world),
    ...(world.usesAdmin ? [] : secretFaults(answer, world)),
  ];
}

/**
 * The service may answer and close before it has read a body that it does not need; the reset can then overtake the
 * answer (RFC 9112, 9.6). Where Content-Length is wrong, there may be no answer at all.
 */
function isCutOff({ lies, body }: FuzzRequest, error: string): boolean {
  if (lies) return /socket hang up|ECONNRESET|EPIPE|aborted|Parse Error/.test(error);
  return body !== undefined && /ECONNRESET|EPIPE/.test(error);
}

/** What workerd itself says of a target that is no URI, and of one that is too long: it does not call the Worker. */
const RUNTIME_REFUSALS = ["invalid URI", "URI too long"];

function isOfRuntime({ status, headers, body }: Answer): boolean {
  if ((status !== 400 && status !== 414) || headers["content-type"] !== "text/plain") return false;
  // The answer to HEAD has no text.
  return body.length === 0 || RUNTIME_REFUSALS.includes(body.toString());
}

function headerFaults({ headers }: Answer): string[] {
  return [
    ...(headers["x-content-type-options"] === "nosniff" ? [] : ["no X-Content-Type-Options: nosniff"]),
    ...(headers["referrer-policy"] === undefined ? ["no Referrer-Policy"] : []),
  ];
}

function problemFaults({ method, path }: FuzzRequest, answer: Answer): string[] {
  const { status, headers, body } = answer;
  if (method === "HEAD") return status >= 500 ? [`status ${status}`] : [];
  if (headers["content-type"] !== "application/problem+json") {
    if (status >= 500) return [`status ${status}: ${body.toString().slice(0, 200)}`];
    // A killed release has a document of its own.
    const isProblem = status >= 400 && status !== 410 && path.startsWith("/api/v1/");
    return isProblem ? [`status ${status} of the API without problem+json`] : [];
  }
  const parsed = parseProblem(body);
  if (parsed === undefined) return [`a problem that is no JSON: ${body.toString().slice(0, 200)}`];
  const { code, status: said, detail } = parsed;
  const known: number | undefined = PROBLEM_CODES[code as ProblemCode];
  return [
    ...(known === undefined ? [`unknown code ${code}`] : []),
    ...(known !== undefined && known !== status ? [`code ${code} with status ${status}`] : []),
    ...(said === status ? [] : [`the problem says ${said}, its status is ${status}`]),
    ...(status >= 500 && !RIGHT_FAILURES.includes(code) ? [`status ${status}: ${detail}`] : []),
    ...((status === 429 || status === 503) && headers["retry-after"] === undefined ? ["no Retry-After"] : []),
    ...(status === 405 && headers.allow === undefined ? ["no Allow"] : []),
    ...(status === 401 && headers["www-authenticate"] === undefined ? ["no WWW-Authenticate"] : []),
    ...(body.length < PROBLEM_BYTES_MAX ? [] : [`a problem of ${body.length} bytes`]),
  ];
}

function parseProblem(body: Buffer): { code: string; status: number; detail: string } | undefined {
  try {
    return JSON.parse(body.toString()) as { code: string; status: number; detail: string };
  } catch {
    return undefined;
  }
}

function redirectFaults({ headers }: Answer, { service }: World): string[] {
  const { location } = headers;
  if (location === undefined) return [];
  const target = URL.parse(location, service);
  return target?.origin === service.origin ? [] : [`redirects to ${location.slice(0, 200)}`];
}

function secretFaults({ body, headers }: Answer, { secretWords }: World): string[] {
  const whole = body.toString() + JSON.stringify(headers);
  return secretWords
    .filter((word) => whole.includes(word))
    .map((word) => `tells ${word}, which is embargoed`);
}
