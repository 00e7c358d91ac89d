/**
 * Facets proposed for a text, as YAML for whoever accepts them to paste into its front matter.
 */
import type { Registry } from "../../domain/registry.ts";
import { type Facet, FACETS } from "../../domain/release.ts";
import type { Naming } from "./named-values.ts";
import type { TextWord } from "./text-words.ts";

/** What a text is filed under already. */
export type Filed = Record<Facet, readonly string[]>;

/** Wordings shown of one value: the first ones show what is meant. */
const WORDINGS_MAX = 3;

/**
 * All that the text names and all that it is filed under, so that it can take the place of the facets
 * that are there.
 *
 * @returns "" if there is nothing of either
 */
export function facetFragment(
  namings: readonly Naming[],
  text: readonly TextWord[],
  filed: Filed,
  registry: Registry,
): string {
  return FACETS.flatMap((facet) => {
    const found = Map.groupBy(
      namings.filter((naming) => naming.facet === facet),
      ({ slug }) => slug,
    );
    const proposed = [...found].map(([slug, places]) => {
      const already = filed[facet].includes(slug) ? "; filed already" : "";
      return `  - ${slug} # ${wordings(places, text)}${already}`;
    });
    const others = filed[facet]
      .filter((slug) => !found.has(slug))
      .map((slug) => {
        const isKnown = registry[facet].some((value) => value.slug === slug);
        return `  - ${slug} # filed already; ${isKnown ? "not named in the text" : "not in the registry"}`;
      });
    const lines = [...proposed, ...others];
    return lines.length === 0 ? [] : [`${facet}:`, ...lines];
  }).join("\n");
}

/** `“CSTO” (line 13), “ОДКБ” (line 20) and 3 more` */
function wordings(places: readonly Naming[], text: readonly TextWord[]): string {
  const lines = new Map<string, number>();
  for (const { start, end } of places) {
    const wording = wordingOf(text.slice(start, end));
    if (!lines.has(wording)) lines.set(wording, text[start]?.line ?? 1);
  }
  const shown = [...lines].slice(0, WORDINGS_MAX).map(([wording, line]) => `“${wording}” (line ${line})`);
  const more = places.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** The words as they were written, without the punctuation around them. */
function wordingOf(words: readonly TextWord[]): string {
  return words
    .map(({ written }) => written)
    .filter((written, index, all) => written !== all[index - 1])
    .join(" ")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{M}\p{N}]+$/gu, "");
}
