/**
 * Lists of releases and their addresses. A list is everything, one language, one facet value in one language,
 * or any combination of filters. Each list has exactly one address, so that caches, readers and the ledger
 * treat it as one, however a client spells it.
 */
import { SLUG_CHARS_MAX } from "./limits.ts";
import { defined } from "./defined.ts";
import type { Issue, Result } from "./issues.ts";
import { FACET_FIELDS, type Conditions, type Filter, filterFromQuery, pairsOf } from "./filter.ts";
import { dayOf, formatInstant, type Instant, parseReleaseDate, startOfDay } from "./dates.ts";
import { canonicalLanguage, type Facet } from "./release.ts";
import { canonicalSearch } from "./search.ts";

export const FEED_FORMATS = ["rss", "atom", "json"] as const;
export type FeedFormat = (typeof FEED_FORMATS)[number];

/** The Content-Type of each format. */
export const FEED_TYPES: Record<FeedFormat, string> = {
  rss: "application/rss+xml; charset=utf-8",
  atom: "application/atom+xml; charset=utf-8",
  json: "application/feed+json; charset=utf-8",
};

/** Canonical: values sorted and unique, no field that narrows nothing. */
export interface ReleaseList {
  filter: Filter;
  /** A day, or an RFC 3339 instant in UTC. Both bounds are included. */
  from?: string;
  to?: string;
}

/** A document of a list: the page or a feed, of the newest releases or of one archive. */
export interface ListPlace {
  list: ReleaseList;
  /** The number of an archive. Left out: the newest releases. */
  archive?: number;
  /** Left out: the page. */
  format?: FeedFormat;
}

export type ParsedAddress =
  | { kind: "list"; place: ListPlace }
  /** 400: the query is malformed. 404: no such list can exist. */
  | { kind: "refused"; status: 400 | 404; issues: Issue[] };

/** The filter field of each facet in an address. Release types are a facet too. */
export const FIELD_OF_FACET = {
  types: "type",
  ...(Object.fromEntries(Object.entries(FACET_FIELDS).map(([field, facet]) => [facet, field])) as Record<
    Facet,
    keyof typeof FACET_FIELDS
  >),
} as const;
type ListFacet = keyof typeof FIELD_OF_FACET;
type FacetField = (typeof FIELD_OF_FACET)[ListFacet];

const ADDRESS = new RegExp(
  `^(?:/(?<lang>[a-z0-9-]{2,35})(?:/(?<facet>${Object.keys(FIELD_OF_FACET).join("|")})/(?<value>[a-z0-9-]{1,${SLUG_CHARS_MAX}}))?)?` +
    `(?:/archive/(?<archive>[1-9]\\d{0,8}))?(?:/feed\\.(?<format>${FEED_FORMATS.join("|")}))?/?$`,
  "i",
);

/**
 * Parses the address of a list.
 *
 * @param languages of the site
 * @returns undefined if the path is not that of a list
 */
export function parseListAddress(
  path: string,
  query: URLSearchParams,
  languages: readonly string[],
): ParsedAddress | undefined {
  const groups = ADDRESS.exec(path)?.groups;
  if (groups === undefined) return undefined;
  const lang = groups["lang"] === undefined ? undefined : canonicalLanguage(groups["lang"]);
  if (groups["lang"] !== undefined && (lang === undefined || !languages.includes(lang))) return undefined;
  const filter = filterFromQuery(query);
  if (!filter.ok) return { kind: "refused", status: 400, issues: filter.issues };
  const bounds = boundsFromQuery(query);
  if (!bounds.ok) return { kind: "refused", status: 400, issues: bounds.issues };
  const narrowed = narrowByPath(filter.value, lang, groups["facet"]?.toLowerCase(), groups["value"]);
  if (!narrowed.ok) return { kind: "refused", status: 400, issues: [narrowed.issue] };
  const list = { filter: canonicalFilter(narrowed.filter), ...bounds.value };
  const foreign = (list.filter.lang ?? []).filter((each) => !languages.includes(each));
  if (foreign.length > 0)
    return { kind: "refused", status: 404, issues: [foreignLanguageIssue(foreign, languages)] };
  const format = FEED_FORMATS.find((each) => each === groups["format"]?.toLowerCase());
  const archive = groups["archive"] === undefined ? undefined : Number(groups["archive"]);
  return {
    kind: "list",
    place: defined({ list, archive, format }),
  };
}

