/**
 * Authorisation: the admin token, and the token of each subscription.
 */
import { readToken, sameSecret } from "../crypto/tokens.ts";
import { subscriber } from "../runtime/stubs.ts";
import type { Context, Middleware } from "./context.ts";
import { unauthorized } from "./problem.ts";

/** For answers that only the admin or one subscription's owner may read: no cache keeps them. */
export const PRIVATE_HEADERS = { "cache-control": "private, no-store", vary: "Authorization" };

/** Lets only the admin through. */
export function adminOnly(): Middleware {
  return async function adminOnlyMiddleware(c, next) {
    return (await isAdmin(c)) ? next() : unauthorized(c);
  };
}

/** Lets the admin through, and everybody if the site's subscriptions are open. */
export function mayCreateSubscriptions(): Middleware {
  return async function mayCreateSubscriptionsMiddleware(c, next) {
    const isOpen = c.var.config.subscriptions === "open";
    return isOpen || (await isAdmin(c)) ? next() : unauthorized(c);
  };
}

/** Lets the admin and the holder of the subscription's token through. */
export function ownerOrAdmin(): Middleware {
  return async function ownerOrAdminMiddleware(c, next) {
    // Both comparisons always run, so that the time taken gives nothing away.
    const [own, admin] = await Promise.all([isOwner(c, c.req.param("id") ?? ""), isAdmin(c)]);
    return own || admin ? next() : unauthorized(c);
  };
}

export async function isAdmin(c: Context): Promise<boolean> {
  return sameSecret(bearerToken(c), c.env.ADMIN_TOKEN);
}

/**
 * Whether the request carries the token of a subscription. Only a token that was once right wakes the object, which
 * knows whether it was rotated since.
 */
export async function isOwner(c: Context, subscription: string): Promise<boolean> {
  const generation = await readToken(c.env.SECRETS_KEY, "subscription", subscription, bearerToken(c));
  return generation !== undefined && subscriber(c.env, subscription).isCurrentToken(generation);
}

/** RFC 6750. An empty string, which equals no token, if there is none. */
function bearerToken(c: Context): string {
  return /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
}
