/**
 * The page of a release, and of a killed one.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { dayOf, parseInstant } from "../domain/dates.ts";
import { FACETS, permanentPath, type ReleaseView } from "../domain/release.ts";
import { languageList } from "../domain/list.ts";
import { pageHtml } from "./layout.ts";
import type { Site } from "../domain/site.ts";
import { dayInWords, languageName, phrasesIn } from "../i18n/phrases.ts";

export function releasePage(release: ReleaseView, path: string, site: Site): string {
  const phrases = phrasesIn(release.lang);
  const facets = FACETS.flatMap((facet) =>
    release[facet].map((value) => release.names[facet][value] ?? value),
  );
  const main = h("article", [
    h("p", { className: ["facts"] }, [
      releaseTime(release, release.lang, site),
      " · ",
      typeName(release, release.lang),
    ]),
    h("h1", release.title),
    release.status === "withdrawn"
      ? h("p", { className: ["banner"], role: "note" }, [
          h("strong", `${phrases.withdrawn}.`),
          ` ${phrases.reason}${phrases.colon}${release.reason ?? ""}`,
        ])
      : null,
    release.stale ? h("p", { className: ["note"] }, phrases.stale) : null,
    release.note === undefined
      ? null
      : h("p", { className: ["note"] }, [
          `${phrases.updated} ${dayInWords(dayOf(parseInstant(release.updated) ?? 0, site.timeZone), release.lang)}. `,
          `${phrases.note}${phrases.colon}${release.note}`,
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
    h("dl", [
      ...term(
        phrases.otherLanguages,
        release.translations.map(({ lang, url, status }) => {
          const link = h("a", { href: url, lang, hrefLang: lang }, languageName(lang));
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
      list: languageList(release.lang),
      alternates: release.translations,
      main,
    },
    site,
  );
}

/** The name of the release's type, from the registry or from us. */
export function typeName(release: ReleaseView, lang: string): string {
  return release.names.types[release.type] ?? phrasesIn(lang).types[release.type] ?? release.type;
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
    return h("time", { dateTime: release.date }, dayInWords(release.date, lang));
  const instant = parseInstant(release.date) ?? 0;
  const time = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: site.timeZone,
    timeZoneName: "shortOffset",
  }).format(instant * 1000);
  return h("time", { dateTime: release.date }, `${dayInWords(dayOf(instant, site.timeZone), lang)}, ${time}`);
}

/** The page of a killed release: when it was published, and why it is gone. */
export function killedPage(release: ReleaseView, site: Site): string {
  const phrases = phrasesIn(release.lang);
  const day = dayInWords(dayOf(parseInstant(release.published) ?? 0, site.timeZone), release.lang);
  return pageHtml(
    {
      title: phrases.killed,
      lang: release.lang,
      permanentPath: permanentPath(release.id),
      list: languageList(release.lang),
      main: h("article", [
        h("h1", phrases.killed),
        h("p", `${phrases.published}${phrases.colon}${day}`),
        h("p", { className: ["note"] }, `${phrases.reason}${phrases.colon}${release.reason ?? ""}`),
      ]),
    },
    site,
  );
}
