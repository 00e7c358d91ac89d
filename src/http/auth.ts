/**
 * Who may do what: the admin token, and each subscription's own.
 */
import type { Context, MiddlewareHandler } from "hono";
import { deriveToken, sameSecret } from "../crypto/tokens.ts";
import { unauthorized } from "./problem.ts";

type App = { Bindings: Env };

/** What the press office reads is kept by nobody else. */
export const PRIVATE_HEADERS = { "cache-control": "private, no-store", vary: "Authorization" };

/** Lets only the press office through. */
export function adminOnly(): MiddlewareHandler<App> {
  return async function adminOnlyMiddleware(c, next) {
    if (!(await isAdmin(c))) return unauthorized(c);
    return next();
  };
}

/** Lets the press office and the holder of the subscription's token through. */
export function subscriberOrAdmin(): MiddlewareHandler<App> {
  return async function subscriberOrAdminMiddleware(c, next) {
    const token = bearerToken(c);
    // Both are always compared: how long it takes tells nothing.
    const [own, admin] = await Promise.all([
      deriveToken(c.env.SECRETS_KEY, "subscription", c.req.param("id") ?? "").then((expected) =>
        sameSecret(token, expected),
      ),
      sameSecret(token, c.env.ADMIN_TOKEN),
    ]);
    if (!own && !admin) return unauthorized(c);
    return next();
  };
}

export async function isAdmin(c: Context<App>): Promise<boolean> {
  return sameSecret(bearerToken(c), c.env.ADMIN_TOKEN);
}

/** RFC 6750; empty when there is none, which equals no token. */
export function bearerToken(c: Context): string {
  return /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
}
