/**
 * The registry: the values of each facet, with their names in each language.
 */
import leven from "leven";
import * as z from "zod/mini";
import { listOf, recordOf } from "./bounded.ts";
import {
  LANGUAGES_NAMED_MAX,
  NEAREST_NAMED,
  REGISTRY_VALUES_MAX,
  SPELLINGS_MAX,
  TITLE_CHARS_MAX,
} from "./limits.ts";
import type { Issue } from "./issues.ts";
import { type Conditions, FACET_FIELDS, type Filter } from "./filter.ts";
import { canonicalLanguage, type Facet, FACETS, line, RELEASE_TYPES, slug, webAddress } from "./release.ts";

/** The facets of the registry. Release types are a facet too. */
export const REGISTRY_FACETS = ["types", ...FACETS] as const;
export type RegistryFacet = (typeof REGISTRY_FACETS)[number];

/** `{ en: "…", hy: "…" }`: keys are BCP 47. */
const inLanguages = recordOf(
  z.string().check(z.refine((tag) => canonicalLanguage(tag) === tag, "must be BCP 47 language tags")),
  line(TITLE_CHARS_MAX),
  LANGUAGES_NAMED_MAX,
);

const value = z.strictObject({
  slug,
  names: inLanguages.check(
    z.refine((names) => Object.keys(names).length > 0, "must hold a name in at least one language"),
  ),
  /** Other spellings in texts, in any language. */
  spellings: z._default(listOf(line(TITLE_CHARS_MAX), SPELLINGS_MAX), []),
  /** A person's office, such as minister. */
  role: z.optional(inLanguages),
  link: z.optional(webAddress),
});
export type RegistryValue = z.infer<typeof value>;

const values = z._default(
  listOf(value, REGISTRY_VALUES_MAX).check(
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

/** For a service that was never sent a registry. */
export const EMPTY_REGISTRY: Registry = { types: [], topics: [], people: [], organisations: [], places: [] };

/** The name of a value in a language, else in the first language that it has, else its slug. */
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

/** Finds facet values of a release that are not in the registry. Without a registry, every value is valid. */
export function validateFacets(
  release: { type: string } & Record<Facet, readonly string[]>,
  known: Registry | undefined,
): Issue[] {
  const types = knownTypes(known);
  const issues: Issue[] = types.includes(release.type)
    ? []
    : [{ path: "/type", message: `must be one of ${types.join(", ")}` }];
  if (known === undefined) return issues;
  for (const facet of FACETS) {
    const slugs = known[facet].map((each) => each.slug);
    for (const [index, given] of release[facet].entries()) {
      if (!slugs.includes(given))
        issues.push({ path: `/${facet}/${index}`, message: notInRegistry(given, slugs) });
    }
  }
  return issues;
}

/** Finds values of a filter that no release can have. */
export function validateFilter(filter: Filter, known: Registry | undefined): Issue[] {
  const { not, ...conditions } = filter;
  return [...validateConditions(conditions, "", known), ...validateConditions(not ?? {}, "/not", known)];
}

/** Finds languages of a filter that the site does not have. */
export function validateFilterLanguages(filter: Filter, languages: readonly string[]): Issue[] {
  const issues = (lang: readonly string[] | undefined, path: string) =>
    (lang ?? [])
      .filter((each) => !languages.includes(each))
      .map((each) => ({
        path,
        message: `${each} is not one of the site's languages: ${languages.join(", ")}`,
      }));
  return [...issues(filter.lang, "/lang"), ...issues(filter.not?.lang, "/not/lang")];
}

function validateConditions(conditions: Conditions, path: string, known: Registry | undefined): Issue[] {
  const types = knownTypes(known);
  const unknownTypes = (conditions.type ?? []).filter((type) => !types.includes(type));
  const issues = unknownTypes.map((type) => ({ path: `${path}/type`, message: notInRegistry(type, types) }));
  if (known === undefined) return issues;
  for (const [field, facet] of Object.entries(FACET_FIELDS) as [keyof typeof FACET_FIELDS, Facet][]) {
    const slugs = known[facet].map((each) => each.slug);
    for (const given of conditions[field] ?? []) {
      if (!slugs.includes(given))
        issues.push({ path: `${path}/${field}`, message: notInRegistry(given, slugs) });
    }
  }
  return issues;
}

/** Says that a value is not in the registry, and names the nearest that are. */
function notInRegistry(given: string, slugs: readonly string[]): string {
  const nearest = slugs
    .map((each) => ({ each, distance: leven(given, each) }))
    .sort((a, b) => a.distance - b.distance || (a.each < b.each ? -1 : 1))
    .slice(0, NEAREST_NAMED)
    .map(({ each }) => each);
  const hint = nearest.length === 0 ? "it has no values yet" : `the nearest are ${nearest.join(", ")}`;
  return `${given} is not in the registry; ${hint}`;
}
