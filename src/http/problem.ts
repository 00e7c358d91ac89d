/**
 * Errors as RFC 9457 `application/problem+json`.
 */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ProblemCode } from "../domain/codes.ts";
import type { Issue } from "../domain/issues.ts";

export interface Problem {
  status: ContentfulStatusCode;
  title: string;
  /** What programs decide by. */
  code?: ProblemCode;
  /** What is wrong with this request, and the way out. */
  detail?: string;
  errors?: Issue[];
  headers?: Record<string, string>;
}

export function problem(c: Context, { status, title, code, detail, errors, headers }: Problem): Response {
  return c.body(JSON.stringify({ type: "about:blank", title, status, code, detail, errors }), status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...headers,
  });
}

/** The one answer to a missing or wrong token, whatever it was for. */
export function unauthorized(c: Context): Response {
  return problem(c, {
    status: 401,
    title: "Unauthorized",
    detail: "Send the token as `Authorization: Bearer TOKEN`.",
    headers: { "www-authenticate": 'Bearer realm="communique"' },
  });
}

export function invalid(c: Context, errors: Issue[], detail = "Nothing was changed."): Response {
  return problem(c, { status: 422, title: "Invalid", detail, errors });
}

/** The request contradicts the present state; `detail` says what is possible. */
export function conflict(c: Context, { code, detail }: { code: ProblemCode; detail: string }): Response {
  return problem(c, { status: 409, title: "Conflict", code, detail });
}

export function notFound(c: Context): Response {
  return problem(c, { status: 404, title: "Not found", detail: "There is nothing at this address." });
}

/** For a path that is there, but not with this method. */
export function allowMethods(...methods: string[]): (c: Context) => Response {
  return function methodNotAllowed(c) {
    const allow = methods.join(", ");
    return problem(c, {
      status: 405,
      title: "Method not allowed",
      detail: `This address takes ${allow}.`,
      headers: { allow },
    });
  };
}
