/**
 * A filter as the query of an address: `?type=speech&topic=csto&topic=osce&not.lang=ru&q=…&from=…`.
 */
import type { Context } from "hono";
import * as z from "zod/mini";
import type { Fault } from "../domain/fault.ts";
import { FACET_FIELDS, filter, type Filter } from "../domain/filter.ts";
import { dayOf, type Instant, parseReleaseDate, startOfDay } from "../domain/instant.ts";
import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from "../limits.ts";
import { parse } from "./json-body.ts";

const FIELDS = ["lang", "type", ...Object.keys(FACET_FIELDS), "q"] as const;

export type Asked<T> = { ok: true; value: T } | { ok: false; faults: Fault[] };

/** A field given twice means any of its values; `not.` in front of it means none of them. Others are passed over. */
export function filterOf(c: Context): Asked<Filter> {
  const conditions = (prefix: string) =>
    Object.fromEntries(
      FIELDS.flatMap((field) => {
        const given = c.req.queries(prefix + field);
        if (given === undefined) return [];
        return [[field, field === "q" ? given.join(" ") : given]];
      }),
    );
  const not = conditions("not.");
  return parse(filter, { ...conditions(""), ...(Object.keys(not).length === 0 ? {} : { not }) });
}

/** `?from=` and `?to=`, days or instants; a day as `to` is included to its end. */
export function boundsOf(
  c: Context,
  timeZone: string,
): Asked<{ from: Instant | undefined; to: Instant | undefined }> {
  const faults: Fault[] = [];
  const bound = (name: "from" | "to") => {
    const given = c.req.query(name);
    if (given === undefined) return undefined;
    const date = parseReleaseDate(given);
    if (date === undefined)
      faults.push({ path: `/${name}`, message: "must be a day or an RFC 3339 instant" });
    if (date?.precision === "second") return date.instant;
    if (date === undefined) return undefined;
    const start = startOfDay(date.day, timeZone);
    return name === "from" ? start : lastSecondOfDay(start, timeZone);
  };
  const value = { from: bound("from"), to: bound("to") };
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value };
}

/** `?limit=` and, under the name given, where a page begins. */
export function pageOf(c: Context, cursorName: string): Asked<{ limit: number; cursor: number | undefined }> {
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

function lastSecondOfDay(start: Instant, timeZone: string): Instant {
  // Noon of the next day is in the next day, however long this one was.
  return startOfDay(dayOf(start + 36 * 3_600, timeZone), timeZone) - 1;
}