/** The one address of a document: a path, with a query for a combination. */
export function addressOf({ list, archive, format }: ListPlace): string {
  const { path, query } = partsOf(list);
  const document = `${path}${archive === undefined ? "" : `/archive/${archive}`}${format === undefined ? "" : `/feed.${format}`}`;
  return `${document === "" ? "/" : document}${query === "" ? "" : `?${query}`}`;
}

/** The address of a list's page. The ledger keeps the list under this name. */
export function listAddress(list: ReleaseList): string {
  return addressOf({ list });
}

/** Whether a list is neither everything, nor a language, nor one facet value in a language. */
export function isCombination(list: ReleaseList): boolean {
  return partsOf(list).query !== "";
}

/** The list of one language, or of everything. */
export function languageList(lang: string | undefined): ReleaseList {
  return { filter: lang === undefined ? {} : { lang: [lang] } };
}

export function facetList(lang: string, facet: ListFacet, value: string): ReleaseList {
  return { filter: { lang: [lang], [FIELD_OF_FACET[facet]]: [value] } };
}

/** The path of the index of a facet: the values that releases of a language have. */
export function facetPath(lang: string, facet: ListFacet): string {
  return `/${lang}/${facet}`;
}

/** The language of a list with exactly one. */
export function languageOf({ filter }: ReleaseList): string | undefined {
  return filter.lang?.length === 1 ? filter.lang[0] : undefined;
}

/** The releases of a list that are dated in a year. */
export function yearList(list: ReleaseList, year: number): ReleaseList {
  const padded = String(year).padStart(4, "0");
  return { ...list, from: `${padded}-01-01`, to: `${padded}-12-31` };
}

/** The year that a list is bounded to; undefined if its bounds are others. */
export function yearOf({
  from,
  to,
}: {
  from?: string | undefined;
  to?: string | undefined;
}): number | undefined {
  const year = /^(\d{4})-01-01$/.exec(from ?? "")?.[1];
  return year !== undefined && to === `${year}-12-31` ? Number(year) : undefined;
}

/** The bounds of a list as instants, both included. */
export function boundsOfList(
  { from, to }: Pick<ReleaseList, "from" | "to">,
  timeZone: string,
): { from?: Instant; to?: Instant } {
  const instantOf = (bound: string | undefined, ofDay: (day: string, timeZone: string) => Instant) => {
    const date = bound === undefined ? undefined : parseReleaseDate(bound);
    return date?.precision === "day" ? ofDay(date.day, timeZone) : date?.instant;
  };
  return defined({ from: instantOf(from, startOfDay), to: instantOf(to, lastSecondOfDay) });
}

/**
 * Parses `?from=` and `?to=`: a day or an instant each. Giving a bound twice is an issue, because the order of
 * parameters must not matter.
 */
export function boundsFromQuery(query: URLSearchParams): Result<Pick<ReleaseList, "from" | "to">> {
  const issues: Issue[] = [];
  const value: Pick<ReleaseList, "from" | "to"> = {};
  for (const name of ["from", "to"] as const) {
    const bounds = new Set(
      [...query]
        .filter(([each, text]) => each.toLowerCase() === name && text.trim() !== "")
        .map(([, text]) => canonicalBound(text.trim())),
    );
    const [bound] = bounds;
    if (bounds.has(undefined))
      issues.push({ path: `/${name}`, message: "must be a day or an RFC 3339 instant" });
    else if (bounds.size > 1) issues.push({ path: `/${name}`, message: "must be given once" });
    else if (bound !== undefined) value[name] = bound;
  }
  const { from = "", to = "" } = value;
  // A day and an instant are not compared: which comes first depends on the time zone.
  if (from.length === to.length && from > to)
    issues.push({ path: "/to", message: `must not be before from, ${from}` });
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value };
}

