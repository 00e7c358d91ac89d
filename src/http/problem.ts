/**
 * Errors as RFC 9457 `application/problem+json`. Programs decide by `code`; people read `detail`.
 */
import type { Context as HonoContext } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { PROBLEM_CODES, type ProblemCode } from "../domain/codes.ts";
import { boundIssues, type Issue } from "../domain/issues.ts";

type ProblemStatus = (typeof PROBLEM_CODES)[ProblemCode] & ContentfulStatusCode;

const TITLES: Record<ProblemStatus, string> = {
  400: "Bad request",
  401: "Unauthorized",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  412: "Precondition failed",
  413: "Content too large",
  415: "Unsupported media type",
  416: "Range not satisfiable",
  422: "Invalid",
  429: "Too many requests",
  500: "Internal error",
  503: "Service unavailable",
};

export interface Problem {
  code: ProblemCode;
  /** What is wrong with this request, and what to do about it. */
  detail: string;
  /** The issues of a body or query; `path` is a JSON Pointer. */
  errors?: readonly Issue[];
  /** Sent as Retry-After. */
  retryAfterSeconds?: number;
  headers?: Record<string, string>;
}

export function problem(c: HonoContext, given: Problem): Response {
  const { code, detail, errors, headers, retryAfterSeconds } = given;
  const status = PROBLEM_CODES[code];
  const issues = errors && boundIssues(errors);
  // Leads to what the code means, in the manual of this service.
  const page = `/docs/errors#${code}`;
  // Unparsed: this may be the answer that BASE_URL is wrong.
  const type = URL.parse(page, (c.env as Env).BASE_URL)?.href ?? page;
  const body = { type, title: TITLES[status], status, code, detail, errors: issues };
  return c.body(JSON.stringify(body), status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    ...headers,
  });
}

/** The one answer to a missing or wrong token, in every route. */
export function unauthorized(c: HonoContext): Response {
  return problem(c, {
    code: "unauthorized",
    detail: "Send the token as `Authorization: Bearer TOKEN`.",
    headers: { "www-authenticate": 'Bearer realm="communique"' },
  });
}

/** @param detail what the service did or did not do because of the issues */
export function invalid(c: HonoContext, errors: readonly Issue[], detail = "Nothing was changed."): Response {
  return problem(c, { code: "invalid", detail, errors });
}

export function notFound(c: HonoContext): Response {
  return problem(c, { code: "not-found", detail: "There is nothing at this address." });
}

/** The address exists, but does not take this method. */
export function methodNotAllowed(c: HonoContext, methods: readonly string[]): Response {
  // Every GET answers HEAD too.
  const all = methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  const allow = [...new Set(all)].join(", ");
  return problem(c, {
    code: "method-not-allowed",
    detail: `This address takes ${allow}.`,
    headers: { allow },
  });
}
