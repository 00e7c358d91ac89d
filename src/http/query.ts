/**
 * The parameters that lists of the API share: a filter, bounds, event types, content and a page.
 */
import * as z from "zod/mini";
import type { Instant } from "../domain/dates.ts";
import { DEFAULT_EVENT_TYPES, RELEASE_EVENT_TYPES, type ReleaseEventType } from "../domain/event.ts";
import { type Filter, filterFromQuery } from "../domain/filter.ts";
import { invalid, ok, parse, type Result } from "../domain/issues.ts";
import { PAGE_ROWS_MAX } from "../domain/limits.ts";
import { validateFilterLanguages } from "../domain/registry.ts";
import { boundsFromQuery, boundsOfList } from "../domain/list.ts";
import type { Content } from "../domain/subscription.ts";
import type { Context } from "./context.ts";
import { PAGE_ROWS_DEFAULT } from "./limits.ts";
import { FILTER_NAMES, queryIssues } from "../domain/query-names.ts";

/**
 * A field given twice means any of its values; `not.FIELD` means none of them. Parameters that look like
 * misspelt ones are refused, all others ignored.
 *
 * @param others that the call takes beside the filter
 */
export function parseFilter(c: Context, others: readonly string[]): Result<Filter> {
  const { search, searchParams } = new URL(c.req.url);
  const issues = queryIssues(search, [...FILTER_NAMES, ...others]);
  if (issues.length > 0) return invalid(...issues);
  const filter = filterFromQuery(searchParams);
  if (!filter.ok) return filter;
  const foreign = validateFilterLanguages(filter.value, c.var.config.site.languages);
  return foreign.length > 0 ? invalid(...foreign) : filter;
}

/** `?from=` and `?to=`, days or instants, both included: a day as `to` to its last second. */
export function parseBounds(c: Context): Result<{ from?: Instant; to?: Instant }> {
  const bounds = boundsFromQuery(new URL(c.req.url).searchParams);
  return bounds.ok ? ok(boundsOfList(bounds.value, c.var.config.site.timeZone)) : bounds;
}

/** `?events=TYPE`, repeated for each further type. The default is that of a subscription. */
export function parseEventTypes(c: Context): Result<readonly ReleaseEventType[]> {
  const given = c.req.queries("events")?.filter((name) => name !== "") ?? [];
  const types = RELEASE_EVENT_TYPES.filter((type) => given.includes(type));
  if (given.some((name) => !types.some((type) => type === name))) {
    const message = `must be among ${RELEASE_EVENT_TYPES.join(", ")}; repeat it for each`;
    return invalid({ path: "/events", message });
  }
  return ok(given.length === 0 ? DEFAULT_EVENT_TYPES : types);
}

/** `?content=full`, the default, or `summary`, which leaves out HTML and text. */
export function parseContent(c: Context): Result<Content> {
  const given = c.req.query("content") ?? "full";
  if (given === "full" || given === "summary") return ok(given);
  return invalid({ path: "/content", message: "must be full or summary" });
}

/** `?limit=`, and the cursor of the page under the given name. */
export function parsePage(
  c: Context,
  cursorName: string,
  cursorMin = 0,
): Result<{ limit: number; cursor: number | undefined }> {
  const parsed = parse(
    z.object({
      limit: wholeNumber(1, PAGE_ROWS_MAX),
      cursor: wholeNumber(cursorMin, Number.MAX_SAFE_INTEGER),
    }),
    { limit: c.req.query("limit"), cursor: c.req.query(cursorName) },
  );
  if (parsed.ok) return ok({ limit: parsed.value.limit ?? PAGE_ROWS_DEFAULT, cursor: parsed.value.cursor });
  return invalid(
    ...parsed.issues.map((issue) => ({ ...issue, path: issue.path.replace(/^\/cursor$/, `/${cursorName}`) })),
  );
}

function wholeNumber(min: number, max: number) {
  return z.optional(
    z
      .pipe(
        z.string(),
        z.transform((text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN)),
      )
      .check(z.refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`)),
  );
}
