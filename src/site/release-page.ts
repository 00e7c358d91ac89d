/**
 * The page of a release.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { parseInstant } from "../domain/dates.ts";
import { languageList, type ReleaseList } from "../domain/list.ts";
import { fill } from "../domain/phrases.ts";
import { permanentPath, type ReleaseView, type TranslationView } from "../domain/release.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { correctedSentence } from "../feeds/build-feed.ts";
import { languageName, listComma, phrasesIn } from "../i18n/phrases.ts";
import { attachmentList } from "./attachment-list.ts";
import { historyLink } from "./history-link.ts";
import { pageHtml } from "./layout.ts";
import { socialTags } from "./social-tags.ts";
import { structuredData } from "./structured-data.ts";
import { facetLinks, joined, type Part, releaseTime, withdrawnBanner } from "./release-facts.ts";

/** What the page of a release says beside what readers know from its JSON. */
export interface ReleaseNotes {
  /** Until when only the admin sees the page, in the words of the office. */
  embargo?: string | undefined;
  /** The corrected translation that the release is behind. */
  behind?: { lang: string; url: string } | undefined;
}

export function releasePage(
  release: ReleaseView,
  path: string,
  site: Site,
  { embargo, behind }: ReleaseNotes = {},
): string {
  const { lang, title, summary, status, updated, translations } = release;
  const phrases = phrasesIn(lang, site);
  const valid = translations.filter(({ status: its }) => its === undefined);
  const withdrawn = translations.filter(({ status: its }) => its === "withdrawn");
  const main = h("article", { className: ["release"] }, [
    h("p", { className: ["kind"] }, facetLinks(release, "types", site)),
    h("h1", title),
    h("p", { className: ["facts"] }, [
      releaseTime(release, site),
      facetLinks(release, "places", site).flatMap((place): Part[] => [" · ", place]),
    ]),
    valid.length === 0 ? null : languageLine(phrases.otherLanguages + phrases.colon, valid, site),
    embargo === undefined ? null : embargoBanner(embargo),
    status === "withdrawn" ? withdrawnBanner(release, site, parseInstant(updated)) : null,
    withdrawn.length === 0
      ? null
      : languageLine(phrases.pages.withdrawnElsewhere + phrases.colon, withdrawn, site, "note"),
    release.stale
      ? staleNote(phrases.stale, `${phrases.pages.corrected}${phrases.colon}`, behind, site)
      : null,
    correction(release, site),
    picture(release),
    h("div", { className: ["text"] }, { type: "raw", value: release.content.html }),
    attachmentList(release, site),
    historyLink(release, phrases),
    filing(release, site),
    h("p", { className: ["printed"] }, [
      `${phrases.pages.address}${phrases.colon}`,
      h("span", { dir: "ltr" }, release.url),
    ]),
  ]);
  return pageHtml(
    {
      title,
      lang,
      description: summary,
      path,
      permanentPath: permanentPath(release.id),
      list: listOfLanguage(lang, site),
      alternates: translations,
      head: embargo === undefined ? releaseHead(release, path, site) : [],
      main,
    },
    site,
  );
}

/** The other forms of the release, and what programs read of it. */
function releaseHead(release: ReleaseView, path: string, site: Site): Element[] {
  const form = (extension: string, type: string) =>
    h("link", { rel: "alternate", type, href: `${site.baseUrl}${path}.${extension}` });
  return [
    form("json", "application/json"),
    form("md", "text/markdown"),
    ...socialTags(release, site),
    structuredData(release, site),
  ];
}

/** The list that a release's page leads to. A text stays when its language leaves LANGUAGES; its list does not. */
export function listOfLanguage(lang: string, { languages }: Site): ReleaseList {
  return languageList(languages.includes(lang) ? lang : languages[0]);
}

function languageLine(
  label: string,
  translations: readonly TranslationView[],
  site: Site,
  className = "translations",
): Element {
  const links = translations.map(({ lang, url }) =>
    h("a", { href: url, lang, hrefLang: lang }, languageName(lang, site)),
  );
  return h("p", { className: [className] }, [label, joined(links, " · ")]);
}

function embargoBanner(until: string): Element {
  return h("p", { className: ["banner"], role: "note", lang: "en", dir: "ltr" }, [
    h("strong", `Under embargo until ${until}.`),
    " Only the admin sees this page.",
  ]);
}

/** Says that a translation was corrected, and leads to the corrected one. */
function staleNote(text: string, label: string, behind: ReleaseNotes["behind"], site: Site): Element {
  const link: Part[] =
    behind === undefined
      ? []
      : [
          ` ${label}`,
          h(
            "a",
            { href: behind.url, lang: behind.lang, hrefLang: behind.lang },
            languageName(behind.lang, site),
          ),
        ];
  return h("p", { className: ["note"], role: "note" }, [text, ...link]);
}

/** What the last correction changed. */
function correction(release: ReleaseView, site: Site): Element | null {
  const { note, lang } = release;
  if (note === undefined) return null;
  const { note: label, colon } = phrasesIn(lang, site);
  return h("p", { className: ["note"] }, [
    `${correctedSentence(release, site)}${label}${colon}`,
    h("bdi", note),
  ]);
}

function picture({ image }: ReleaseView): Element | null {
  if (image === undefined) return null;
  const { url, alt, width, height, caption, credit } = image;
  const words = [caption, credit].filter(Boolean).join(" – ");
  return h("figure", [
    h("img", { src: url, alt, width, height }),
    words === "" ? null : h("figcaption", words),
  ]);
}

/** What the release is filed under, who published it, and which edition it is. */
function filing(release: ReleaseView, site: Site): Element {
  const { lang, source, edition } = release;
  const phrases = phrasesIn(lang, site);
  const { publisher } = textsIn(site, lang);
  return h("section", { className: ["filing"] }, [
    h("h2", phrases.filedUnder),
    h("dl", [
      ...(["types", "topics", "people", "organisations", "places"] as const).flatMap((facet) =>
        term(phrases.facets[facet], facetLinks(release, facet, site), lang),
      ),
      ...term(phrases.pages.publishedBy, [publisher], lang),
      ...term(phrases.source, source === undefined ? [] : [h("a", { href: source }, source)], lang),
    ]),
    edition > 1
      ? h("p", { className: ["edition"] }, fill(phrases.history.edition, { number: String(edition) }))
      : null,
  ]);
}

/** A term with its descriptions. Nothing if there are none. */
function term(name: string, descriptions: readonly Part[], lang: string): Element[] {
  return descriptions.length === 0
    ? []
    : [h("div", [h("dt", name), h("dd", joined(descriptions, listComma(lang)))])];
}
