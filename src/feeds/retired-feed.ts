/**
 * The feed of a value that is no more: one entry that says so, for as long as pollers take to read it.
 */
import { h } from "hastscript";
import { toHtml } from "hast-util-to-html";
import type { Instant } from "../domain/instant.ts";
import { listAddress } from "../domain/list.ts";
import { phrasesIn } from "../domain/phrases.ts";
import type { Feed } from "./feed-model.ts";
import { type FeedSite, listFeed, type ShownList } from "./list-feed.ts";

/** @param at when the value was taken out of the registry */
export function retiredFeed(
  shown: ShownList,
  at: Instant,
  site: FeedSite & { languages: readonly string[] },
): Feed {
  const lang = shown.lang ?? site.languages[0] ?? "en";
  const phrases = phrasesIn(lang);
  const directory = `${site.baseUrl}/feeds`;
  const page = `${site.baseUrl}${listAddress(shown.list)}`;
  return {
    ...listFeed(shown, {}, [], [], site),
    updated: at,
    entries: [
      {
        // Of the feed, not of a release: it has no UUID. The address is never anything else's.
        id: `${page}#ended`,
        title: `${phrases.feedEnded}: ${shown.title}`,
        summary: phrases.feedEndedText,
        url: directory,
        lang,
        html: toHtml(h("p", [`${phrases.feedEndedText} `, h("a", { href: directory }, directory)])),
        published: at,
        updated: at,
        attachments: [],
        translations: [],
        categories: [],
      },
    ],
  };
}
