/**
 * The page for a person who opens a feed in a browser: what a feed is, how to subscribe, and what is new. It
 * is made from the feed's own JSON, so that it cannot differ from the feed.
 */
import { h } from "hastscript";
import { dayOf, parseInstant } from "../domain/dates.ts";
import { addressOf, type ListPlace } from "../domain/list.ts";
import { dayInWords, direction, phrasesIn } from "../i18n/phrases.ts";
import { COPY_SCRIPT_PATH } from "./directory-page.ts";
import { FEED_LABELS } from "../feeds/feed.ts";
import { pageHtml } from "./layout.ts";
import { pageLanguage } from "./page.ts";
import type { Site } from "../domain/site.ts";

/** The parts of the JSON Feed that the page shows. */
interface Previewed {
  title: string;
  items: {
    title: string;
    url: string;
    summary: string;
    date_published: string;
    language: string;
    _communique: { removed?: true };
  }[];
}

/** @param json the JSON Feed of the same list */
export function feedPreview(place: ListPlace, json: string, site: Site): string {
  const { title, items } = JSON.parse(json) as Previewed;
  const texts = items.filter(({ _communique }) => _communique.removed !== true);
  const lang = pageLanguage(place.list, site);
  const phrases = phrasesIn(lang, site);
  const address = `${site.baseUrl}${addressOf(place)}`;
  return pageHtml(
    {
      title: `${title} (${FEED_LABELS[place.format ?? "json"]})`,
      lang,
      list: place.list,
      feedTitle: title,
      script: COPY_SCRIPT_PATH,
      main: [
        h("h1", title),
        h("section", { className: ["subscribe"] }, [
          h("h2", phrases.thisIsAFeed),
          h("p", phrases.thisIsAFeedText),
          h("p", { className: ["address"] }, [
            h("code", { dir: "ltr" }, address),
            " ",
            h(
              "button",
              { type: "button", hidden: true, dataCopy: address, dataCopied: phrases.copied },
              phrases.copy,
            ),
          ]),
          h("p", [
            h("a", { href: addressOf({ list: place.list }) }, phrases.allTexts),
            " · ",
            h("a", { href: "/feeds" }, phrases.allFeeds),
          ]),
        ]),
        h("h2", phrases.newest),
        texts.length === 0 ? h("p", phrases.nothing) : null,
        texts
          .slice(0, SHOWN)
          .map((item) =>
            h("article", { lang: item.language, dir: direction(item.language) }, [
              h(
                "p",
                { className: ["facts"] },
                dayInWords(dayOf(parseInstant(item.date_published) ?? 0, site.timeZone), lang, site),
              ),
              h("h3", h("a", { href: item.url }, item.title)),
              h("p", item.summary),
            ]),
          ),
      ],
    },
    site,
  );
}

/** Enough to see what the feed is about. */
const SHOWN = 10;
