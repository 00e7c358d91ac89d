/**
 * Replacing SECRETS_KEY: `POST /reseal` makes subscriptions seal their secrets with the first key.
 */
import { newsroom, subscriber } from "../../runtime/stubs.ts";
import { PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { RESEALED_PER_CALL_MAX, SUBREQUESTS_BESIDE_RESEALING } from "../limits.ts";

/**
 * One bounded step: `{ resealed, unreadable, next }`. `next` is the `?after=` of the next step; null after the last one.
 * `unreadable` are the ids of subscriptions that no key opens.
 */
export async function postReseal(c: Context): Promise<Response> {
  const limit = Math.min(c.var.config.subrequests - SUBREQUESTS_BESIDE_RESEALING, RESEALED_PER_CALL_MAX);
  const ids = await newsroom(c.env).sealedWithOthers(c.req.query("after") ?? "", limit);
  const done = await Promise.all(
    ids.map(async (id) => ({ id, result: await subscriber(c.env, id).reseal() })),
  );
  return c.json(
    {
      resealed: done.filter(({ result }) => result === "resealed").length,
      unreadable: done.filter(({ result }) => result === "unreadable").map(({ id }) => id),
      next: ids.length < limit ? null : (ids.at(-1) ?? null),
    },
    200,
    PRIVATE_HEADERS,
  );
}
