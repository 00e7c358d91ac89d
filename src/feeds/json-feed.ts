/**
 * JSON Feed 1.1 (jsonfeed.org/version/1.1). This writer is our own, because the `feed` package writes 1.0. What
 * the format has no field for is in the extension `_communique` (1.1, "Extensions").
 */
import { formatInstant } from "../domain/dates.ts";
import { sanitizeText } from "../domain/text.ts";
import type { Feed, FeedEntry } from "./feed.ts";

/** Writes a feed as JSON Feed. The same feed always gives the same bytes. */
export function writeJsonFeed(feed: Feed): string {
  const document = {
    version: "https://jsonfeed.org/version/1.1",
    title: sanitizeText(feed.title),
    home_page_url: feed.page,
    feed_url: feed.self.json,
    // Leads to older items only, so that a client that follows it reads each item once.
    ...(feed.previousArchive === undefined ? {} : { next_url: feed.previousArchive.json }),
    icon: feed.icon,
    favicon: feed.icon,
    ...(feed.lang === undefined ? {} : { language: feed.lang }),
    authors: [{ name: sanitizeText(feed.author.name), url: feed.author.url }],
    _communique: { rights: sanitizeText(feed.rights) },
    items: feed.entries.map(item),
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

function item(entry: FeedEntry): Record<string, unknown> {
  const extension = {
    ...(entry.note === undefined ? {} : { note: sanitizeText(entry.note) }),
    ...(entry.source === undefined ? {} : { source: entry.source }),
    ...(entry.image === undefined ? {} : { image: imageOf(entry.image) }),
    ...(entry.translations.length === 0 ? {} : { translations: entry.translations }),
    categories: entry.categories.map(({ scheme, term, label }) => ({
      scheme,
      term,
      label: sanitizeText(label),
    })),
  };
  return {
    id: entry.id,
    url: entry.url,
    title: sanitizeText(entry.title),
    summary: sanitizeText(entry.summary),
    content_html: sanitizeText(entry.html),
    ...(entry.image === undefined ? {} : { image: entry.image.url }),
    date_published: formatInstant(entry.published),
    date_modified: formatInstant(entry.updated),
    language: entry.lang,
    tags: entry.categories.map(({ label }) => sanitizeText(label)),
    ...(entry.attachments.length === 0 ? {} : { attachments: entry.attachments.map(attachment) }),
    _communique: extension,
  };
}

function attachment({ url, type, title, size }: FeedEntry["attachments"][number]): Record<string, unknown> {
  return {
    url,
    mime_type: type,
    ...(title === undefined ? {} : { title: sanitizeText(title) }),
    ...(size === undefined ? {} : { size_in_bytes: size }),
  };
}

function imageOf({ alt, credit, caption }: NonNullable<FeedEntry["image"]>): Record<string, string> {
  return {
    alt: sanitizeText(alt),
    ...(credit === undefined ? {} : { credit: sanitizeText(credit) }),
    ...(caption === undefined ? {} : { caption: sanitizeText(caption) }),
  };
}
