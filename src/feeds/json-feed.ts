/**
 * JSON Feed 1.1 (jsonfeed.org/version/1.1), by our own writer: the `feed` package stops at 1.0.
 */
import { formatInstant } from "../domain/instant.ts";
import { carriable } from "../domain/text.ts";
import { entryUrn, type Feed, type FeedEntry } from "./feed-model.ts";

/** The JSON Feed document of a feed: a pure function of it. */
export function writeJsonFeed(feed: Feed): string {
  const document = {
    version: "https://jsonfeed.org/version/1.1",
    title: carriable(feed.title),
    home_page_url: feed.page,
    feed_url: feed.self.json,
    ...(feed.lang === undefined ? {} : { language: feed.lang }),
    authors: [{ name: carriable(feed.author.name), url: feed.author.url }],
    items: feed.entries.map(item),
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

function item(entry: FeedEntry): Record<string, unknown> {
  return {
    id: entryUrn(entry.id),
    url: entry.url,
    title: carriable(entry.title),
    summary: carriable(entry.summary),
    content_html: carriable(entry.html),
    date_published: formatInstant(entry.published),
    date_modified: formatInstant(entry.updated),
    language: entry.lang,
    // JSON Feed has no field for translations; extensions begin with an underscore (1.1, "Extensions").
    ...(entry.translations.length === 0 ? {} : { _communique: { translations: entry.translations } }),
    tags: entry.categories.map(({ label }) => carriable(label)),
  };
}
