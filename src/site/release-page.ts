/**
 * The page of a release, and of a killed one.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { dayOf, parseInstant } from "../domain/dates.ts";
import { sentence } from "../domain/phrases.ts";
import { FACETS, permanentPath, type ReleaseView } from "../domain/release.ts";
import { languageList, type ReleaseList } from "../domain/list.ts";
import { updatedSentence } from "../feeds/build-feed.ts";
import { historyLink } from "./history-link.ts";
import { pageHtml } from "./layout.ts";
import type { Site } from "../domain/site.ts";
import { builtInTypeName, dayInWords, instantInWords, languageName, phrasesIn } from "../i18n/phrases.ts";

/** @param embargo until when only the admin sees the page, in the words of the office; undefined: readers see it */
export function releasePage(release: ReleaseView, path: string, site: Site, embargo?: string): string {
  const phrases = phrasesIn(release.lang, site);
  const facets = FACETS.flatMap((facet) =>
    release[facet].map((value) => release.names[facet][value] ?? value),
  );
  const withdrawn = sentence(phrases.withdrawn, phrases);
  const main = h("article", [
    h("p", { className: ["facts"] }, [
      releaseTime(release, release.lang, site),
      " · ",
      typeName(release, release.lang, site),
    ]),
    h("h1", release.title),
    embargo === undefined
      ? null
      : h("p", { className: ["banner"], role: "note", lang: "en", dir: "ltr" }, [
          h("strong", `Under embargo until ${embargo}.`),
          " Only the admin sees this page.",
        ]),
    release.status === "withdrawn"
      ? h("p", { className: ["banner"], role: "note" }, [
          h("strong", withdrawn.trimEnd()),
          `${withdrawn.slice(withdrawn.trimEnd().length)}${phrases.reason}${phrases.colon}${release.reason ?? ""}`,
        ])
      : null,
    release.stale ? h("p", { className: ["note"] }, phrases.stale) : null,
    release.note === undefined
      ? null
      : h("p", { className: ["note"] }, [
          `${updatedSentence(release, site)}${phrases.note}${phrases.colon}${release.note}`,
        ]),
    release.image === undefined
      ? null
      : h("figure", [
          h("img", {
            src: release.image.url,
            alt: release.image.alt,
            width: release.image.width,
            height: release.image.height,
            loading: "lazy",
          }),
          h("figcaption", [release.image.caption, release.image.credit].filter(Boolean).join(" – ")),
        ]),
    h("div", { className: ["text"] }, { type: "raw", value: release.content.html }),
    release.attachments.length === 0
      ? null
      : h("section", [
          h("h2", phrases.attachments),
          h(
            "ul",
            release.attachments.map(({ url, type, title }) =>
              h("li", h("a", { href: url, type }, title ?? url)),
            ),
          ),
        ]),
    historyLink(release, phrases),
    h("dl", [
      ...term(
        phrases.otherLanguages,
        release.translations.map(({ lang, url, status }) => {
          const link = h("a", { href: url, lang, hrefLang: lang }, languageName(lang, site));
          return status === "withdrawn" ? h("span", [link, ` (${phrases.withdrawnMark})`]) : link;
        }),
      ),
      ...term(phrases.filedUnder, facets),
      ...term(
        phrases.source,
        release.source === undefined ? [] : [h("a", { href: release.source }, release.source)],
      ),
    ]),
  ]);
  return pageHtml(
    {
      title: release.title,
      lang: release.lang,
      description: release.summary,
      path,
      permanentPath: permanentPath(release.id),
      list: listOfLanguage(release.lang, site),
      alternates: release.translations,
      main,
    },
    site,
  );
}

/** The name of the release's type, from the registry or from us. */
export function typeName(release: ReleaseView, lang: string, site: Site): string {
  return release.names.types[release.type] ?? builtInTypeName(release.type, lang, site);
}

/** The list that a release's page leads to. A text stays when its language leaves LANGUAGES; its list does not. */
export function listOfLanguage(lang: string, { languages }: Site): ReleaseList {
  return languageList(languages.includes(lang) ? lang : languages[0]);
}

/** A term with its descriptions. Nothing if there are none. */
function term(name: string, descriptions: (string | Element)[]): Element[] {
  return descriptions.length === 0
    ? []
    : [h("dt", name), ...descriptions.map((description) => h("dd", description))];
}

/** The date of a release as text, with the time if the release has one. */
export function releaseTime(release: ReleaseView, lang: string, site: Site): Element {
  if (release.datePrecision === "day")
    return h("time", { dateTime: release.date }, dayInWords(release.date, lang, site));
  const instant = parseInstant(release.date) ?? 0;
  return h("time", { dateTime: release.date }, instantInWords(instant, lang, site));
}

/** The page of a killed release: when it was published, and why it is gone. */
export function killedPage(release: ReleaseView, site: Site): string {
  const phrases = phrasesIn(release.lang, site);
  const day = dayInWords(dayOf(parseInstant(release.published) ?? 0, site.timeZone), release.lang, site);
  return pageHtml(
    {
      title: phrases.killed,
      lang: release.lang,
      permanentPath: permanentPath(release.id),
      list: listOfLanguage(release.lang, site),
      main: h("article", [
        h("h1", phrases.killed),
        h("p", `${phrases.published}${phrases.colon}${day}`),
        h("p", { className: ["note"] }, `${phrases.reason}${phrases.colon}${release.reason ?? ""}`),
      ]),
    },
    site,
  );
}
