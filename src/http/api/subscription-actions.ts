/**
 * What an owner does with a subscription as a whole: `POST /subscriptions/ID/ACTION`.
 */
import * as z from "zod/mini";
import { issueToken, readToken } from "../../crypto/tokens.ts";
import { rotationInput, type Shape } from "../../domain/subscription.ts";
import { subscriber } from "../../runtime/stubs.ts";
import { newSecret } from "../../subscriber/secrets.ts";
import type { Outcome } from "../../subscriber/subscription.ts";
import { isAdmin } from "../auth.ts";
import type { Context } from "../context.ts";
import { SECRET_OVERLAP_SECONDS, SECRET_OVERLAP_SECONDS_MAX } from "../limits.ts";
import { notFound, problem, unauthorized } from "../problem.ts";
import { countTest, countVerification } from "../rate-limit.ts";
import { subscriptionId } from "./subscriptions.ts";

export const verifyBody = z.strictObject({ verify: z._default(z.boolean(), true) });
export const rotationBody = rotationInput(SECRET_OVERLAP_SECONDS, SECRET_OVERLAP_SECONDS_MAX);

/**
 * `test`: 202 with the id of a test event, which appears in the log. Where the format has several shapes, one test is sent
 * in each, numbered: only a person at the other end sees which one arrives.
 */
export async function testSubscription(c: Context): Promise<Response> {
  const object = subscriber(c.env, subscriptionId(c));
  const view = await object.view();
  const tooMany = view?.status === "active" ? await countTest(c, view.url) : undefined;
  if (tooMany !== undefined) return tooMany;
  const sent = await object.sendTest();
  if (sent === null) return notFound(c);
  if (!sent.ok) return problem(c, sent);
  const [first] = sent.tests;
  if (sent.tests.length === 1) return c.json({ event: first?.event }, 202);
  return c.json({ event: first?.event, tests: sent.tests, question: questionAbout(sent.tests) }, 202);
}

function questionAbout(tests: readonly { number: number; shape?: Shape }[]): string {
  const choices = tests.map(({ number, shape }) => `if it is test ${number}, PATCH { "shape": "${shape}" }`);
  return `Which test has arrived? The flow accepts both, but shows only one: ${choices.join("; ")}.`;
}

/** `pause`: holds new events. */
export async function pauseSubscription(c: Context): Promise<Response> {
  return answer(c, await subscriber(c.env, subscriptionId(c)).pause());
}

/** `resume`: delivers the held events in order. */
export async function resumeSubscription(c: Context): Promise<Response> {
  return answer(c, await subscriber(c.env, subscriptionId(c)).resume());
}

/** `verify`: sends the endpoint a new verification request. The admin may skip it with `{ "verify": false }`. */
export async function verifySubscription(c: Context, body: z.output<typeof verifyBody>): Promise<Response> {
  const isSkipped = !body.verify;
  if (isSkipped && !(await isAdmin(c))) return unauthorized(c);
  const object = subscriber(c.env, subscriptionId(c));
  if (!isSkipped) {
    const view = await object.view();
    if (view === null) return notFound(c);
    const tooMany = !view.proved ? await countVerification(c, view.url) : undefined;
    if (tooMany !== undefined) return tooMany;
  }
  return answer(c, await object.verify(isSkipped));
}

/** `rotate-secret`: the new secret, which no later answer shows. The old one also signs until `previousUntil`. */
export async function rotateSecret(c: Context, body: z.output<typeof rotationBody>): Promise<Response> {
  const secret = body.secret ?? newSecret();
  const done = await subscriber(c.env, subscriptionId(c)).rotateSecret(secret, body.overlapSeconds * 1000);
  if (done === null) return notFound(c);
  if (!done.ok) return problem(c, done);
  return c.json({ secret, previousUntil: done.previousUntil }, 200, { "cache-control": "no-store" });
}

/** `rotate-token`: a new token, which no later answer shows. The old one stops at once, since it may be known to others. */
export async function rotateToken(c: Context): Promise<Response> {
  const generation = await subscriber(c.env, subscriptionId(c)).rotateToken();
  if (generation === null) return notFound(c);
  const token = await issueToken(c.env.SECRETS_KEY, "subscription", subscriptionId(c), generation);
  return c.json({ token }, 200, { "cache-control": "no-store" });
}

/** `confirm/NUMBER.TOKEN`: a client that holds the confirm URL verifies the endpoint. */
export async function confirmSubscription(c: Context): Promise<Response> {
  const given = c.req.param("token") ?? "";
  const number = await readToken(c.env.SECRETS_KEY, "confirm", subscriptionId(c), given);
  if (number === undefined) return unauthorized(c);
  return answer(c, await subscriber(c.env, subscriptionId(c)).confirm(number));
}

function answer(c: Context, outcome: Outcome): Response {
  if (outcome === null) return notFound(c);
  return outcome.ok ? c.json(outcome.view, 200, { "cache-control": "no-store" }) : problem(c, outcome);
}
