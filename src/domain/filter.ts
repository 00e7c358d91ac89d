/**
 * The filter that lists, feeds, events and subscriptions share.
 */
import * as z from "zod/mini";
import { listOf } from "./bounded.ts";
import { LIST_VALUES_MAX, SEARCH_CHARS_MAX, SEARCH_WORDS_MAX, SUBSCRIPTION_VALUES_MAX } from "./limits.ts";
import { invalid, parse, type Result } from "./issues.ts";
import { canonicalLanguage, type Facet, slug } from "./release.ts";
import { countSearchWords, isFound, isEmptySearch, parseSearch } from "./search.ts";
import { joinWords, searchWords } from "./search-words.ts";

const oneOrMany = <T extends z.ZodMiniType<string, string>>(value: T) =>
  z.pipe(
    z.union(
      [listOf(value, SUBSCRIPTION_VALUES_MAX).check(z.minLength(1, "must name a value")), value],
      // What is wrong with a single value, or with the first of a list.
      {
        error: ({ input, errors }) =>
          (typeof input === "string" ? errors?.[1] : Array.isArray(input) ? errors?.[0] : undefined)?.[0]
            ?.message ?? `must be a value or a list of at most ${SUBSCRIPTION_VALUES_MAX} values`,
      },
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
    z.string().check(
      z.maxLength(SEARCH_CHARS_MAX, {
        error: `must have at most ${SEARCH_CHARS_MAX} characters`,
        abort: true,
      }),
      z.refine(
        (q) => countSearchWords(q) <= SEARCH_WORDS_MAX,
        `must have at most ${SEARCH_WORDS_MAX} words; send fewer, or several searches`,
      ),
    ),
  ),
};

const asWritten = z.strictObject({ ...conditions, not: z.optional(z.strictObject(conditions)) });
export type Filter = z.infer<typeof asWritten>;
export type Conditions = Omit<Filter, "not">;

/**
 * Several values of one field mean any of them; different fields mean all of them; none of the conditions in
 * `not` may hold. A condition that narrows nothing, such as a `q` without a word or an empty `not`, is
 * dropped, so that equal filters have equal JSON.
 */
export const filter = z.pipe(asWritten, z.transform(withoutEmpty));

function withoutEmpty({ not, ...conditions }: Filter): Filter {
  const without = withoutEmptySearch(not ?? {});
  return {
    ...withoutEmptySearch(conditions),
    ...(Object.keys(without).length === 0 ? {} : { not: without }),
  };
}

function withoutEmptySearch({ q, ...fields }: Conditions): Conditions {
  return q === undefined || isEmptySearch(q) ? fields : { ...fields, q };
}

/** The facet of each filter field that names facet values. */
export const FACET_FIELDS = {
  topic: "topics",
  person: "people",
  organisation: "organisations",
  place: "places",
} as const satisfies Record<string, Facet>;

/** The same with release types, which are a facet too. */
export const FACET_OF = { type: "types", ...FACET_FIELDS } as const;
export type FacetField = keyof typeof FACET_OF;

/** All fields, in the order that addresses use. */
export const FILTER_FIELDS = ["type", "topic", "person", "organisation", "place", "lang", "q"] as const;

/**
 * Parses the query of an address: `?type=speech&topic=csto&topic=osce&not.lang=ru&q=…`. A field given
 * twice means any of its values; `not.FIELD` means none of them. Names and slugs may have any case. Empty
 * values and unknown names are ignored.
 *
 * @returns the issues of its values, or that it names more than LIST_VALUES_MAX of them
 */
