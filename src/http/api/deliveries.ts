/**
 * The log of a subscription, and sending again what is in it (CONTRACT 6): why a desk did not get a
 * statement, when it will, and now.
 */
import type { Context } from "hono";
import * as z from "zod/mini";
import { type Issue, parse, type Result } from "../../domain/issues.ts";
import { instantOfMs, parseInstant } from "../../domain/dates.ts";
import { releaseId } from "../../domain/release.ts";
import type { ExplainedEvent } from "../../newsroom/outbound/explain.ts";
import { EXPLAINED_EVENTS_MAX } from "../../newsroom/limits.ts";
import { newsroom, subscriber } from "../../runtime/stubs.ts";
import type { Attempt, Delivery, DeliveryState, LogQuery } from "../../subscriber/delivery-log.ts";
import { PRIVATE_HEADERS, isAdmin } from "../auth.ts";
import { pageOf } from "../query.ts";
import { readJsonBody } from "../json-body.ts";
import { conflict, invalid, notFound } from "../problem.ts";
import { idOf } from "./subscriptions.ts";

type App = { Bindings: Env };

/**
 * `GET /subscriptions/ID/deliveries?state=&release=`: the log, newest first. Of one release the first
 * page also says of each event that is not in the log why it is not.
 */
export async function getDeliveries(c: Context<App>): Promise<Response> {
  const asked = logQuery(c);
  if (!asked.ok) return invalid(c, asked.issues, "Nothing was looked up.");
  const { state, ...query } = asked.value;
  const { release, before } = query;
  const log = subscriber(c.env, idOf(c));
  const page = await log.deliveries({ ...query, ...(state !== undefined && { state: rowState(state) }) });
  if (page === null) return notFound(c);
  const data = page.deliveries
    .map((delivery) => deliveryJson(delivery, page.isHeld))
    .filter((delivery) => state !== "held" || delivery["state"] === "held");
  if (release !== undefined && before === undefined && state === undefined) {
    const events = await newsroom(c.env).explain(idOf(c), release);
    // All that is in the log, whatever this page shows of it.
    const whole = page.next === null ? page : await log.deliveries({ release, limit: EXPLAINED_EVENTS_MAX });
    const there = new Set(whole?.deliveries.map(({ event }) => event));
    // What a filter takes must not tell what a killed text was.
    const isSecret = events.at(-1)?.type === "release.killed" && !(await isAdmin(c));
    data.push(
      ...events
        .filter(({ event }) => !there.has(event))
        .map((event) => notSentJson(isSecret ? { ...event, reason: "the text was killed" } : event, release)),
    );
    data.sort((a, b) => Number(b["sequence"]) - Number(a["sequence"]));
  }
  return c.json({ data, next: page.next === null ? null : String(page.next) }, 200, PRIVATE_HEADERS);
}

/** `GET /subscriptions/ID/deliveries/EVENT`: one delivery with every attempt. */
export async function getDelivery(c: Context<App>): Promise<Response> {
  const found = await subscriber(c.env, idOf(c)).delivery(eventOf(c));
  if (found === null) return notFound(c);
  // What an endpoint answers is its owner's business: it may hold anything.
  const isOwner = !(await isAdmin(c));
  const log = found.attempts.map((attempt) => attemptJson(attempt, isOwner));
  return c.json({ ...deliveryJson(found.delivery, found.isHeld), log }, 200, PRIVATE_HEADERS);
}

/** `POST /subscriptions/ID/deliveries/EVENT/redeliver`: sends one event once more, or at last, now. */
export async function redeliver(c: Context<App>): Promise<Response> {
  const done = await subscriber(c.env, idOf(c)).redeliver(eventOf(c));
  if (done === null) return notFound(c);
  return done.ok ? c.json({ event: eventOf(c) }, 202) : conflict(c, done);
}

