/**
 * A list of releases, for people.
 */
import { h } from "hastscript";
import type { ReleaseView } from "../domain/release.ts";
import type { FeedList } from "../feeds/list-feed.ts";
import { pageHtml, type Site } from "./page-frame.ts";
import { languageName, phrasesIn } from "../domain/phrases.ts";
import { releaseTime, typeName } from "./release-page.ts";

/** @param releases newest first */
export function listPage(list: FeedList, releases: readonly ReleaseView[], site: Site): string {
  const lang = list.lang ?? site.languages[0] ?? "en";
  const phrases = phrasesIn(lang);
  const rows = releases.map((release) =>
    h("article", { lang: release.lang }, [
      h("p", { className: ["facts"] }, [releaseTime(release, lang, site), " · ", typeName(release, lang)]),
      h("h2", h("a", { href: release.url }, release.title)),
      release.status === "withdrawn"
        ? h(
            "p",
            { className: ["banner"] },
            `${phrases.withdrawn}. ${phrases.reason}: ${release.reason ?? ""}`,
          )
        : null,
      h("p", release.summary),
    ]),
  );
  return pageHtml(
    {
      title: list.title,
      lang,
      path: list.path || "/",
      listPath: list.path,
      main: [h("h1", list.title), rows.length === 0 ? h("p", phrases.nothing) : rows],
    },
    site,
  );
}

/** What a list is called: pages and feeds of one language carry its name. */
export function listTitle(lang: string | undefined, site: Site): string {
  return lang === undefined ? site.title : `${site.title} – ${languageName(lang)}`;
}
