/**
 * Subscriptions over HTTP (CONTRACT 6): made, read, changed and ended.
 */
import * as z from "zod/mini";
import type { Context } from "hono";
import { checkResolvedTarget } from "../../webhooks/attempt.ts";
import { ResolverError } from "../../webhooks/dns.ts";
import { instantOfMs } from "../../domain/dates.ts";
import { type Issue, parse, type Result } from "../../domain/issues.ts";
import {
  type Registration,
  SUBSCRIPTION_STATUSES,
  subscriptionChange,
  subscriptionInput,
} from "../../domain/subscription.ts";
import { deriveToken, sameSecret } from "../../crypto/tokens.ts";
import { PENDING_RETRY_SECONDS } from "../limits.ts";
import type { Registered } from "../../newsroom/store/subscriptions.ts";
import type { Listed, SubscriptionQuery } from "../../newsroom/store/subscription-list.ts";
import { newsroom, subscriber } from "../../runtime/stubs.ts";
import { configOf } from "../../config.ts";
import { newSecret } from "../../subscriber/secrets.ts";
import { bearerToken, PRIVATE_HEADERS, isAdmin } from "../auth.ts";
import { clientOf, checkVerificationRate } from "../rate-limit.ts";
import { pageOf } from "../query.ts";
import { readJsonBody } from "../json-body.ts";
import { conflict, invalid, notFound, problem, unauthorized } from "../problem.ts";

type App = { Bindings: Env };

/** What is told of a subscription is for its owner and the office. */
const PRIVATE = PRIVATE_HEADERS;

/** `POST /subscriptions`: 201 with the secret and the token, which are shown this once. */
export async function postSubscription(c: Context<App>): Promise<Response> {
  const config = configOf(c.env);
  const admin = await isAdmin(c);
  if (config.subscriptions === "invited" && !admin) return unauthorized(c);
  const read = await readJsonBody(c, subscriptionInput);
  if (!read.ok) return read.response;
  const input = read.value;
  if (!admin && (!input.verify || input.events.includes("operational"))) return unauthorized(c);
  const refused = await targetIssue(c, input.url);
  if (refused !== undefined) return invalid(c, [refused]);

  const id = `sub_${crypto.randomUUID().replaceAll("-", "")}`;
  const {
    verify,
    header: _header,
    asymmetric: _asymmetric,
    ratePerMinute: _rate,
    description,
    ...asked
  } = input;
  const registration: Registration = {
    ...asked,
    url: new URL(input.url).href,
    id,
    createdMs: Date.now(),
    ...(description === undefined ? {} : { description }),
  };
  // Registered first: events from now on are its own, and one that is never made is soon forgotten.
  const asker = { client: clientOf(c.req.raw.headers), isAdmin: admin };
  const register = () => newsroom(c.env).register(registration, !verify, asker);
  let registered = await register();
  if (registered.kind === "duplicate" && (await forgetNeverMade(c, registered.id)))
    registered = await register();
  if (registered.kind === "invalid") return invalid(c, registered.issues);
  if (registered.kind !== "registered") return notRegistered(c, registered, admin);
  const tooMany = verify ? await checkVerificationRate(c, input.url) : undefined;
  if (tooMany !== undefined) {
    await newsroom(c.env).unregister(id);
    return tooMany;
  }
  const secret = newSecret();
  const view = await subscriber(c.env, id).create(registration, input, secret);
  const token = await deriveToken(c.env.SECRETS_KEY, "subscription", id);
  return c.json({ ...view, secret, token }, 201, {
    location: `/api/v1/subscriptions/${id}`,
    "cache-control": "no-store",
  });
}

/** `GET /subscriptions?sort=trouble|created&status=…`: all of them with their health, for the office. */
export async function getSubscriptions(c: Context<App>): Promise<Response> {
  const asked = listQuery(c);
  if (!asked.ok) return invalid(c, asked.issues, "Nothing was looked up.");
  const { data, next } = await newsroom(c.env).subscriptions(asked.value);
  return c.json({ data: data.map(listedJson), next: next && btoa(JSON.stringify(next)) }, 200, PRIVATE);
}

export async function getSubscription(c: Context<App>): Promise<Response> {
  const view = await subscriber(c.env, idOf(c)).view();
  return view ? c.json(view, 200, PRIVATE) : notFound(c);
}

/** `PATCH /subscriptions/ID`: what is left out stays; a new URL has to prove itself. */
export async function patchSubscription(c: Context<App>): Promise<Response> {
  const read = await readJsonBody(c, subscriptionChange);
  if (!read.ok) return read.response;
  const change = read.value;
  const isForTheOffice = !change.verify || change.events?.includes("operational") === true;
  if (isForTheOffice && !(await isAdmin(c))) return unauthorized(c);
  const object = subscriber(c.env, idOf(c));
  if (change.url !== undefined) {
    const refused = await targetIssue(c, change.url);
    if (refused !== undefined) return invalid(c, [refused]);
    const before = await object.view();
    if (before === null) return notFound(c);
    const isProofAsked = change.verify && new URL(change.url).href !== before.url;
    const tooMany = isProofAsked ? await checkVerificationRate(c, change.url) : undefined;
    if (tooMany !== undefined) return tooMany;
  }
  const changed = await object.change(change);
  if (changed === null) return notFound(c);
  if (changed.ok) return c.json(changed.view, 200, PRIVATE);
  return "issues" in changed ? invalid(c, changed.issues) : conflict(c, changed);
}