function canonicalBound(text: string): string | undefined {
  // In a query an unescaped `+` is a space, and many clients write the offset so.
  const date = parseReleaseDate(text.replace(/ (?=\d{2}:\d{2}$)/, "+"));
  return date && (date.precision === "day" ? date.day : formatInstant(date.instant));
}

/** Adds what the path selects to the filter. A query that contradicts the path is an issue. */
function narrowByPath(
  filter: Filter,
  lang: string | undefined,
  facet: string | undefined,
  value: string | undefined,
): { ok: true; filter: Filter } | { ok: false; issue: Issue } {
  const fixed: [field: "lang" | FacetField, value: string][] = [];
  if (lang !== undefined) fixed.push(["lang", lang]);
  if (facet !== undefined && value !== undefined)
    fixed.push([FIELD_OF_FACET[facet as ListFacet], value.toLowerCase()]);
  for (const [field, only] of fixed) {
    if (filter[field] !== undefined && !filter[field].includes(only)) {
      return {
        ok: false,
        issue: { path: `/${field}`, message: `conflicts with the path, which already selects ${only}` },
      };
    }
  }
  return {
    ok: true,
    filter: { ...filter, ...Object.fromEntries(fixed.map(([field, only]) => [field, [only]])) },
  };
}

function canonicalFilter({ not, ...conditions }: Filter): Filter {
  const without = canonicalConditions(not ?? {});
  return {
    ...canonicalConditions(conditions),
    ...(Object.keys(without).length === 0 ? {} : { not: without }),
  };
}

function canonicalConditions({ q, ...fields }: Conditions): Conditions {
  const search = canonicalSearch(q ?? "");
  return { ...fields, ...(search === "" ? {} : { q: search }) };
}

/** The path and the query of a list's address. */
function partsOf({ filter, from, to }: ReleaseList): { path: string; query: string } {
  const { lang, not, ...conditions } = filter;
  const path = lang?.length === 1 ? `/${lang[0]}` : "";
  const query = new URLSearchParams([
    ...pairsOf(conditions, ""),
    ...(lang !== undefined && lang.length > 1 ? pairsOf({ lang }, "") : []),
    ...pairsOf(not ?? {}, "not."),
    ...Object.entries({ from, to }).flatMap(([name, bound]) => (bound === undefined ? [] : [[name, bound]])),
  ]);
  const [only] = [...query];
  const facet = Object.entries(FIELD_OF_FACET).find(([, field]) => field === only?.[0])?.[0];
  return path !== "" && query.size === 1 && only !== undefined && facet !== undefined
    ? { path: `${path}/${facet}/${only[1]}`, query: "" }
    : { path, query: withPlainMarks(query.toString()) };
}

/**
 * Writes marks plainly that a query may hold as they are (RFC 3986, 3.4). Some clients undo such escapes, and a
 * redirect to the escaped form would never end. `?` stays escaped: the first one of an address starts its query.
 */
function withPlainMarks(query: string): string {
  return query.replaceAll(/%(?:3A|40|2F|21|24|28|29|2A|2C|3B)/g, (escape) => decodeURIComponent(escape));
}

function foreignLanguageIssue(foreign: readonly string[], languages: readonly string[]): Issue {
  return {
    path: "/lang",
    message: `${foreign.join(", ")}: the languages of this site are ${languages.join(", ")}`,
  };
}

function lastSecondOfDay(day: string, timeZone: string): Instant {
  // 36 hours after midnight it is the next day, however long this day is.
  return startOfDay(dayOf(startOfDay(day, timeZone) + 36 * 3_600, timeZone), timeZone) - 1;
}
