/**
 * The log of a subscription, and sending again what is in it: why an event did not arrive, when it will, and
 * how to send it now.
 */
import * as z from "zod/mini";
import { instantOfMs, parseInstant } from "../../domain/dates.ts";
import { defined } from "../../domain/defined.ts";
import {
  invalid as invalidResult,
  type Issue,
  issuesIn,
  ok,
  parse,
  type Result,
} from "../../domain/issues.ts";
import { releaseId } from "../../domain/release.ts";
import { EXPLAINED_EVENTS_MAX } from "../../newsroom/limits.ts";
import type { ExplainedEvent } from "../../newsroom/outbound/explain.ts";
import { newsroom, subscriber } from "../../runtime/stubs.ts";
import type { Attempt, DeliveryState, LogQuery } from "../../subscriber/delivery-log.ts";
import type { ShownDelivery } from "../../subscriber/waiting.ts";
import { isAdmin, PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { invalid, notFound, problem } from "../problem.ts";
import { parsePage } from "../query.ts";
import { subscriptionId } from "./subscriptions.ts";

/**
 * `GET /subscriptions/ID/deliveries?state=&release=`: the log, newest first. For one release, the first page
 * also has its events that are not in the log, each with the reason.
 */
export async function getDeliveries(c: Context): Promise<Response> {
  const query = parseLogQuery(c);
  if (!query.ok) return invalid(c, query.issues, "Nothing was read.");
  const { state, ...rest } = query.value;
  const { release, before } = rest;
  const object = subscriber(c.env, subscriptionId(c));
  const page = await object.deliveries(defined({ ...rest, state: state && storedState(state) }));
  if (page === null) return notFound(c);
  const data: LogRow[] = page.deliveries
    .map((delivery) => deliveryJson(delivery))
    .filter((delivery) => state !== "held" || delivery.state === "held");
  if (release !== undefined && before === undefined && state === undefined) {
    // The whole log of the release, whatever part of it this page shows.
    const whole =
      page.next === null ? page : await object.deliveries({ release, limit: EXPLAINED_EVENTS_MAX });
    const inLog = new Set(whole?.deliveries.map(({ event }) => event));
    data.push(...(await notSentJson(c, release, inLog)));
    data.sort((a, b) => Number(b.sequence) - Number(a.sequence));
  }
  const titled = await addTitles(c, data);
  return c.json({ data: titled, next: page.next === null ? null : String(page.next) }, 200, PRIVATE_HEADERS);
}

interface LogRow {
  sequence: number | null;
  state: string;
  release: string | null;
}

/** Adds the title of each release and its language; null where the release was killed. */
async function addTitles(c: Context, rows: readonly LogRow[]) {
  const ids = [...new Set(rows.flatMap(({ release }) => release ?? []))];
  const found = ids.length === 0 ? [] : await newsroom(c.env).titles(ids);
  const titles = new Map(found.map(({ id, ...title }) => [id, title]));
  const none = { title: null, lang: null };
  return rows.map((row) => ({ ...row, ...((row.release !== null && titles.get(row.release)) || none) }));
}

/** `GET /subscriptions/ID/deliveries/EVENT`: one delivery with every attempt. */
export async function getDelivery(c: Context): Promise<Response> {
  const found = await subscriber(c.env, subscriptionId(c)).delivery(eventId(c));
  if (found === null) return notFound(c);
  const log = found.attempts.map(attemptJson);
  return c.json({ ...deliveryJson(found.delivery), log }, 200, PRIVATE_HEADERS);
}

/** `POST /subscriptions/ID/deliveries/EVENT/redeliver`: sends one event now, whatever its state. */
export async function redeliver(c: Context): Promise<Response> {
  const done = await subscriber(c.env, subscriptionId(c)).redeliver(eventId(c));
  if (done === null) return notFound(c);
  return done.ok ? c.json({ event: eventId(c) }, 202) : problem(c, done);
}

const instant = z.pipe(
  z.pipe(z.string(), z.transform(parseInstant)),
  z.number("must be an RFC 3339 instant"),
);
const sequence = z.number().check(z.refine((n) => Number.isInteger(n) && n >= 0, "must be a sequence"));
export const replayBody = z.union(
  [
    z.strictObject({ after: sequence, to: z.optional(sequence) }),
    z.strictObject({ from: instant, to: z.optional(instant) }),
  ],
  "must be { after: SEQUENCE, to?: SEQUENCE } or { from: INSTANT, to?: INSTANT }",
);

/** `POST /subscriptions/ID/replay`: sends the events after a sequence, or from an instant on, once more. */
export async function replay(c: Context, body: z.output<typeof replayBody>): Promise<Response> {
  if ("from" in body && (body.to ?? Infinity) < body.from) {
    return invalid(c, [ENDS_TOO_EARLY], "Nothing was sent.");
  }
  const { sequence: last } = await newsroom(c.env).health();
  const span =
    "after" in body
      ? { after: body.after, to: Math.min(body.to ?? last, last) }
      : await newsroom(c.env).sequencesBetween(body.from, body.to);
  const issues = validateSpan(span, last);
  if (issues.length > 0) return invalid(c, issues, "Nothing was sent.");
  const done = await subscriber(c.env, subscriptionId(c)).replay(span.after, span.to);
  if (done === null) return notFound(c);
  return done.ok ? c.json({ after: span.after, to: span.to }, 202) : problem(c, done);
}

const ENDS_TOO_EARLY: Issue = { path: "/to", message: "must not be before the start" };

function validateSpan({ after, to }: { after: number; to: number }, last: number): Issue[] {
  if (after > last) return [{ path: "/after", message: `must be at most ${last}, the last sequence` }];
  return to < after ? [ENDS_TOO_EARLY] : [];
}

/** `held` is not stored: it is what a pending delivery is while the subscription sends nothing. */
const STATES = ["pending", "held", "delivered", "failed", "replaced", "dropped"] as const;
type ShownState = (typeof STATES)[number];

function storedState(state: ShownState): DeliveryState {
  return state === "held" ? "pending" : state;
}

const logQuery = z.object({
  state: z.optional(z.enum(STATES, `must be among ${STATES.join(", ")}`)),
  release: z.optional(releaseId),
});

function parseLogQuery(c: Context): Result<Omit<LogQuery, "state"> & { state?: ShownState }> {
  const page = parsePage(c, "cursor");
  const query = parse(logQuery, { state: c.req.query("state"), release: c.req.query("release") });
  if (!page.ok || !query.ok) return invalidResult(...issuesIn(page, query));
  const { limit, cursor } = page.value;
  return ok(defined({ limit, before: cursor, ...query.value }));
}

function eventId(c: Context): string {
  return c.req.param("event") ?? "";
}

export function deliveryJson(shown: ShownDelivery) {
  const { createdMs, dueMs: _dueMs, isHeld, nextMs, ...delivery } = shown;
  return {
    ...delivery,
    state: isHeld ? "held" : delivery.state,
    created: instantOfMs(createdMs),
    nextAttempt: nextMs === null ? null : instantOfMs(nextMs),
  };
}

/** The events of a release that are not in the log. */
async function notSentJson(c: Context, release: string, inLog: ReadonlySet<string>): Promise<LogRow[]> {
  const events: ExplainedEvent[] = await newsroom(c.env).explain(subscriptionId(c), release);
  // Otherwise a filter could be used to find out what the text of a killed release was.
  const isSecret = events.at(-1)?.type === "release.killed" && !(await isAdmin(c));
  const secret = { code: "release-killed", reason: "the release was killed" };
  return events
    .filter(({ event }) => !inLog.has(event))
    .map(({ event, type, sequence: number, ...why }) => ({
      event,
      type,
      sequence: number,
      release,
      state: "not-sent",
      ...(isSecret ? secret : why),
      waitsFor: null,
      attempts: 0,
      created: null,
      nextAttempt: null,
    }));
}

/** The answer is null for an attempt before the endpoint was verified: nobody there had agreed to be read. */
function attemptJson({ atMs, ...attempt }: Attempt): Record<string, unknown> {
  return { ...attempt, at: instantOfMs(atMs) };
}
