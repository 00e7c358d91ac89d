/**
 * Which releases somebody asked for: the same filter for lists, feeds, events and subscriptions
 * (CONTRACT 6).
 */
import * as z from "zod/mini";
import { SEARCH_CHARS_MAX } from "./limits.ts";
import { parse, type Result } from "./issues.ts";
import { canonicalLanguage, type Facet, slug } from "./release.ts";
import { isFound, isEmptySearch, parseSearch, searchWords } from "./search.ts";

const oneOrMany = <T extends z.ZodMiniType<string, string>>(value: T) =>
  z.pipe(
    z.union(
      [z.array(value).check(z.minLength(1, "must name a value")), value],
      "must be a value or a list of values",
    ),
    z.transform((given) => [...new Set(Array.isArray(given) ? given : [given])].sort()),
  );

const conditions = {
  lang: z.optional(
    oneOrMany(
      z.pipe(
        z.string().check(z.refine((tag) => canonicalLanguage(tag) !== undefined, "must be a BCP 47 tag")),
        z.transform((tag) => canonicalLanguage(tag) ?? tag),
      ),
    ),
  ),
  type: z.optional(oneOrMany(slug)),
  topic: z.optional(oneOrMany(slug)),
  person: z.optional(oneOrMany(slug)),
  organisation: z.optional(oneOrMany(slug)),
  place: z.optional(oneOrMany(slug)),
  q: z.optional(
    z.string().check(z.maxLength(SEARCH_CHARS_MAX, `must have ${SEARCH_CHARS_MAX} characters at most`)),
  ),
};

const asWritten = z.strictObject({ ...conditions, not: z.optional(z.strictObject(conditions)) });
export type Filter = z.infer<typeof asWritten>;
export type Conditions = Omit<Filter, "not">;

/**
 * Values of one field mean any of them, different fields mean all of them; in `not`, none may hold. What
 * asks for nothing, a `q` without a word or an empty `not`, is left out: two filters that differ by it are one.
 */
export const filter = z.pipe(asWritten, z.transform(withoutVoid));

function withoutVoid({ not, ...conditions }: Filter): Filter {
  const without = withoutVoidSearch(not ?? {});
  return {
    ...withoutVoidSearch(conditions),
    ...(Object.keys(without).length === 0 ? {} : { not: without }),
  };
}

function withoutVoidSearch({ q, ...fields }: Conditions): Conditions {
  return q === undefined || isEmptySearch(q) ? fields : { ...fields, q };
}

/** The fields of a filter that name values of a facet. */
export const FACET_FIELDS = {
  topic: "topics",
  person: "people",
  organisation: "organisations",
  place: "places",
} as const satisfies Record<string, Facet>;

/** All fields, in the order in which addresses name them. */
export const FILTER_FIELDS = ["type", "topic", "person", "organisation", "place", "lang", "q"] as const;

/**
 * A filter as the query of an address: `?type=speech&topic=csto&topic=osce&not.lang=ru&q=…`. A field
 * given twice means any of its values; `not.` in front of it means none of them. Names and slugs may
 * come in any case; empty values and other names are passed over.
 */
export function filterFromQuery(query: URLSearchParams): Result<Filter> {
  const given = new Map<string, string[]>();
  for (const [name, text] of query) {
    if (text.trim() === "") continue;
    const field = name.toLowerCase();
    const isSlug = !/(?:^|\.)(?:q|lang)$/.test(field);
    given.set(field, [...(given.get(field) ?? []), isSlug ? text.trim().toLowerCase() : text.trim()]);
  }
  const conditions = (prefix: string) =>
    Object.fromEntries(
      FILTER_FIELDS.flatMap((field) => {
        const values = given.get(prefix + field);
        return values === undefined ? [] : [[field, field === "q" ? values.join(" ") : values]];
      }),
    );
  const not = conditions("not.");
  return parse(filter, { ...conditions(""), ...(Object.keys(not).length === 0 ? {} : { not }) });
}

/** How many values a filter names in all its fields, those of `not` included. */
export function countValues({ not, ...conditions }: Filter): number {
  return [conditions, not ?? {}]
    .flatMap((part) => FILTER_FIELDS.map((field) => [part[field] ?? []].flat().length))
    .reduce((sum, values) => sum + values, 0);
}

/** What a filter looks at. */
export interface Filterable extends Record<Facet, readonly string[]> {
  lang: string;
  type: string;
  /** Of title, summary and text: {@link searchableWords}. */
  words: readonly string[];
}

/** The words in which `q` looks. */
export function searchableWords(release: { title: string; summary: string; text: string }): string[] {
  // An empty word between the parts would let no phrase run from one into the next; a mark does.
  return [release.title, release.summary, release.text].flatMap((part, index) => [
    ...(index === 0 ? [] : [PART_MARK]),
    ...searchWords(part),
  ]);
}

/** No word: {@link searchWords} gives letters and digits only. */
const PART_MARK = "_";

/** Whether a release is among those asked for. An empty filter asks for all. */
export function matches(asked: Filter, release: Filterable): boolean {
  const { not, ...conditions } = asked;
  return holding(conditions, release).every(Boolean) && !holding(not ?? {}, release).some(Boolean);
}

/** In words, each condition that a release does not meet; none where {@link matches} holds. */
export function unmetConditions(asked: Filter, release: Filterable): string[] {
  const { not, ...conditions } = asked;
  const valuesOf = (field: (typeof FILTER_FIELDS)[number], part: Conditions) =>
    [part[field] ?? []].flat().join(" or ");
  return [
    ...FILTER_FIELDS.filter(
      (field) => conditions[field] !== undefined && !matches({ [field]: conditions[field] }, release),
    ).map((field) => `it asks for ${field} ${valuesOf(field, conditions)}`),
    ...FILTER_FIELDS.filter(
      (field) => not?.[field] !== undefined && matches({ [field]: not[field] }, release),
    ).map((field) => `it takes out ${field} ${valuesOf(field, not ?? {})}`),
  ];
}

/** Each condition that is asked for, and whether it holds. */
function holding(asked: Conditions, release: Filterable): boolean[] {
  const results: boolean[] = [];
  if (asked.lang) results.push(asked.lang.includes(release.lang));
  if (asked.type) results.push(asked.type.includes(release.type));
  for (const [field, facet] of Object.entries(FACET_FIELDS) as [keyof typeof FACET_FIELDS, Facet][]) {
    const values = asked[field];
    if (values) results.push(values.some((value) => release[facet].includes(value)));
  }
  if (asked.q !== undefined) results.push(isFound(release.words, parseSearch(asked.q)));
  return results;
}
