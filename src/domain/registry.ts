/**
 * The registry: the values of each facet, with their names in each language.
 */
import * as z from "zod/mini";
import { listOf } from "./bounded.ts";
import { REGISTRY_VALUES_MAX, SPELLINGS_MAX, TITLE_CHARS_MAX, VALUES_WITH_NEAREST_MAX } from "./limits.ts";
import type { Issue } from "./issues.ts";
import { nearestOf } from "./nearest.ts";
import { type Conditions, FACET_OF, type FacetField, type Filter } from "./filter.ts";
import { byLanguage } from "./local-text.ts";
import { type Facet, FACETS, line, RELEASE_TYPES, slug, webAddress } from "./release.ts";

/** The facets of the registry. Release types are a facet too. */
export const REGISTRY_FACETS = ["types", ...FACETS] as const;
export type RegistryFacet = (typeof REGISTRY_FACETS)[number];

const inLanguages = byLanguage(line(TITLE_CHARS_MAX));

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

/** A value that the registry lacks. `path` is a JSON Pointer into what names it. */
export interface UnknownValue {
  path: string;
  facet: RegistryFacet;
  value: string;
}

/** {@link nameNearest} turns unknown values into issues. */
export type RegistryIssue = Issue | UnknownValue;

/** For a service that was never sent a registry. */
export const EMPTY_REGISTRY: Registry = { types: [], topics: [], people: [], organisations: [], places: [] };

/** The name of a value in a language, else in the first language that it has, else its slug. */
export function nameOf(
  known: Registry | undefined,
  facet: RegistryFacet,
  wanted: string,
  lang: string,
): string {
  return registeredName(
    known?.[facet].find((each) => each.slug === wanted),
    wanted,
    lang,
  );
}

/** {@link nameOf} a value whose entry was looked up already, as of thousands. */
export function registeredName(found: RegistryValue | undefined, wanted: string, lang: string): string {
  return found?.names[lang] ?? Object.values(found?.names ?? {})[0] ?? wanted;
}

/** Whether every service has this release type. */
export function isBuiltInType(type: string): boolean {
  return RELEASE_TYPES.some((each) => each === type);
}

/** The release types that may be used. */
export function knownTypes(known: Registry | undefined): string[] {
  return [...new Set([...RELEASE_TYPES, ...(known?.types.map((each) => each.slug) ?? [])])];
}

/** Finds facet values of a release that are not in the registry. Without a registry, every value is valid. */
export function validateFacets(
  release: { type: string } & Record<Facet, readonly string[]>,
  known: Registry | undefined,
): RegistryIssue[] {
  const types = knownTypes(known);
  const issues: RegistryIssue[] = types.includes(release.type)
    ? []
    : [{ path: "/type", message: `must be one of ${types.join(", ")}` }];
  if (known === undefined) return issues;
  for (const facet of FACETS) {
    const slugs = new Set(known[facet].map((each) => each.slug));
    for (const [index, value] of release[facet].entries()) {
      if (!slugs.has(value)) issues.push({ path: `/${facet}/${index}`, facet, value });
    }
  }
  return issues;
}

/** The values of a filter that are not known, those of `not` included. */
export function unknownValues(
  { not, ...conditions }: Filter,
  isKnown: (facet: RegistryFacet, value: string) => boolean,
): UnknownValue[] {
  const unknownIn = (part: Conditions, path: string) =>
    (Object.entries(FACET_OF) as [FacetField, RegistryFacet][]).flatMap(([field, facet]) =>
      (part[field] ?? [])
        .filter((value) => !isKnown(facet, value))
        .map((value) => ({ path: `${path}/${field}`, facet, value })),
    );
  return [...unknownIn(conditions, ""), ...unknownIn(not ?? {}, "/not")];
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

/**
 * Turns unknown values into issues that name the nearest known ones. Comparing takes milliseconds, so the
 * Newsroom does not do it, and only the first few values are compared.
 */
export function nameNearest(issues: readonly RegistryIssue[], known: Registry | undefined): Issue[] {
  let compared = 0;
  return issues.map((issue) => {
    if (!isUnknownValue(issue)) return issue;
    const { path, facet, value: given } = issue;
    const slugs = facet === "types" ? knownTypes(known) : (known?.[facet].map((each) => each.slug) ?? []);
    compared += 1;
    const hint = compared > VALUES_WITH_NEAREST_MAX ? "" : `; ${nearestTo(given, slugs)}`;
    return { path, message: `${given} is not in the registry${hint}` };
  });
}

export function isUnknownValue(issue: RegistryIssue): issue is UnknownValue {
  return "facet" in issue;
}

function nearestTo(given: string, slugs: readonly string[]): string {
  // A value that was just removed may still be in the registry that readers have.
  const nearest = nearestOf(
    given,
    slugs.filter((each) => each !== given),
  );
  return nearest.length === 0 ? "it has no values yet" : `the nearest are ${nearest.join(", ")}`;
}

/** A value that has left the registry although subscriptions filter on it. `path` names its facet. */
export interface DroppedValue {
  path: string;
  value: string;
  subscriptions: number;
  message: string;
}