export async function deleteSubscription(c: Context<App>): Promise<Response> {
  const object = subscriber(c.env, idOf(c));
  if ((await object.view()) === null) return notFound(c);
  // The Newsroom first: cut off in between, the object is there to be deleted once more.
  await newsroom(c.env).unregister(idOf(c));
  await object.remove();
  return c.body(null, 204);
}

export function idOf(c: Context): string {
  return c.req.param("id") ?? "";
}

/** Whoever made it was cut off in between: who asks again is not barred by it. @returns whether it was to be forgotten */
async function forgetNeverMade(c: Context<App>, id: string): Promise<boolean> {
  if ((await subscriber(c.env, id).view()) !== null) return false;
  await newsroom(c.env).removeNeverCreated(id);
  return true;
}

/** What is wrong with a target, by its spelling and by where its name leads now. */
async function targetIssue(c: Context<App>, url: string): Promise<Issue | undefined> {
  const { localTargets, dnsResolver, deliveryTimeoutMs } = configOf(c.env);
  try {
    const target = await checkResolvedTarget(url, {
      fetch: (...request) => fetch(...request),
      localTargets,
      resolver: dnsResolver,
      signal: AbortSignal.timeout(deliveryTimeoutMs),
    });
    return target.ok ? undefined : { path: "/url", message: target.reason };
  } catch (error) {
    // It is asked again before the first attempt, so nothing is risked.
    if (error instanceof ResolverError) return undefined;
    throw error;
  }
}

/**
 * One URL with one filter is one subscription. Whoever may see it is shown it; anybody else learns that
 * there is one, but neither its secret nor its token: knowing a desk's URL must not be enough for that.
 */
async function notRegistered(
  c: Context<App>,
  registered: Exclude<Registered, { kind: "registered" }>,
  admin: boolean,
): Promise<Response> {
  if (registered.kind === "too-many") {
    const whose = { client: "from this address", host: "for this host", service: "here" }[registered.whose];
    return problem(c, {
      status: 429,
      title: "Too many requests",
      detail: `Too many subscriptions ${whose} wait for their endpoint's proof. Prove some, or try again later.`,
      headers: { "retry-after": String(PENDING_RETRY_SECONDS) },
    });
  }
  const token = await deriveToken(c.env.SECRETS_KEY, "subscription", registered.id);
  if (admin || (await sameSecret(bearerToken(c), token))) {
    const view = await subscriber(c.env, registered.id).view();
    if (view) return c.json(view, 200, PRIVATE);
  }
  return conflict(c, {
    code: "duplicate-subscription",
    detail:
      "This URL with this filter is subscribed already. Send the token of that subscription to see it; if it is lost, the press office can end it.",
  });
}

function listQuery(c: Context): Result<SubscriptionQuery> {
  const page = pageOf(c, "page");
  const query = parse(
    z.object({
      sort: z._default(z.enum(["trouble", "created"], "must be trouble or created"), "trouble"),
      status: z.optional(z.enum(SUBSCRIPTION_STATUSES, `must be ${SUBSCRIPTION_STATUSES.join(", ")}`)),
      cursor: z.optional(
        z.pipe(
          z.pipe(z.string(), z.transform(placeOf)),
          z.array(z.union([z.number(), z.string()]), "must be the `next` of the page before"),
        ),
      ),
    }),
    c.req.query(),
  );
  if (!page.ok || !query.ok) {
    return { ok: false, issues: [page, query].flatMap((part) => (part.ok ? [] : part.issues)) };
  }
  const { sort, status, cursor } = query.value;
  const shape = sort === "trouble" ? "number,number,string" : "number,string";
  if (cursor !== undefined && cursor.map((part) => typeof part).join() !== shape) {
    return { ok: false, issues: [{ path: "/cursor", message: "must be the `next` of the page before" }] };
  }
  return {
    ok: true,
    value: {
      sort,
      limit: page.value.limit,
      ...(status === undefined ? {} : { status }),
      ...(cursor === undefined ? {} : { cursor }),
    },
  };
}

/** Undefined if it is none. */
function placeOf(cursor: string): unknown {
  try {
    return JSON.parse(atob(cursor)) as unknown;
  } catch {
    return undefined;
  }
}

function listedJson(listed: Listed): Record<string, unknown> {
  const { sinceMs, failingSinceMs, createdMs, reportedMs, reason, description, ...rest } = listed;
  return {
    ...rest,
    ...(reason === null ? {} : { reason }),
    ...(description === null ? {} : { description }),
    since: instantOfMs(sinceMs),
    failingSince: failingSinceMs === null ? null : instantOfMs(failingSinceMs),
    created: instantOfMs(createdMs),
    reported: reportedMs === null ? null : instantOfMs(reportedMs),
  };
}