export function filterFromQuery(query: URLSearchParams): Result<Filter> {
  const pairs = [...query]
    .map(([name, text]) => [name.toLowerCase(), text.trim()] as const)
    .filter(
      ([name, text]) => text !== "" && FILTER_FIELDS.some((field) => field === name.replace(/^not\./, "")),
    );
  if (pairs.length > LIST_VALUES_MAX) {
    return invalid({ path: "", message: `names ${pairs.length} values; the limit is ${LIST_VALUES_MAX}` });
  }
  const given = new Map<string, string[]>();
  for (const [field, text] of pairs) {
    const isSlug = !/(?:^|\.)(?:q|lang)$/.test(field);
    given.set(field, [...(given.get(field) ?? []), isSlug ? text.toLowerCase() : text]);
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

/** The parameters of an address that {@link filterFromQuery} reads as the filter. */
export function queryOfFilter({ not, ...conditions }: Filter): [name: string, value: string][] {
  return [...pairsOf(conditions, ""), ...pairsOf(not ?? {}, "not.")];
}

export function pairsOf(conditions: Conditions, prefix: string): [name: string, value: string][] {
  return FILTER_FIELDS.flatMap((field) => {
    const value = conditions[field];
    const values = typeof value === "string" ? [value] : (value ?? []);
    return values.map((each): [string, string] => [prefix + field, each]);
  });
}

/** How many values a filter names in all its fields, including `not`. */
export function countValues({ not, ...conditions }: Filter): number {
  return [conditions, not ?? {}]
    .flatMap((part) => FILTER_FIELDS.map((field) => [part[field] ?? []].flat().length))
    .reduce((sum, values) => sum + values, 0);
}

/** The field of which a filter excludes all that it asks for, so that no release can match. */
export function findContradiction({
  not,
  ...conditions
}: Filter): (typeof FILTER_FIELDS)[number] | undefined {
  return FILTER_FIELDS.find((field) => {
    const [asked, without] = [conditions[field], [not?.[field] ?? []].flat()];
    return asked !== undefined && [asked].flat().every((value) => without.includes(value));
  });
}

/** The facts of a release that a filter compares. */
export interface Filterable extends Record<Facet, readonly string[]> {
  lang: string;
  type: string;
  /** From {@link searchableWords}. Read last, and only by filters that search. */
  words: string;
}

/** The words of a release that `q` searches, joined. */
export function searchableWords(release: { title: string; summary: string; text: string }): string {
  // The mark between the parts keeps a phrase from matching across them.
  const words = [release.title, release.summary, release.text].flatMap((part, index) => [
    ...(index === 0 ? [] : [PART_MARK]),
    ...searchWords(part),
  ]);
  return joinWords(words);
}

/** Equals no word, because words have only letters and digits. */
export const PART_MARK = "_";

/** Whether a filter matches a release. An empty filter matches every release. */
export function matches(filter: Filter, release: Filterable): boolean {
  const { not, ...conditions } = filter;
  return (
    conditionResults(conditions, release).every(Boolean) &&
    !conditionResults(not ?? {}, release).some(Boolean)
  );
}

/** Describes each condition that a release does not meet. Empty if {@link matches} is true. */
export function unmetConditions(filter: Filter, release: Filterable): string[] {
  const { not, ...conditions } = filter;
  const valuesOf = (field: (typeof FILTER_FIELDS)[number], part: Conditions) =>
    [part[field] ?? []].flat().join(" or ");
  return [
    ...FILTER_FIELDS.filter(
      (field) => conditions[field] !== undefined && !matches({ [field]: conditions[field] }, release),
    ).map((field) => `it asks for ${field} ${valuesOf(field, conditions)}`),
    ...FILTER_FIELDS.filter(
      (field) => not?.[field] !== undefined && matches({ [field]: not[field] }, release),
    ).map((field) => `it excludes ${field} ${valuesOf(field, not ?? {})}`),
  ];
}

/** For each condition of a filter, whether it holds. The search is last, because it costs most. */
function* conditionResults(conditions: Conditions, release: Filterable): Generator<boolean> {
  if (conditions.lang) yield conditions.lang.includes(release.lang);
  if (conditions.type) yield conditions.type.includes(release.type);
  for (const [field, facet] of Object.entries(FACET_FIELDS) as [keyof typeof FACET_FIELDS, Facet][]) {
    const values = conditions[field];
    if (values) yield values.some((value) => release[facet].includes(value));
  }
  if (conditions.q !== undefined) yield isFound(release.words, parseSearch(conditions.q));
}
