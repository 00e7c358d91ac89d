/**
 * Chooses `published`, the instant that a release gets once, when it becomes public. Lists are ordered and
 * divided by it, so it decides whether readers see the release in the newest document of a feed.
 */
import {
  dayOf,
  type Instant,
  noonOf,
  parseReleaseDate,
  type ReleaseDate,
  startOfDay,
} from "../../domain/dates.ts";
import type { Lists } from "../lists/lists.ts";
import { RECENT_SECONDS } from "../limits.ts";
import { parseContent } from "../store/editions.ts";
import { toIndexedRelease } from "../store/index-terms.ts";
import { countBetween, isTaken, latestInstant, type ReleaseRow, sizeOf } from "../store/releases.ts";
import type { Sql } from "../../runtime/sql.ts";

const SECONDS_PER_DAY = 86_400;

interface PublishedDeps {
  sql: Sql;
  lists: Lists;
  timeZone: string;
}

/**
 * A recent release gets the present moment, after all that any release has, so that readers who remember
 * the latest date see it. It keeps an exact instant where the newest documents still show it there. An
 * older release gets the instant of its date and does not come up as news.
 *
 * @param row a release that was never public
 */
export function choosePublished(
  row: ReleaseRow,
  now: Instant,
  deps: PublishedDeps,
): { published: Instant; updated: Instant } {
  const { sql, timeZone } = deps;
  const { date: text } = parseContent(row.content);
  const date = parseReleaseDate(text);
  if (date === undefined) throw new RangeError(`not a date: ${text}`);
  if (!isRecent(date, now, timeZone)) {
    const published = date.precision === "day" ? freeSecondOf(date.day, deps) : firstFree(sql, date.instant);
    return { published, updated: published };
  }
  const moment = Math.max(now, latestInstant(sql) + 1);
  const exact = date.precision === "day" ? undefined : firstFree(sql, date.instant);
  const isKept = exact !== undefined && isShownAt(row, exact, deps);
  return { published: isKept ? exact : moment, updated: moment };
}

/** Whether a date lies within the last seven days. A day counts if any part of it does. */
function isRecent(date: ReleaseDate, now: Instant, timeZone: string): boolean {
  const first = now - RECENT_SECONDS;
  return date.precision === "day" ? date.day >= dayOf(first, timeZone) : date.instant >= first;
}

/** Whether the newest document of each list would hold the release with this instant. */
function isShownAt(row: ReleaseRow, published: Instant, { sql, lists }: PublishedDeps): boolean {
  const key = { release: row.id, edition: row.edition };
  return lists.wouldShow(toIndexedRelease(sql, key, published, row.content), sizeOf(sql, row.id));
}

/** Noon, and one second for each release that the day has: noon is the same day in most of the world. */
function freeSecondOf(day: string, { sql, timeZone }: PublishedDeps): Instant {
  const midnight = startOfDay(day, timeZone);
  return firstFree(sql, noonOf(day, timeZone) + countBetween(sql, midnight, midnight + SECONDS_PER_DAY));
}

function firstFree(sql: Sql, instant: Instant): Instant {
  let candidate = instant;
  while (isTaken(sql, candidate)) candidate += 1;
  return candidate;
}
