/**
 * Subscriptions: create, read, change and delete.
 */
import * as z from "zod/mini";
import { issueToken } from "../../crypto/tokens.ts";
import { instantOfMs } from "../../domain/dates.ts";
import { defined } from "../../domain/defined.ts";
import {
  invalid as invalidResult,
  type Issue,
  issuesIn,
  ok,
  parse,
  type Result,
} from "../../domain/issues.ts";
import { SUBSCRIPTIONS_RETRY_SECONDS } from "../../domain/limits.ts";
import { isHubId } from "../../domain/hub.ts";
import type { RegistryIssue } from "../../domain/registry.ts";
import {
  type DeliveryFormat,
  type EventName,
  type Registration,
  SUBSCRIPTION_STATUSES,
  type SubscriptionChange,
  type SubscriptionInput,
} from "../../domain/subscription.ts";
import type { Registered } from "../../newsroom/store/subscriptions.ts";
import type { Listed, SubscriptionQuery } from "../../newsroom/store/subscription-list.ts";
import { newsroom, subscriber } from "../../runtime/stubs.ts";
import { registeredUrl } from "../../subscriber/endpoint.ts";
import { newSecret } from "../../subscriber/secrets.ts";
import { type ChangeRefusal, FIRST_TOKEN, termsJson } from "../../subscriber/subscription.ts";
import { FORMATS } from "../../webhooks/payload.ts";
import { isAdmin, isOwner, PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { jsonThen } from "../json-then.ts";
import { nameNearestValues } from "../documents/nearest-values.ts";
import { invalid, notFound, problem, unauthorized } from "../problem.ts";
import { parsePage } from "../query.ts";
import { countVerification, clientOf } from "../rate-limit.ts";
import { namedUrl, validateSettings, validateTarget } from "./endpoint-settings.ts";

/** `POST /subscriptions`: 201 with the secret and the token, which no later answer shows. */
export async function postSubscription(c: Context, input: SubscriptionInput): Promise<Response> {
  const admin = await isAdmin(c);
  if (!admin && (!input.verify || input.events.includes("operational"))) return unauthorized(c);
  const { format, content, events, filter, description } = input;
  const named = namedUrl(input);
  if (named === undefined) return invalid(c, [missingEndpoint(format)]);
  const issues = validateSettings(format, input);
  if (issues.length > 0) return invalid(c, issues);
  const issue = await validateTarget(c, format, named);
  if (issue !== undefined) return invalid(c, [issue]);

  const id = `sub_${crypto.randomUUID().replaceAll("-", "")}`;
  const registration = defined({
    id,
    ...(await registeredUrl(c.env.SECRETS_KEY, format, named)),
    format,
    content,
    events,
    filter,
    description,
    createdMs: Date.now(),
  });
  const isVerified = !input.verify || !FORMATS[format].needsVerification;
  if (input.verify && !admin) {
    // A request that the ledger refuses counts as no verification, and one over the rate limit changes nothing.
    const checked = await register(c, registration, { isVerified, admin, dryRun: true });
    if (checked.kind !== "registered") return refuseRegistration(c, checked, input, admin);
    const tooMany = await countVerification(c, named);
    if (tooMany !== undefined) return tooMany;
  }
  // The Newsroom first, so that events from now on belong to the subscription. If the request dies here, the
  // Newsroom soon deletes the registration.
  const registered = await register(c, registration, { isVerified, admin, dryRun: false });
  if (registered.kind !== "registered") return refuseRegistration(c, registered, input, admin);
  for (const replaced of registered.replaced) {
    await newsroom(c.env).unregister(replaced);
    await subscriber(c.env, replaced).remove();
  }
  const secret = FORMATS[format].sign === undefined ? undefined : (input.secret ?? newSecret());
  const view = await subscriber(c.env, id).create(registration, named, input, secret);
  const token = await issueToken(c.env.SECRETS_KEY, "subscription", id, FIRST_TOKEN);
  const headers = { location: `/api/v1/subscriptions/${id}`, "cache-control": "no-store" };
  const answer = { ...view, ...defined({ secret }), token };
  // An endpoint that gets the first proof before its owner has the secret would refuse the proof.
  return jsonThen(c, answer, 201, headers, () => subscriber(c.env, id).begin());
}

function missingEndpoint(format: DeliveryFormat): Issue {
  return format === "telegram"
    ? { path: "/telegram", message: "is required: the token of a bot, and a chat" }
    : { path: "/url", message: "is required" };
}

/** `GET /subscriptions?sort=trouble|created&status=…`: all subscriptions with their health, for the admin. */
export async function getSubscriptions(c: Context): Promise<Response> {
  const query = parseListQuery(c);
  if (!query.ok) return invalid(c, query.issues, "Nothing was read.");
  const { data, next } = await newsroom(c.env).subscriptions(query.value);
  const cursor = next && btoa(JSON.stringify(next));
  return c.json(
    { data: data.map((listed) => listedJson(listed, c.var.config.site.baseUrl)), next: cursor },
    200,
    PRIVATE_HEADERS,
  );
}

export async function getSubscription(c: Context): Promise<Response> {
  const view = await subscriber(c.env, subscriptionId(c)).view();
  return view ? c.json(view, 200, PRIVATE_HEADERS) : notFound(c);
}

/** `PATCH /subscriptions/ID`: fields left out keep their value. A new URL must be verified. */
export async function patchSubscription(c: Context, change: SubscriptionChange): Promise<Response> {
  const admin = await isAdmin(c);
  const object = subscriber(c.env, subscriptionId(c));
  const view = await object.view();
  if (view === null) return notFound(c);
  const isOperational = (events: readonly EventName[] = []) => events.includes("operational");
  const isForAdmin = !change.verify || (isOperational(change.events) && !isOperational(view.events));
  if (isForAdmin && !admin) return unauthorized(c);
  const issues = validateChange(view.format, change);
  if (issues.length > 0) return invalid(c, issues);
  const url = namedUrl(change);
  const wanted = defined({ ...change, url });
  if (url !== undefined) {
    const issue = await validateTarget(c, view.format, url);
    if (issue !== undefined) return invalid(c, [issue]);
    const checked = await object.checkChange(wanted, admin);
    if (checked === null) return notFound(c);
    if (!checked.ok) return refuseChange(c, checked, admin);
    const tooMany = checked.startsVerification ? await countVerification(c, url) : undefined;
    if (tooMany !== undefined) return tooMany;
  }
  const changed = await object.change(wanted, admin);
  if (changed === null) return notFound(c);
  return changed.ok ? c.json(changed.view, 200, PRIVATE_HEADERS) : refuseChange(c, changed, admin);
}

/** What waits is written in the format already, so that does not change. */
function validateChange(format: DeliveryFormat, change: SubscriptionChange): Issue[] {
  const other: Issue = {
    path: "/format",
    message: `must stay ${format}: for another format, create a new subscription`,
  };
  return [
    ...(change.format === undefined || change.format === format ? [] : [other]),
    ...validateSettings(format, change),
  ];
}

async function refuseChange(c: Context, refusal: ChangeRefusal, admin: boolean): Promise<Response> {
  return "issues" in refusal
    ? invalid(c, await nameNearestValues(c, refusal.issues, admin))
    : problem(c, refusal);
}

export async function deleteSubscription(c: Context): Promise<Response> {
  const id = subscriptionId(c);
  const object = subscriber(c.env, id);
  if ((await object.view()) === null) return notFound(c);
  if (isHubId(id)) {
    // The subscription ends once its subscriber has been notified.
    await object.deny("the publisher has ended this subscription");
    return c.body(null, 204);
  }
  // The Newsroom first: if the request dies in between, the client can delete the object again.
  await newsroom(c.env).unregister(id);
  await object.remove();
  return c.body(null, 204);
}

export function subscriptionId(c: Context): string {
  return c.req.param("id") ?? "";
}

type Registering = Registered | { kind: "invalid"; issues: RegistryIssue[] };

async function refuseRegistration(
  c: Context,
  refused: Exclude<Registering, { kind: "registered" }>,
  input: SubscriptionInput,
  admin: boolean,
): Promise<Response> {
  switch (refused.kind) {
    case "invalid":
      return invalid(c, await nameNearestValues(c, refused.issues, admin));
    case "duplicate":
      return showDuplicate(c, refused.id, input, admin);
    case "too-many":
      return tooManySubscriptions(c, refused);
  }
}

async function register(
  c: Context,
  registration: Registration,
  { isVerified, admin, dryRun }: { isVerified: boolean; admin: boolean; dryRun: boolean },
): Promise<Registering> {
  const client = { client: clientOf(c.req.raw), isAdmin: admin };
  const send = () => newsroom(c.env).register(registration, isVerified, client, dryRun);
  const registered = await send();
  if (registered.kind !== "duplicate" || (await subscriber(c.env, registered.id).view()) !== null) {
    return registered;
  }
  // Deletes a registration whose Subscriber was never created, because its request died half-way.
  await newsroom(c.env).removeNeverCreated(registered.id);
  return send();
}

/**
 * One URL with one filter is one subscription. Its owner and the admin see it; `notTaken` names the settings of the
 * request that differ from those kept. Other clients learn only that it exists: to know the URL of an endpoint must not
 * be enough for its secret or token.
 */
async function showDuplicate(
  c: Context,
  id: string,
  input: SubscriptionInput,
  admin: boolean,
): Promise<Response> {
  if (admin || (await isOwner(c, id))) {
    const object = subscriber(c.env, id);
    const view = await object.view();
    const notTaken = await object.differingSettings(input);
    if (view) return c.json({ ...view, notTaken }, 200, PRIVATE_HEADERS);
  }
  return problem(c, {
    code: "duplicate-subscription",
    detail:
      "A subscription with this URL and this filter exists. Send its token to see it; if the token is lost, the admin can delete the subscription.",
  });
}

const HOLDERS = {
  client: "from your network",
  host: "for this host",
  domain: "for this domain",
  service: "of this service",
} as const;

export function tooManySubscriptions(
  c: Context,
  { which, whose }: Extract<Registered, { kind: "too-many" }>,
): Response {
  const retryAfterSeconds = SUBSCRIPTIONS_RETRY_SECONDS;
  if (which === "pending") {
    const detail = `Too many subscriptions ${HOLDERS[whose]} wait for verification. Verify some, or try again later.`;
    return problem(c, { code: "too-many-pending-subscriptions", detail, retryAfterSeconds });
  }
  const detail = `There are as many subscriptions ${HOLDERS[whose]} as may be. Delete one, or ask the admin for more.`;
  return problem(c, { code: "too-many-subscriptions", detail, retryAfterSeconds });
}

const BAD_CURSOR: Issue = { path: "/cursor", message: "must be the `next` of the page before" };

const listQuery = z.object({
  sort: z._default(z.enum(["trouble", "created"], "must be trouble or created"), "trouble"),
  status: z.optional(z.enum(SUBSCRIPTION_STATUSES, `must be ${SUBSCRIPTION_STATUSES.join(", ")}`)),
  cursor: z.optional(
    z.pipe(
      z.pipe(z.string(), z.transform(decodeCursor)),
      z.array(z.union([z.number(), z.string()]), BAD_CURSOR.message),
    ),
  ),
});

function parseListQuery(c: Context): Result<SubscriptionQuery> {
  const page = parsePage(c, "page");
  const query = parse(listQuery, c.req.query());
  if (!page.ok || !query.ok) return invalidResult(...issuesIn(page, query));
  const { sort, status, cursor } = query.value;
  const shape = sort === "trouble" ? "number,number,string" : "number,string";
  if (cursor !== undefined && cursor.map((part) => typeof part).join() !== shape) {
    return invalidResult(BAD_CURSOR);
  }
  return ok(defined({ sort, limit: page.value.limit, status, cursor }));
}

function decodeCursor(cursor: string): unknown {
  try {
    return JSON.parse(atob(cursor)) as unknown;
  } catch {
    return undefined;
  }
}

function listedJson(listed: Listed, baseUrl: string): Record<string, unknown> {
  const { sinceMs, failingSinceMs, createdMs, reportedMs, reason, description, topic, leaseMs, ...rest } =
    listed;
  return {
    ...rest,
    ...(topic !== null && termsJson({ topic, leaseUntilMs: leaseMs }, baseUrl)),
    ...defined({ reason: reason ?? undefined, description: description ?? undefined }),
    since: instantOfMs(sinceMs),
    failingSince: failingSinceMs === null ? null : instantOfMs(failingSinceMs),
    created: instantOfMs(createdMs),
    reported: reportedMs === null ? null : instantOfMs(reportedMs),
  };
}
