/**
 * The page of a list: its newest releases, or one archive.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { dayOf, type Instant } from "../domain/dates.ts";
import { addressOf, languageOf, type ListPlace, type ReleaseList } from "../domain/list.ts";
import type { ReleaseView } from "../domain/release.ts";
import type { ArchiveLinks, TitledList } from "../feeds/build-feed.ts";
import { pageHtml } from "./layout.ts";
import { pageLanguage } from "./page.ts";
import type { Site } from "../domain/site.ts";
import { dayInWords, direction, phrasesIn } from "../i18n/phrases.ts";
import { type Phrases, sentence } from "../domain/phrases.ts";
import { correctionMark } from "./history-link.ts";
import { releaseTime, typeName } from "./release-page.ts";

/** @param releases newest first */
export function listPage(
  { list, title }: TitledList,
  chain: ArchiveLinks,
  releases: readonly ReleaseView[],
  site: Site,
): string {
  const lang = pageLanguage(list, site);
  const phrases = phrasesIn(lang, site);
  return pageHtml(
    {
      title,
      lang,
      path: addressOf(chain.archive === undefined ? { list } : { list, archive: chain.archive }),
      list,
      feedTitle: title,
      main: [
        h("h1", title),
        releases.length === 0
          ? h("p", phrases.nothing)
          : releases.map((release) => releaseRow(release, lang, site)),
        neighbourLinks(list, chain, phrases),
      ],
    },
    site,
  );
}

/** The page of a value that left the registry, for as long as its feed says so. */
export function retiredListPage({ list, title }: TitledList, at: Instant, site: Site): string {
  const lang = pageLanguage(list, site);
  const phrases = phrasesIn(lang, site);
  const day = dayInWords(dayOf(at, site.timeZone), lang, site);
  return pageHtml(
    {
      title,
      lang,
      list: { filter: lang === languageOf(list) ? { lang: [lang] } : {} },
      main: [
        h("h1", title),
        h(
          "p",
          { className: ["banner"] },
          sentence(`${phrases.feedEnded}${phrases.colon}${day}`, phrases).trimEnd(),
        ),
        h("p", [`${phrases.feedEndedText} `, h("a", { href: "/feeds" }, phrases.allFeeds)]),
      ],
    },
    site,
  );
}

/** A release as a row of a list. */
export function releaseRow(release: ReleaseView, lang: string, site: Site): Element {
  const phrases = phrasesIn(lang, site);
  return h("article", { lang: release.lang, dir: direction(release.lang) }, [
    h("p", { className: ["facts"] }, [
      releaseTime(release, lang, site),
      " · ",
      typeName(release, lang, site),
      ...correctionMark(release, phrases),
    ]),
    h("h2", h("a", { href: release.url }, release.title)),
    release.status === "withdrawn"
      ? h(
          "p",
          { className: ["banner"] },
          `${sentence(phrases.withdrawn, phrases)}${phrases.reason}${phrases.colon}${release.reason ?? ""}`,
        )
      : null,
    h("p", release.summary),
  ]);
}

/** Links to older and newer releases. After the last archive come the newest releases. */
function neighbourLinks(
  list: ReleaseList,
  { archive, previous, next }: ArchiveLinks,
  phrases: Phrases,
): Element | null {
  const link = (rel: string, place: Omit<ListPlace, "list">, text: string) =>
    h("a", { rel: [rel], href: addressOf({ list, ...place }) }, text);
  const links = [
    ...(archive === undefined || next === undefined ? [] : [link("prev", { archive: next }, phrases.newer)]),
    ...(previous === undefined ? [] : [link("next", { archive: previous }, phrases.older)]),
  ];
  if (links.length === 0) return null;
  return h("nav", { className: ["neighbours"], ariaLabel: phrases.older }, links);
}
