/**
 * The registry: the values of each facet, with their names in each language (CONTRACT 6).
 */
import leven from "leven";
import * as z from "zod/mini";
import { NEAREST_NAMED, REGISTRY_VALUES_MAX, SPELLINGS_MAX, TITLE_CHARS_MAX } from "./limits.ts";
import type { Issue } from "./issues.ts";
import { type Conditions, FACET_FIELDS, type Filter } from "./filter.ts";
import { canonicalLanguage, type Facet, FACETS, line, RELEASE_TYPES, slug, webAddress } from "./release.ts";

/** The facets of the registry: release types are one too. */
export const REGISTRY_FACETS = ["types", ...FACETS] as const;
export type RegistryFacet = (typeof REGISTRY_FACETS)[number];

/** `{ en: "…", hy: "…" }`: keys are BCP 47. */
const inLanguages = z.record(
  z.string().check(z.refine((tag) => canonicalLanguage(tag) === tag, "must be BCP 47 language tags")),
  line(TITLE_CHARS_MAX),
);

const value = z.strictObject({
  slug,
  names: inLanguages.check(
    z.refine((names) => Object.keys(names).length > 0, "must hold a name in at least one language"),
  ),
  /** Other ways in which texts write it, in any language. */
  spellings: z._default(
    z.array(line(TITLE_CHARS_MAX)).check(z.maxLength(SPELLINGS_MAX, `must be ${SPELLINGS_MAX} at most`)),
    [],
  ),
  /** What a person is: minister, spokesperson. */
  role: z.optional(inLanguages),
  link: z.optional(webAddress),
});
export type RegistryValue = z.infer<typeof value>;

const values = z._default(
  z.array(value).check(
    z.maxLength(REGISTRY_VALUES_MAX, `must be ${REGISTRY_VALUES_MAX} at most`),
    z.refine(
      (all) => new Set(all.map((each) => each.slug)).size === all.length,
      "must not hold a slug twice",
    ),
  ),
  [],
);

export const registry = z.strictObject({
  types: values,
  topics: values,
  people: values,
  organisations: values,
  places: values,
});
export type Registry = z.infer<typeof registry>;

/** For when no office has sent one. */
export const EMPTY_REGISTRY: Registry = { types: [], topics: [], people: [], organisations: [], places: [] };

/** What a value is called in a language; in the first other one where it has no name in that; else its slug. */
export function nameOf(
  known: Registry | undefined,
  facet: RegistryFacet,
  wanted: string,
  lang: string,
): string {
  const names = known?.[facet].find((each) => each.slug === wanted)?.names;
  return names?.[lang] ?? Object.values(names ?? {})[0] ?? wanted;
}

/** The release types that may be used. */
export function knownTypes(known: Registry | undefined): string[] {
  return [...new Set([...RELEASE_TYPES, ...(known?.types.map((each) => each.slug) ?? [])])];
}

/** Facet values that the registry does not know, each with the nearest that it does. No registry knows all. */
export function validateFacets(
  filed: { type: string } & Record<Facet, readonly string[]>,
  known: Registry | undefined,
): Issue[] {
  const types = knownTypes(known);
  const issues: Issue[] = types.includes(filed.type)
    ? []
    : [{ path: "/type", message: `must be one of ${types.join(", ")}` }];
  if (known === undefined) return issues;
  for (const facet of FACETS) {
    const slugs = known[facet].map((each) => each.slug);
    for (const [index, given] of filed[facet].entries()) {
      if (!slugs.includes(given)) issues.push({ path: `/${facet}/${index}`, message: unknown(given, slugs) });
    }
  }
  return issues;
}

/** Values in a filter that nothing can ever have: whoever asks for them has mistyped. */
export function validateFilter(asked: Filter, known: Registry | undefined): Issue[] {
  const { not, ...conditions } = asked;
  return [...validateConditions(conditions, "", known), ...validateConditions(not ?? {}, "/not", known)];
}

/** The same of languages, which the site has and no registry. */
export function validateFilterLanguages(asked: Filter, languages: readonly string[]): Issue[] {
  const issues = (lang: readonly string[] | undefined, path: string) =>
    (lang ?? [])
      .filter((each) => !languages.includes(each))
      .map((each) => ({ path, message: `${each} is none of the site's languages: ${languages.join(", ")}` }));
  return [...issues(asked.lang, "/lang"), ...issues(asked.not?.lang, "/not/lang")];
}

function validateConditions(asked: Conditions, path: string, known: Registry | undefined): Issue[] {
  const types = knownTypes(known);
  const unknownTypes = (asked.type ?? []).filter((type) => !types.includes(type));
  const issues = unknownTypes.map((type) => ({ path: `${path}/type`, message: unknown(type, types) }));
  if (known === undefined) return issues;
  for (const [field, facet] of Object.entries(FACET_FIELDS) as [keyof typeof FACET_FIELDS, Facet][]) {
    const slugs = known[facet].map((each) => each.slug);
    for (const given of asked[field] ?? []) {
      if (!slugs.includes(given)) issues.push({ path: `${path}/${field}`, message: unknown(given, slugs) });
    }
  }
  return issues;
}

/** In words: that the registry does not know it, and what it does know. */
function unknown(given: string, slugs: readonly string[]): string {
  const nearest = slugs
    .map((each) => ({ each, distance: leven(given, each) }))
    .sort((a, b) => a.distance - b.distance || (a.each < b.each ? -1 : 1))
    .slice(0, NEAREST_NAMED)
    .map(({ each }) => each);
  const hint = nearest.length === 0 ? "it has no values yet" : `the nearest are ${nearest.join(", ")}`;
  return `${given} is not in the registry; ${hint}`;
}
