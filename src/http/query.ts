/**
 * What a list in the API is asked for by its query: a filter, bounds, and a page.
 */
import type { Context } from "hono";
import * as z from "zod/mini";
import { DEFAULT_EVENT_TYPES, RELEASE_EVENT_TYPES, type ReleaseEventType } from "../domain/event.ts";
import { parse, type Result } from "../domain/issues.ts";
import { type Filter, filterFromQuery } from "../domain/filter.ts";
import type { Instant } from "../domain/dates.ts";
import { boundsFromQuery, boundsOfList } from "../domain/list.ts";
import { PAGE_ROWS_DEFAULT } from "./limits.ts";
import { PAGE_ROWS_MAX } from "../domain/limits.ts";

/** A field given twice means any of its values; `not.` in front of it means none of them. Others are passed over. */
export function filterOf(c: Context): Result<Filter> {
  return filterFromQuery(new URL(c.req.url).searchParams);
}

/** `?from=` and `?to=`, days or instants; a day as `to` is included to its end. */
export function boundsOf(c: Context, timeZone: string): Result<{ from?: Instant; to?: Instant }> {
  const bounds = boundsFromQuery(new URL(c.req.url).searchParams);
  return bounds.ok ? { ok: true, value: boundsOfList(bounds.value, timeZone) } : bounds;
}

/** `?events=`, given again for each further type; without it, what a subscription is sent by default. */
export function eventTypesOf(c: Context): Result<readonly ReleaseEventType[]> {
  const given = c.req.queries("events")?.filter((name) => name !== "") ?? [];
  const types = RELEASE_EVENT_TYPES.filter((type) => given.includes(type));
  if (given.some((name) => !types.some((type) => type === name))) {
    const message = `must be among ${RELEASE_EVENT_TYPES.join(", ")}; give it again for each`;
    return { ok: false, issues: [{ path: "/events", message }] };
  }
  return { ok: true, value: given.length === 0 ? DEFAULT_EVENT_TYPES : types };
}

/** `?content=full`, as it is without, or `summary`. */
export function contentOf(c: Context): Result<"full" | "summary"> {
  const given = c.req.query("content") ?? "full";
  if (given === "full" || given === "summary") return { ok: true, value: given };
  return { ok: false, issues: [{ path: "/content", message: "must be full or summary" }] };
}

/** `?limit=` and, under the name given, where a page begins. */
export function pageOf(
  c: Context,
  cursorName: string,
): Result<{ limit: number; cursor: number | undefined }> {
  const whole = (min: number, max: number) =>
    z.optional(
      z
        .pipe(
          z.string(),
          z.transform((text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN)),
        )
        .check(z.refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`)),
    );
  const given = { limit: c.req.query("limit"), [cursorName]: c.req.query(cursorName) };
  const parsed = parse(
    z.object({
      limit: whole(1, PAGE_ROWS_MAX),
      // A list is continued from an instant, and there were texts before 1970.
      [cursorName]: whole(cursorName === "after" ? 0 : -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    }),
    given,
  );
  if (!parsed.ok) return parsed;
  return {
    ok: true,
    value: { limit: parsed.value.limit ?? PAGE_ROWS_DEFAULT, cursor: parsed.value[cursorName] },
  };
}
