/**
 * What is done with a subscription as a whole: `POST /subscriptions/ID/…` (CONTRACT 6).
 */
import type { Context } from "hono";
import * as z from "zod/mini";
import { deriveToken, sameSecret } from "../../crypto/tokens.ts";
import { SECRET_OVERLAP_SECONDS, SECRET_OVERLAP_SECONDS_MAX } from "../limits.ts";
import { subscriber } from "../../runtime/stubs.ts";
import { newSecret } from "../../subscriber/secrets.ts";
import type { Outcome } from "../../subscriber/subscription.ts";
import { rotationInput } from "../../domain/subscription.ts";
import { isAdmin } from "../auth.ts";
import { checkVerificationRate } from "../rate-limit.ts";
import { readJsonBody } from "../json-body.ts";
import { conflict, notFound, unauthorized } from "../problem.ts";
import { idOf } from "./subscriptions.ts";

type App = { Bindings: Env };

/** `test`: 202 with the id of a test event, which then shows in the log. */
export async function testSubscription(c: Context<App>): Promise<Response> {
  const sent = await subscriber(c.env, idOf(c)).sendTest();
  if (sent === null) return notFound(c);
  return sent.ok ? c.json({ event: sent.event }, 202) : conflict(c, sent);
}

/** `pause`: what comes is held. */
export async function pauseSubscription(c: Context<App>): Promise<Response> {
  return answered(c, await subscriber(c.env, idOf(c)).pause());
}

/** `resume`: what was held is delivered in order. */
export async function resumeSubscription(c: Context<App>): Promise<Response> {
  return answered(c, await subscriber(c.env, idOf(c)).resume());
}

/** `verify`: asks the endpoint anew; with `{ "verify": false }` the admin vouches for it. */
export async function verifySubscription(c: Context<App>): Promise<Response> {
  const read = await readJsonBody(c, z.strictObject({ verify: z._default(z.boolean(), true) }), {});
  if (!read.ok) return read.response;
  const isVouchedFor = !read.value.verify;
  if (isVouchedFor && !(await isAdmin(c))) return unauthorized(c);
  const object = subscriber(c.env, idOf(c));
  if (!isVouchedFor) {
    const view = await object.view();
    if (view === null) return notFound(c);
    const mayBegin = view.status === "pending" || view.status === "disabled";
    const tooMany = mayBegin ? await checkVerificationRate(c, view.url) : undefined;
    if (tooMany !== undefined) return tooMany;
  }
  return answered(c, await object.verify(isVouchedFor));
}

/** `rotate-secret`: the new secret, shown this once; the old one signs beside it until `previousUntil`. */
export async function rotateSecret(c: Context<App>): Promise<Response> {
  const shape = rotationInput(SECRET_OVERLAP_SECONDS, SECRET_OVERLAP_SECONDS_MAX);
  const read = await readJsonBody(c, shape, {});
  if (!read.ok) return read.response;
  const secret = newSecret();
  const done = await subscriber(c.env, idOf(c)).rotateSecret(secret, read.value.overlapSeconds * 1000);
  if (done === null) return notFound(c);
  return c.json({ secret, previousUntil: done.previousUntil }, 200, { "cache-control": "no-store" });
}

/** `confirm/NUMBER.TOKEN`: whoever holds the URL that the endpoint was sent says yes for it. */
export async function confirmSubscription(c: Context<App>): Promise<Response> {
  const [, number, token] = /^(\d{1,9})\.(.+)$/.exec(c.req.param("token") ?? "") ?? [];
  const expected = await deriveToken(c.env.SECRETS_KEY, "confirm", `${idOf(c)}.${number}`);
  if (!(await sameSecret(token ?? "", expected))) return unauthorized(c);
  return answered(c, await subscriber(c.env, idOf(c)).confirm(Number(number)));
}

export function answered(c: Context<App>, outcome: Outcome): Response {
  if (outcome === null) return notFound(c);
  return outcome.ok ? c.json(outcome.view, 200, { "cache-control": "no-store" }) : conflict(c, outcome);
}
