/**
 * Parses JSON Feed with feed-extractor, and with `JSON.parse` alone.
 */
import { extractFromJson } from "@extractus/feed-extractor";
import { instant } from "./link-relations.ts";
import type { ParsedFeed } from "./parsed-feed.ts";

export async function extractedJson(document: string): Promise<ParsedFeed> {
  const feed = extractFromJson(document, {
    // feed-extractor's own description has no markup.
    getExtraEntryFields: ({ content_html }) => ({ html: content_html }),
  });
  return {
    title: feed.title,
    // Without a language, feed-extractor returns "".
    language: feed.language === "" ? undefined : feed.language,
    items: (feed.entries ?? []).map(({ id, title, html, link, published }) => ({
      id,
      title,
      html: html as string | undefined,
      link,
      published: instant(published),
    })),
  };
}

interface JsonItem extends Record<"id" | "title" | "summary" | "content_html" | "url" | "image", string> {
  date_published: string;
  date_modified: string;
  language: string;
  tags: string[];
  attachments?: { url: string; mime_type: string; title?: string; size_in_bytes?: number }[];
  _communique: {
    source?: string;
    history?: string;
    image?: { alt: string; credit?: string; caption?: string };
    translations?: { lang: string; url: string }[];
  };
}

interface JsonDocument extends Partial<Record<"language" | "next_url", string>> {
  title: string;
  home_page_url: string;
  feed_url: string;
  icon: string;
  authors: { name: string }[];
  _communique: { rights: string };
  items: JsonItem[];
}

/** Reads the JSON directly, like many consumers, and so sees the `_communique` extension too. */
export async function plainJson(document: string): Promise<ParsedFeed> {
  const feed = JSON.parse(document) as JsonDocument;
  return {
    title: feed.title,
    page: feed.home_page_url,
    self: feed.feed_url,
    language: feed.language,
    rights: feed._communique.rights,
    icon: feed.icon,
    previousArchive: feed.next_url,
    items: feed.items.map(({ _communique: { source, image, history, translations = [] }, ...item }) => ({
      id: item.id,
      title: item.title,
      summary: item.summary,
      html: item.content_html,
      link: item.url,
      published: instant(item.date_published),
      updated: instant(item.date_modified),
      language: item.language,
      creator: feed.authors[0]?.name,
      categories: item.tags,
      related: [
        ...translations.map(({ lang, url }) => ({ lang, url })),
        ...(source === undefined ? [] : [{ url: source }]),
        ...(history === undefined ? [] : [{ url: history }]),
      ],
      imageUrl: item.image,
      imageAlt: image?.alt,
      imageCredit: image?.credit,
      imageCaption: image?.caption,
      enclosures: (item.attachments ?? []).map(({ url, mime_type, size_in_bytes, title }) => ({
        url,
        type: mime_type,
        length: size_in_bytes,
        title,
      })),
    })),
  };
}
