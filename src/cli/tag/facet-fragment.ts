/**
 * Writes suggested facets as YAML, to be copied into the front matter.
 */
import type { Registry } from "../../domain/registry.ts";
import { type Facet, FACETS } from "../../domain/release.ts";
import type { Mention, TextWord } from "./named-values.ts";

/** The facets that the front matter holds. */
export type PresentFacets = Record<Facet, readonly string[]>;

/** Mentions shown for one value: a few are enough to judge it. */
const MENTIONS_MAX = 3;

/**
 * The values that the text names and those that the front matter holds, so that the result can replace the
 * facets of the front matter.
 *
 * @returns "" if there are none
 */
export function facetFragment(
  mentions: readonly Mention[],
  text: readonly TextWord[],
  present: PresentFacets,
  registry: Registry,
): string {
  return FACETS.flatMap((facet) => {
    const found = Map.groupBy(
      mentions.filter((mention) => mention.facet === facet),
      ({ slug }) => slug,
    );
    const suggested = [...found].map(([slug, places]) => {
      const already = present[facet].includes(slug) ? "; already in the front matter" : "";
      return `  - ${slug} # ${describeMentions(places, text)}${already}`;
    });
    const others = present[facet]
      .filter((slug) => !found.has(slug))
      .map((slug) => {
        const isKnown = registry[facet].some((value) => value.slug === slug);
        return `  - ${slug} # already in the front matter; ${isKnown ? "not named in the text" : "not in the registry"}`;
      });
    const lines = [...suggested, ...others];
    return lines.length === 0 ? [] : [`${facet}:`, ...lines];
  }).join("\n");
}

/** `“CSTO” (line 13), “ОДКБ” (line 20) and 3 more` */
function describeMentions(places: readonly Mention[], text: readonly TextWord[]): string {
  const lines = new Map<string, number>();
  for (const { start, end } of places) {
    const wording = wordingOf(text.slice(start, end));
    if (!lines.has(wording)) lines.set(wording, text[start]?.line ?? 1);
  }
  const listed = [...lines].slice(0, MENTIONS_MAX).map(([wording, line]) => `“${wording}” (line ${line})`);
  const more = places.length - listed.length;
  return listed.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** The words as written, without punctuation around them. */
function wordingOf(words: readonly TextWord[]): string {
  return words
    .map(({ written, isCharacter }, index) => {
      const before = words[index - 1];
      if (isCharacter) return before?.isCharacter === false ? ` ${written}` : written;
      return written === before?.written ? "" : ` ${written}`;
    })
    .join("")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{M}\p{N}]+$/gu, "");
}
