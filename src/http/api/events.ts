/**
 * Events for those who catch up (CONTRACT 6).
 */
import type { Context } from "hono";
import { releaseEventJson } from "../../domain/event.ts";
import { type Issue, issuesIn, type Result } from "../../domain/issues.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { FULL_RETRY_SECONDS, HEARTBEAT_MS } from "../limits.ts";
import { PAGE_ROWS_MAX } from "../../domain/limits.ts";
import { clientOf } from "../rate-limit.ts";
import { eventStream } from "./event-stream.ts";
import { contentOf, eventTypesOf, filterOf, pageOf } from "../query.ts";
import { invalid, problem } from "../problem.ts";
import { SHORT_LIVED } from "./releases-read.ts";

type App = { Bindings: Env };

const NOTHING_DONE = "Nothing was looked up.";

/**
 * `GET /events?after=SEQUENCE&…`: in order; `next` is the `after` that goes on, null at the end of what
 * there is, and `last` the last sequence of all.
 */
export async function getEvents(c: Context<App>): Promise<Response> {
  const [filter, types, content, page] = [filterOf(c), eventTypesOf(c), contentOf(c), pageOf(c, "after")];
  if (!filter.ok || !types.ok || !content.ok || !page.ok) {
    return invalid(c, issuesIn(filter, types, content, page), NOTHING_DONE);
  }
  const { limit, cursor: after = 0 } = page.value;
  const found = await newsroom(c.env).events({ filter: filter.value, types: types.value }, after, limit);
  if (found.kind === "beyond") return invalid(c, [beyond("/after", found.last)], NOTHING_DONE);
  const { events, next, last } = found;
  return c.json(
    {
      data: events.map((event) => releaseEventJson(event, content.value)),
      next: next < last ? String(next) : null,
      last,
    },
    200,
    SHORT_LIVED,
  );
}

/**
 * `GET /events/stream?…`: what follows `Last-Event-ID` or else `?after=`, or what happens from now on, as
 * server-sent events.
 */
export async function getEventStream(c: Context<App>): Promise<Response> {
  const [filter, types, content, start] = [filterOf(c), eventTypesOf(c), contentOf(c), startOf(c)];
  if (!filter.ok || !types.ok || !content.ok || !start.ok) {
    return invalid(c, issuesIn(filter, types, content, start), NOTHING_DONE);
  }
  const asked = { filter: filter.value, types: types.value };
  const follower = crypto.randomUUID();
  const address = clientOf(c.req.raw.headers);
  const client = address === "unknown" ? null : address;
  const follow = (after: number | undefined, waitMs: number) =>
    newsroom(c.env).follow(asked, after, PAGE_ROWS_MAX, { follower, client, waitMs });
  const first = await follow(start.value.after, 0);
  if (first.kind === "beyond") return invalid(c, [beyond(start.value.path, first.last)], NOTHING_DONE);
  if (first.kind === "full") return noRoom(c);
  const headers = { ...EVENT_STREAM, "access-control-allow-origin": "*" };
  if (c.req.raw.method === "HEAD") return c.body(null, 200, headers);
  const stream = eventStream({
    after: start.value.after ?? first.next,
    first,
    follow: (after) => follow(after, HEARTBEAT_MS),
    leave: () => c.executionCtx.waitUntil(newsroom(c.env).stopFollowing(follower)),
    content: content.value,
    now: Date.now,
  });
  return c.body(stream, 200, headers);
}

/** A browser that comes again sends the header, and still has the `after` of its first call in its address. */
function startOf(c: Context<App>): Result<{ after: number | undefined; path: string }> {
  const seen = c.req.header("last-event-id");
  if (seen === undefined || seen === "") {
    const page = pageOf(c, "after");
    return page.ok ? { ok: true, value: { after: page.value.cursor, path: "/after" } } : page;
  }
  if (/^\d{1,15}$/.test(seen)) return { ok: true, value: { after: Number(seen), path: LAST_EVENT_ID } };
  const message = "must be a sequence: a whole number from 0";
  return { ok: false, issues: [{ path: LAST_EVENT_ID, message }] };
}

const LAST_EVENT_ID = "/Last-Event-ID";
const EVENT_STREAM = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" };

function noRoom(c: Context<App>): Response {
  return problem(c, {
    status: 503,
    title: "Too many streams",
    detail:
      "As many streams are open as there may be, or as one address may have. Poll GET /api/v1/events, or come again.",
    headers: { "retry-after": String(FULL_RETRY_SECONDS), "access-control-allow-origin": "*" },
  });
}

/** Somebody has seen events that are not there: those of another service, or of one that was set up anew. */
function beyond(path: string, last: number): Issue {
  return {
    path,
    message: `is beyond the last sequence, which is ${last}: read again from 0 if this is another service than before`,
  };
}
