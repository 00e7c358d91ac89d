/**
 * Limits what an owner asks a subscription to send. The admin has no such limits.
 */
import { subscriber } from "../../runtime/stubs.ts";
import type { OwnerAction } from "../../subscriber/owner-requests.ts";
import { isAdmin } from "../auth.ts";
import type { Middleware } from "../context.ts";
import { problem } from "../problem.ts";
import { subscriptionId } from "./subscriptions.ts";

export function limitOwner(action: OwnerAction): Middleware {
  return async function limitOwnerMiddleware(c, next) {
    if (await isAdmin(c)) return next();
    const refusal = await subscriber(c.env, subscriptionId(c)).countRequest(action);
    return refusal === null ? next() : problem(c, refusal);
  };
}
