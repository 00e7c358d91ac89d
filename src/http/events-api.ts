/**
 * Events for those who catch up (CONTRACT 6).
 */
import type { Context } from "hono";
import { releaseEventJson } from "../domain/event.ts";
import type { Fault } from "../domain/fault.ts";
import { newsroom } from "../objects.ts";
import { contentOf, eventTypesOf, faultsIn, filterOf, pageOf } from "./filter-query.ts";
import { invalid } from "./problem.ts";
import { SHORT_LIVED } from "./reading-api.ts";

type App = { Bindings: Env };

const NOTHING_DONE = "Nothing was looked up.";

/**
 * `GET /events?after=SEQUENCE&…`: in order; `next` is the `after` that goes on, null at the end of what
 * there is, and `last` the last sequence of all.
 */
export async function getEvents(c: Context<App>): Promise<Response> {
  const [filter, types, content, page] = [filterOf(c), eventTypesOf(c), contentOf(c), pageOf(c, "after")];
  if (!filter.ok || !types.ok || !content.ok || !page.ok) {
    return invalid(c, faultsIn(filter, types, content, page), NOTHING_DONE);
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

/** Somebody has seen events that are not there: those of another service, or of one that was set up anew. */
function beyond(path: string, last: number): Fault {
  return {
    path,
    message: `is beyond the last sequence, which is ${last}: read again from 0 if this is another service than before`,
  };
}
