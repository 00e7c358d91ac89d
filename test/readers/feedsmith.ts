/**
 * Parses all three formats with feedsmith.
 */
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from "feedsmith";
import { atomEnclosures, type Attributes, archiveLinks, href, instant, related } from "./link-relations.ts";
import type { ParsedFeed, ParsedItem } from "./parsed-feed.ts";

export async function feedsmithRss(document: string): Promise<ParsedFeed> {
  const feed = parseRssFeed(document);
  return {
    title: feed.title,
    page: feed.link,
    language: feed.language,
    rights: feed.copyright,
    icon: feed.image?.url,
    generator: feed.generator,
    ...archiveLinks(attributesOf(feed.atom?.links)),
    items: (feed.items ?? []).map((item) => ({
      id: item.guid?.value,
      title: item.title,
      summary: item.description,
      html: item.content?.encoded,
      link: item.link,
      published: instant(item.pubDate),
      updated: instant(item.atom?.updated),
      language: item.dc?.languages?.[0],
      creator: item.dc?.creators?.[0],
      categories: (item.categories ?? []).map(({ name }) => name ?? ""),
      related: related(attributesOf(item.atom?.links)),
      enclosures: (item.enclosures ?? []).map(({ url, type, length }) => ({ url, type, length })),
      ...imageOf(item.media),
    })),
  };
}

export async function feedsmithAtom(document: string): Promise<ParsedFeed> {
  const feed = parseAtomFeed(document);
  return {
    title: feed.title?.value,
    page: href(attributesOf(feed.links), "alternate"),
    language: feed.xml?.lang,
    rights: feed.rights?.value,
    icon: feed.icon,
    generator: feed.generator?.text,
    ...archiveLinks(attributesOf(feed.links)),
    items: (feed.entries ?? []).map((entry) => ({
      id: entry.id,
      title: entry.title?.value,
      summary: entry.summary?.value,
      html: entry.content?.value,
      link: href(attributesOf(entry.links), "alternate"),
      published: instant(entry.published),
      updated: instant(entry.updated),
      language: entry.xml?.lang,
      // An entry without an author has the author of the feed (RFC 4287, 4.2.1).
      creator: (entry.authors ?? feed.authors)?.[0]?.name,
      categories: (entry.categories ?? []).map(({ label }) => label ?? ""),
      related: related(attributesOf(entry.links)),
      enclosures: atomEnclosures(attributesOf(entry.links)),
      ...imageOf(entry.media),
    })),
  };
}

export async function feedsmithJson(document: string): Promise<ParsedFeed> {
  const feed = parseJsonFeed(document);
  return {
    title: feed.title,
    page: feed.home_page_url,
    self: feed.feed_url,
    language: feed.language,
    icon: feed.icon,
    previousArchive: feed.next_url,
    items: (feed.items ?? []).map((item) => ({
      id: item.id,
      title: item.title,
      summary: item.summary,
      html: item.content_html,
      link: item.url,
      published: instant(item.date_published),
      updated: instant(item.date_modified),
      language: item.language,
      creator: (item.authors ?? feed.authors)?.[0]?.name,
      categories: item.tags ?? [],
      imageUrl: item.image,
      enclosures: (item.attachments ?? []).map(({ url, mime_type, size_in_bytes, title }) => ({
        url,
        type: mime_type,
        length: size_in_bytes,
        title,
      })),
    })),
  };
}

/** feedsmith's types allow more than attributes in a link. */
function attributesOf(links: readonly object[] = []): Attributes[] {
  return links as Attributes[];
}

/** The elements of Media RSS that the service writes. */
interface Media {
  contents?: {
    url?: string;
    title?: { value?: string };
    description?: { value?: string };
    credits?: { value?: string }[];
  }[];
}

function imageOf(
  media: Media | undefined,
): Pick<ParsedItem, "imageUrl" | "imageAlt" | "imageCredit" | "imageCaption"> {
  const content = media?.contents?.[0];
  return {
    imageUrl: content?.url,
    imageAlt: content?.description?.value,
    imageCredit: content?.credits?.[0]?.value,
    imageCaption: content?.title?.value,
  };
}
