/**
 * Conditions of a write. A condition that is ignored does what the client wanted to prevent, so a call that takes
 * none refuses it.
 */
import type { Context, Middleware } from "./context.ts";
import { problem } from "./problem.ts";

const CONDITIONS = ["if-match", "if-none-match", "if-unmodified-since"] as const;
const ONE_RELEASE = /\/releases\/[^/]+$/;

/** Refuses conditions on every write but `PUT /releases/ID`. */
export function refuseConditions(): Middleware {
  return async function refuseConditionsMiddleware(c, next) {
    const { method, path } = c.req;
    const isRead = method === "GET" || method === "HEAD" || method === "OPTIONS";
    if (isRead || (method === "PUT" && ONE_RELEASE.test(path))) return next();
    const given = CONDITIONS.find((name) => c.req.header(name) !== undefined);
    return given === undefined ? next() : unsupported(c, given);
  };
}

/** The edition that a release must have, 0 for none; undefined without a condition; or the refusal. */
export function editionCondition(c: Context): number | undefined | Response {
  const { "if-match": match, "if-none-match": noneMatch, "if-unmodified-since": since } = c.req.header();
  if (since !== undefined) return unsupported(c, "if-unmodified-since");
  if (noneMatch !== undefined) {
    if (match === undefined && noneMatch.trim() === "*") return 0;
    return malformed(c, "If-None-Match must be *, alone: the release must not exist yet.");
  }
  if (match === undefined) return undefined;
  const edition = /^\s*"(0|[1-9]\d{0,8})"\s*$/.exec(match)?.[1];
  if (edition !== undefined) return Number(edition);
  return malformed(
    c,
    'If-Match must be an edition in quotes, such as "2"; "0" means that the release must not exist yet.',
  );
}

function malformed(c: Context, detail: string): Response {
  return problem(c, { code: "malformed-if-match", detail });
}

function unsupported(c: Context, header: string): Response {
  return problem(c, {
    code: "unsupported-condition",
    detail: `This call takes no ${header} header: it cannot keep the condition. Nothing was changed. PUT /api/v1/releases/ID takes If-Match and If-None-Match.`,
  });
}