const instant = z.pipe(
  z.pipe(z.string(), z.transform(parseInstant)),
  z.number("must be an RFC 3339 instant"),
);
const sequence = z.number().check(z.refine((n) => Number.isInteger(n) && n >= 0, "must be a sequence"));
const replaySpan = z.union(
  [
    z.strictObject({ after: sequence, to: z.optional(sequence) }),
    z.strictObject({ from: instant, to: z.optional(instant) }),
  ],
  "must be { after: SEQUENCE, to?: SEQUENCE } or { from: INSTANT, to?: INSTANT }",
);

/** `POST /subscriptions/ID/replay`: sends once more what happened after a sequence, or from an instant on. */
export async function replay(c: Context<App>): Promise<Response> {
  const read = await readJsonBody(c, replaySpan);
  if (!read.ok) return read.response;
  if ("from" in read.value && (read.value.to ?? Infinity) < read.value.from) {
    return invalid(c, [ENDS_TOO_EARLY], "Nothing was sent.");
  }
  const { sequence: last } = await newsroom(c.env).health();
  const asked = read.value;
  const span =
    "after" in asked
      ? { after: asked.after, to: Math.min(asked.to ?? last, last) }
      : await newsroom(c.env).sequencesBetween(asked.from, asked.to);
  const issues = validateSpan(span, last);
  if (issues.length > 0) return invalid(c, issues, "Nothing was sent.");
  const done = await subscriber(c.env, idOf(c)).replay(span.after, span.to);
  if (done === null) return notFound(c);
  return done.ok ? c.json({ after: span.after, to: span.to }, 202) : conflict(c, done);
}

const ENDS_TOO_EARLY: Issue = { path: "/to", message: "must not lie before the beginning" };

function validateSpan({ after, to }: { after: number; to: number }, last: number): Issue[] {
  if (after > last)
    return [{ path: "/after", message: `must be ${last} at most, which is the last sequence` }];
  return to < after ? [ENDS_TOO_EARLY] : [];
}

/** What waits is `held` while nothing is sent, which is no state of its row. */
const STATES = ["pending", "held", "delivered", "failed", "replaced"] as const;
type AskedState = (typeof STATES)[number];

function rowState(state: AskedState): DeliveryState {
  return state === "held" ? "pending" : state;
}

function logQuery(c: Context): Result<Omit<LogQuery, "state"> & { state?: AskedState }> {
  const page = pageOf(c, "cursor");
  const query = parse(
    z.object({
      state: z.optional(z.enum(STATES, `must be among ${STATES.join(", ")}`)),
      release: z.optional(releaseId),
    }),
    { state: c.req.query("state"), release: c.req.query("release") },
  );
  if (!page.ok || !query.ok) {
    return { ok: false, issues: [page, query].flatMap((part) => (part.ok ? [] : part.issues)) };
  }
  const { limit, cursor } = page.value;
  const { state, release } = query.value;
  return {
    ok: true,
    value: {
      limit,
      ...(cursor === undefined ? {} : { before: cursor }),
      ...(state === undefined ? {} : { state }),
      ...(release === undefined ? {} : { release }),
    },
  };
}

function eventOf(c: Context): string {
  return c.req.param("event") ?? "";
}

/** `held`: it waits for `resume`, or for the endpoint's proof, and not for its time. */
function deliveryJson({ createdMs, dueMs, ...delivery }: Delivery, isHeld: boolean): Record<string, unknown> {
  const waits = isHeld && delivery.state === "pending" && delivery.type !== "subscription.verify";
  return {
    ...delivery,
    state: waits ? "held" : delivery.state,
    created: instantOfMs(createdMs),
    nextAttempt: dueMs === null || waits ? null : instantOfMs(dueMs),
  };
}

function notSentJson(
  { event, sequence, type, reason }: ExplainedEvent,
  release: string,
): Record<string, unknown> {
  const over = { attempts: 0, created: null, nextAttempt: null };
  return { event, type, sequence, release, state: "not-sent", reason, ...over };
}

function attemptJson({ atMs, answer, ...attempt }: Attempt, isOwner: boolean): Record<string, unknown> {
  return { ...attempt, answer: isOwner ? answer : null, at: instantOfMs(atMs) };
}
