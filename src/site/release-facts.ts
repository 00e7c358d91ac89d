/**
 * What pages say about a release beside its text.
 */
import type { Element, ElementContent } from "hast";
import { h } from "hastscript";
import { dayOf, type Instant, parseInstant } from "../domain/dates.ts";
import { facetList, listAddress } from "../domain/list.ts";
import { sentence } from "../domain/phrases.ts";
import type { RegistryFacet } from "../domain/registry.ts";
import type { ReleaseView } from "../domain/release.ts";
import type { Site } from "../domain/site.ts";
import { builtInTypeName, dayInWords, instantInWords, phrasesIn } from "../i18n/phrases.ts";

/** The name of the release's type, from the registry or from us, in its language. */
export function releaseTypeName(release: ReleaseView, site: Site): string {
  return release.names.types[release.type] ?? builtInTypeName(release.type, release.lang, site);
}

/** The date of a release as text, with the time if the release has one. */
export function releaseTime({ date, datePrecision, lang }: ReleaseView, site: Site): Element {
  if (datePrecision === "day") return h("time", { dateTime: date }, dayInWords(date, lang, site));
  const instant = parseInstant(date) ?? 0;
  return h("time", { dateTime: date }, instantInWords(instant, lang, site));
}

/** Links to the lists of the values of a facet. A text stays when its language leaves LANGUAGES; the lists do not. */
export function facetLinks(release: ReleaseView, facet: RegistryFacet, site: Site): ElementContent[] {
  const { lang } = release;
  const values = facet === "types" ? [release.type] : release[facet];
  return values.map((value) => {
    const name = facet === "types" ? releaseTypeName(release, site) : (release.names[facet][value] ?? value);
    return site.languages.includes(lang)
      ? h("a", { href: listAddress(facetList(lang, facet, value)) }, name)
      : { type: "text", value: name };
  });
}

/**
 * The banner of a withdrawn release, with its reason.
 *
 * @param at when it was withdrawn; left out where only few words fit
 */
export function withdrawnBanner(
  { lang, reason = "" }: Pick<ReleaseView, "lang" | "reason">,
  site: Site,
  at?: Instant,
): Element {
  const phrases = phrasesIn(lang, site);
  const said = sentence(phrases.withdrawn, phrases);
  const gap = said.slice(said.trimEnd().length);
  return h("p", { className: ["banner"], role: at === undefined ? undefined : "note" }, [
    h("strong", said.trimEnd()),
    at === undefined
      ? gap
      : [
          gap,
          h("time", { dateTime: dayOf(at, site.timeZone) }, instantInWords(at, lang, site)),
          phrases.stop,
        ],
    `${phrases.reason}${phrases.colon}`,
    h("bdi", reason),
  ]);
}

/** What stands in a line: words and links. */
export type Part = string | ElementContent;

/** Puts a mark between each two. */
export function joined(parts: readonly Part[], between: string): Part[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [between, part]));
}
