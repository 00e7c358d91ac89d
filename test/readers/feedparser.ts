/**
 * Parses RSS and Atom with feedparser, which keeps the elements beside the fields that it makes of them.
 */
import { Readable } from "node:stream";
import FeedParser from "feedparser";
import {
  atomEnclosures,
  type Attributes,
  archiveLinks,
  instant,
  related,
  rssEnclosure,
} from "./link-relations.ts";
import type { ParsedFeed, ParsedItem } from "./parsed-feed.ts";

/** An element as feedparser keeps it. Repeated elements are an array. */
type Element = { "@"?: Attributes; "#"?: string } & { [name: string]: Element };
type Elements = Partial<Record<string, Element | Element[]>>;

export async function feedparserRss(document: string): Promise<ParsedFeed> {
  const { meta, items } = await readByFeedparser(document);
  return {
    ...feedFields(meta),
    icon: meta.image.url,
    ...archiveLinks(attributesOf(meta, "atom:link")),
    items: items.map((item) => ({
      ...itemFields(item),
      title: textOf(item, "rss:title"),
      updated: instant(textOf(item, "atom:updated")),
      language: textOf(item, "dc:language"),
      // Not item.categories, because feedparser splits categories at commas.
      categories: textsOf(item, "rss:category"),
      related: related(attributesOf(item, "atom:link")),
      enclosures: attributesOf(item, "rss:enclosure").map(rssEnclosure),
    })),
  };
}

export async function feedparserAtom(document: string): Promise<ParsedFeed> {
  const { meta, items } = await readByFeedparser(document);
  return {
    ...feedFields(meta),
    icon: meta.favicon,
    ...archiveLinks(attributesOf(meta, "atom:link")),
    items: items.map((item) => ({
      ...itemFields(item),
      title: textOf(item, "atom:title"),
      updated: instant(item.date?.toISOString()),
      language: (item["atom:@"] as Partial<Record<string, string>>)["xml:lang"],
      categories: attributesOf(item, "atom:category").map(({ label }) => String(label)),
      related: related(attributesOf(item, "atom:link")),
      enclosures: atomEnclosures(attributesOf(item, "atom:link")),
    })),
  };
}

async function readByFeedparser(
  document: string,
): Promise<{ meta: FeedParser.Meta; items: FeedParser.Item[] }> {
  const parser = Readable.from([document]).pipe(new FeedParser({ addmeta: false }));
  const items: FeedParser.Item[] = [];
  for await (const item of parser as AsyncIterable<FeedParser.Item>) items.push(item);
  return { meta: parser.meta, items };
}

function feedFields(
  meta: FeedParser.Meta,
): Pick<ParsedFeed, "title" | "page" | "language" | "rights" | "generator" | "isArchive"> {
  return {
    title: textOf(meta, meta["#type"] === "rss" ? "rss:title" : "atom:title"),
    page: meta.link,
    language: meta.language ?? undefined,
    rights: meta.copyright ?? undefined,
    generator: meta.generator ?? undefined,
    isArchive: meta["fh:archive"] !== undefined,
  };
}

function itemFields(item: FeedParser.Item): Omit<ParsedItem, "title"> {
  const [image] = elementsOf(item, "media:content");
  const url = image?.["@"]?.["url"];
  return {
    id: item.guid,
    summary: item.summary ?? undefined,
    html: item.description ?? undefined,
    link: item.link,
    published: instant(item.pubdate?.toISOString()),
    creator: item.author ?? undefined,
    imageUrl: url === undefined ? undefined : String(url),
    imageAlt: image?.["media:description"]?.["#"],
    imageCredit: image?.["media:credit"]?.["#"],
    imageCaption: image?.["media:title"]?.["#"],
  };
}

/** The text of an element. feedparser's own titles lose everything in angle brackets. */
function textOf(of: FeedParser.Item | FeedParser.Meta, name: string): string | undefined {
  return elementsOf(of, name)[0]?.["#"];
}

function textsOf(of: FeedParser.Item | FeedParser.Meta, name: string): string[] {
  return elementsOf(of, name).map((element) => element["#"] ?? "");
}

function attributesOf(of: FeedParser.Item | FeedParser.Meta, name: string): Attributes[] {
  return elementsOf(of, name).map((element) => element["@"] ?? {});
}

function elementsOf(of: FeedParser.Item | FeedParser.Meta, name: string): Element[] {
  const found = (of as unknown as Elements)[name] ?? [];
  return Array.isArray(found) ? found : [found];
}
