/**
 * Subscriptions over HTTP (CONTRACT 6).
 */
import type { Context } from "hono";
import { formatInstant } from "../domain/instant.ts";
import { judgeTarget } from "../domain/target.ts";
import { deriveToken, sameSecret } from "../keys.ts";
import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, SECRET_BYTES } from "../limits.ts";
import { newsroom, subscriber } from "../objects.ts";
import { settingsOf } from "../settings.ts";
import type { Attempt, Delivery } from "../subscriber/outbox.ts";
import { subscriptionInput } from "../subscriber/subscription.ts";
import { isAdmin } from "./auth.ts";
import { readJsonBody } from "./json-body.ts";
import { invalid, notFound, problem, unauthorized } from "./problem.ts";

type App = { Bindings: Env };

/** `POST /subscriptions`: 201 with the secret and the token, which are shown this once. */
export async function postSubscription(c: Context<App>): Promise<Response> {
  const settings = settingsOf(c.env);
  const admin = await isAdmin(c);
  if (settings.subscriptions === "invited" && !admin) return unauthorized(c);
  const read = await readJsonBody(c, subscriptionInput);
  if (!read.ok) return read.response;
  const input = read.value;
  if (!input.verify && !admin) return unauthorized(c);
  const target = judgeTarget(input.url, settings.localTargets);
  if (!target.ok) return invalid(c, [{ path: "/url", message: target.reason }]);

  const id = `sub_${crypto.randomUUID().replaceAll("-", "")}`;
  const secret = `whsec_${crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toBase64()}`;
  // Registered first: events from now on are its own, and one that is never made is never active.
  const faults = await newsroom(c.env).register({ id, filter: input.filter, events: input.events });
  if (faults.length > 0) return invalid(c, faults);
  const view = await subscriber(c.env, id).create(id, input, secret);
  const token = await deriveToken(c.env.SECRETS_KEY, "subscription", id);
  return c.json({ ...view, secret, token }, 201, {
    location: `/api/v1/subscriptions/${id}`,
    "cache-control": "no-store",
  });
}

export async function getSubscription(c: Context<App>): Promise<Response> {
  const view = await subscriber(c.env, idOf(c)).view();
  return view ? c.json(view) : notFound(c);
}

export async function deleteSubscription(c: Context<App>): Promise<Response> {
  const object = subscriber(c.env, idOf(c));
  if ((await object.view()) === null) return notFound(c);
  // The Newsroom first: cut off in between, the object is there to be deleted once more.
  await newsroom(c.env).unregister(idOf(c));
  await object.remove();
  return c.body(null, 204);
}

/** `POST /subscriptions/ID/test`: 202 with the id of a test event, which then shows in the log. */
export async function testSubscription(c: Context<App>): Promise<Response> {
  const object = subscriber(c.env, idOf(c));
  const view = await object.view();
  if (view === null) return notFound(c);
  const sent = await object.sendTest();
  if (sent) return c.json(sent, 202);
  return problem(c, {
    status: 409,
    title: "Conflict",
    detail: `The subscription is ${view.status}; only an active one is sent tests.`,
  });
}

/** `POST /subscriptions/ID/confirm/TOKEN`: whoever holds the URL that the endpoint was sent says yes for it. */
export async function confirmSubscription(c: Context<App>): Promise<Response> {
  const expected = await deriveToken(c.env.SECRETS_KEY, "confirm", idOf(c));
  if (!(await sameSecret(c.req.param("token") ?? "", expected))) return unauthorized(c);
  const object = subscriber(c.env, idOf(c));
  await object.confirm();
  const view = await object.view();
  return view ? c.json(view) : notFound(c);
}

/** `GET /subscriptions/ID/deliveries`: the log, newest first. */
export async function getDeliveries(c: Context<App>): Promise<Response> {
  const limit = wholeNumber(c.req.query("limit"), PAGE_ROWS_DEFAULT);
  if (limit === undefined || limit < 1 || limit > PAGE_ROWS_MAX) {
    return invalid(c, [{ path: "/limit", message: `must be a number from 1 to ${PAGE_ROWS_MAX}` }]);
  }
  const cursor = c.req.query("cursor");
  const before = cursor === undefined ? undefined : wholeNumber(cursor, 0);
  if (cursor !== undefined && before === undefined) {
    return invalid(c, [{ path: "/cursor", message: "must be the `next` of the page before" }]);
  }
  const page = await subscriber(c.env, idOf(c)).deliveries(limit, before);
  if (page === null) return notFound(c);
  return c.json({
    data: page.deliveries.map(deliveryJson),
    next: page.next === null ? null : String(page.next),
  });
}

/** `GET /subscriptions/ID/deliveries/EVENT`: one delivery with every attempt. */
export async function getDelivery(c: Context<App>): Promise<Response> {
  const found = await subscriber(c.env, idOf(c)).delivery(c.req.param("event") ?? "");
  if (found === null) return notFound(c);
  return c.json({ ...deliveryJson(found.delivery), log: found.attempts.map(attemptJson) });
}

function idOf(c: Context<App>): string {
  return c.req.param("id") ?? "";
}

function wholeNumber(text: string | undefined, otherwise: number): number | undefined {
  if (text === undefined) return otherwise;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function deliveryJson({ createdMs, dueMs, ...delivery }: Delivery): Record<string, unknown> {
  return {
    ...delivery,
    created: instantOfMs(createdMs),
    nextAttempt: dueMs === null ? null : instantOfMs(dueMs),
  };
}

function attemptJson({ atMs, ...attempt }: Attempt): Record<string, unknown> {
  return { ...attempt, at: instantOfMs(atMs) };
}

function instantOfMs(ms: number): string {
  return formatInstant(Math.floor(ms / 1000));
}
