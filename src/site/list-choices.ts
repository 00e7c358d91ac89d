/**
 * The values by which the releases of one page can be narrowed.
 */
import { FACETS, RELEASE_TYPES, type ReleaseView } from "../domain/release.ts";
import { FIELD_OF_FACET } from "../domain/list.ts";
import { type Choices, FACET_FIELD_NAMES } from "./filter-form.ts";
import { CHOICES_MAX } from "./limits.ts";

/** Without a release, the types that every service has: a search that found nothing can be changed. */
export function choicesOf(releases: readonly ReleaseView[]): Choices {
  const counts = new Map(FACET_FIELD_NAMES.map((field) => [field, new Map<string, number>()]));
  const add = (field: (typeof FACET_FIELD_NAMES)[number], value: string) => {
    const ofField = counts.get(field);
    ofField?.set(value, (ofField.get(value) ?? 0) + 1);
  };
  for (const release of releases) {
    add("type", release.type);
    for (const facet of FACETS) for (const value of release[facet]) add(FIELD_OF_FACET[facet], value);
  }
  if (releases.length === 0) for (const type of RELEASE_TYPES) add("type", type);
  return Object.fromEntries(
    [...counts].map(([field, values]) => [
      field,
      [...values]
        .sort(([a, timesOfA], [b, timesOfB]) => timesOfB - timesOfA || (a < b ? -1 : 1))
        .slice(0, CHOICES_MAX)
        .map(([value]) => value),
    ]),
  ) as unknown as Choices;
}
