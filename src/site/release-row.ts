/**
 * A release as a row of a list.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import type { ReleaseView } from "../domain/release.ts";
import type { Site } from "../domain/site.ts";
import { direction, languageName, phrasesIn } from "../i18n/phrases.ts";
import { correctionMark } from "./history-link.ts";
import { releaseTime, releaseTypeName, withdrawnBanner } from "./release-facts.ts";

/**
 * All of a row is in the language of its release.
 *
 * @param pageLang the language of the page; the row names its own if that is another one
 */
export function releaseRow(release: ReleaseView, pageLang: string, site: Site): Element {
  const { lang, title, summary, status } = release;
  return h("article", { lang, dir: direction(lang) }, [
    h("h2", h("a", { href: release.url }, title)),
    h("p", { className: ["facts"] }, [
      releaseTime(release, site),
      ` · ${releaseTypeName(release, site)}`,
      lang === pageLang ? "" : ` · ${languageName(lang, site)}`,
      ...correctionMark(release, phrasesIn(lang, site)),
    ]),
    status === "withdrawn" ? withdrawnBanner(release, site) : null,
    h("p", summary),
  ]);
}
