/**
 * Events for clients that catch up or follow: page by page, or as a stream.
 */
import { releaseEventJson } from "../../domain/event.ts";
import { invalid as invalidResult, type Issue, issuesIn, ok, type Result } from "../../domain/issues.ts";
import { PAGE_ROWS_MAX } from "../../domain/limits.ts";
import { queryIssues } from "../../domain/query-names.ts";
import { SAMPLE_TYPES, sampleEventJson } from "../../domain/sample-event.ts";
import { newsroom } from "../../runtime/stubs.ts";
import type { Context } from "../context.ts";
import { STREAMS_RETRY_SECONDS, HEARTBEAT_MS } from "../limits.ts";
import { nameNearestValues } from "../documents/nearest-values.ts";
import { invalid, problem } from "../problem.ts";
import { parseContent, parseEventTypes, parseFilter, parsePage } from "../query.ts";
import { clientOf } from "../rate-limit.ts";
import { eventStream } from "./event-stream.ts";
import { SHORT_LIVED } from "./releases-read.ts";

const NOTHING_READ = "Nothing was read.";
/** The parameters beside the filter. */
const EVENT_NAMES = ["events", "content", "after", "limit"];
const LAST_EVENT_ID = "/Last-Event-ID";
const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "access-control-allow-origin": "*",
};

/**
 * `GET /events?after=SEQUENCE&…`: events in order. `next` is the `after` of the next page, null at the end;
 * `last` is the last sequence of all.
 */
export async function getEvents(c: Context): Promise<Response> {
  const [filter, types, content, page] = [
    parseFilter(c, EVENT_NAMES),
    parseEventTypes(c),
    parseContent(c),
    parsePage(c, "after"),
  ];
  if (!filter.ok || !types.ok || !content.ok || !page.ok) {
    return invalid(c, issuesIn(filter, types, content, page), NOTHING_READ);
  }
  const { limit, cursor: after = 0 } = page.value;
  const found = await newsroom(c.env).events({ filter: filter.value, types: types.value }, after, limit);
  if (found.kind === "unknown") return invalid(c, await nameNearestValues(c, found.values), NOTHING_READ);
  if (found.kind === "beyond") return invalid(c, [beyondLast("/after", found.last)], NOTHING_READ);
  const { events, next, last } = found;
  const data = events.map((event) => releaseEventJson(event, content.value));
  return c.json({ data, next: next < last ? String(next) : null, last }, 200, SHORT_LIVED);
}

/**
 * `GET /events/stream?…`: server-sent events after `Last-Event-ID`, else after `?after=`, else from now on.
 */
export async function getEventStream(c: Context): Promise<Response> {
  const [filter, types, content, start] = [
    parseFilter(c, EVENT_NAMES),
    parseEventTypes(c),
    parseContent(c),
    parseStart(c),
  ];
  if (!filter.ok || !types.ok || !content.ok || !start.ok) {
    return invalid(c, issuesIn(filter, types, content, start), NOTHING_READ);
  }
  const query = { filter: filter.value, types: types.value };
  const follower = crypto.randomUUID();
  const client = clientOf(c.req.raw);
  const follow = (after: number | undefined, waitMs: number) =>
    newsroom(c.env).follow(query, after, PAGE_ROWS_MAX, { follower, client, waitMs });
  const first = await follow(start.value.after, 0);
  if (first.kind === "unknown") return invalid(c, await nameNearestValues(c, first.values), NOTHING_READ);
  if (first.kind === "beyond") return invalid(c, [beyondLast(start.value.path, first.last)], NOTHING_READ);
  if (first.kind === "full") return tooManyStreams(c);
  if (c.req.raw.method === "HEAD") return c.body(null, 200, STREAM_HEADERS);
  const stream = eventStream({
    after: start.value.after ?? first.next,
    first,
    follow: (after) => follow(after, HEARTBEAT_MS),
    leave: () => c.executionCtx.waitUntil(newsroom(c.env).stopFollowing(follower)),
    content: content.value,
    now: Date.now,
  });
  return c.body(stream, 200, STREAM_HEADERS);
}

/** `GET /events/sample?type=`: a made-up event of a type, whole, as a delivery carries it. */
export function getSampleEvent(c: Context): Response {
  const given = c.req.query("type") ?? "release.published";
  const type = SAMPLE_TYPES.find((each) => each === given);
  const content = parseContent(c);
  const misspelt = queryIssues(new URL(c.req.url).search, ["type", "content"]);
  if (type === undefined || !content.ok || misspelt.length > 0) {
    const unknown = { path: "/type", message: `must be among ${SAMPLE_TYPES.join(", ")}` };
    const issues = [...misspelt, ...(type === undefined ? [unknown] : []), ...issuesIn(content)];
    return invalid(c, issues, NOTHING_READ);
  }
  return c.json(sampleEventJson(type, c.var.config.site.baseUrl, content.value), 200, SHORT_LIVED);
}

/** A browser that reconnects sends the header, and still has the `after` of its first call in the URL. */
function parseStart(c: Context): Result<{ after: number | undefined; path: string }> {
  const lastEventId = c.req.header("last-event-id") ?? "";
  if (lastEventId === "") {
    const page = parsePage(c, "after");
    return page.ok ? ok({ after: page.value.cursor, path: "/after" }) : page;
  }
  if (/^\d{1,15}$/.test(lastEventId)) return ok({ after: Number(lastEventId), path: LAST_EVENT_ID });
  return invalidResult({ path: LAST_EVENT_ID, message: "must be a sequence: a whole number from 0" });
}

function tooManyStreams(c: Context): Response {
  return problem(c, {
    code: "too-many-streams",
    detail: "Too many open streams, in total or from your network. Poll GET /api/v1/events, or retry later.",
    headers: { "retry-after": String(STREAMS_RETRY_SECONDS), "access-control-allow-origin": "*" },
  });
}

/** The client has seen events of another service, or of this one before its ledger was set up again. */
function beyondLast(path: string, last: number): Issue {
  return {
    path,
    message: `is after the last sequence, ${last}; if this is another service than before, start again from 0`,
  };
}
