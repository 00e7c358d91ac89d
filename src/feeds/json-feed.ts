/**
 * JSON Feed 1.1 (jsonfeed.org/version/1.1). This writer is our own, because the `feed` package writes 1.0. What
 * the format has no field for is in the extension `_communique` (1.1, "Extensions").
 */
import { formatInstant } from "../domain/dates.ts";
import { sanitizeText } from "../domain/text.ts";
import { entriesIn, type Feed, type FeedEntry } from "./feed.ts";

/** Writes a feed as JSON Feed. The same feed always gives the same bytes. */
export function writeJsonFeed(feed: Feed): string {
  const document = {
    version: "https://jsonfeed.org/version/1.1",
    title: feed.title,
    description: feed.description,
    home_page_url: feed.page,
    feed_url: feed.self.json,
    // Leads to older items only, so that a client that follows it reads each item once.
    next_url: feed.previousArchive?.json,
    icon: feed.icon,
    favicon: feed.icon,
    language: feed.lang,
    hubs: feed.hub === undefined ? undefined : [{ type: "WebSub", url: feed.hub }],
    authors: [feed.author],
    _communique: { rights: feed.rights, licence: feed.licence },
    items: entriesIn(feed, "json").map((entry) => item(entry, feed.author)),
  };
  return `${JSON.stringify(document, sanitizeValue, 1)}\n`;
}

/** Sanitises every text. JSON leaves out fields that are undefined. */
function sanitizeValue(_key: string, value: unknown): unknown {
  return typeof value === "string" ? sanitizeText(value) : value;
}

function item(entry: FeedEntry, author: Feed["author"]): Record<string, unknown> {
  const { image, translations, categories } = entry;
  return {
    id: entry.id,
    url: entry.url,
    title: entry.title,
    summary: entry.summary,
    content_html: entry.html,
    image: image?.url,
    date_published: formatInstant(entry.published),
    date_modified: formatInstant(entry.updated),
    language: entry.lang,
    authors: entry.author === author.name ? undefined : [{ ...author, name: entry.author }],
    tags: categories.map(({ label }) => label),
    attachments: unlessEmpty(entry.attachments.map(attachment)),
    _communique: {
      is_summary: entry.isSummary,
      note: entry.note,
      source: entry.source,
      image: image && withoutUrl(image),
      translations: unlessEmpty(translations),
      categories: entry.removed === undefined ? categories : undefined,
      history: entry.history?.url,
      ...(entry.removed === undefined ? {} : { removed: true, reason: entry.removed.reason }),
    },
  };
}

/** The URL stands outside of the extension. */
function withoutUrl({ url: _url, ...image }: NonNullable<FeedEntry["image"]>): object {
  return image;
}

function attachment({
  url,
  type,
  title,
  size,
  sha256,
}: FeedEntry["attachments"][number]): Record<string, unknown> {
  const own = sha256 === undefined ? undefined : { sha256 };
  return { url, mime_type: type, title, size_in_bytes: size, _communique: own };
}

function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
