/**
 * Feeds as parsers see them that we did not write.
 */
import { Readable } from "node:stream";
import FeedParser from "feedparser";
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from "feedsmith";
import RssParser from "rss-parser";

/** What each parser makes of an item; undefined where it does not tell. */
export interface ParsedItem {
  id: string | undefined;
  title: string | undefined;
  html: string | undefined;
  link: string | undefined;
  published: string | undefined;
}

type Parser = (document: string) => Promise<ParsedItem[]>;

async function byRssParser(document: string): Promise<ParsedItem[]> {
  const parser = new RssParser<object, { id?: string; "content:encoded"?: string }>();
  const { items } = await parser.parseString(document);
  return items.map((item) => ({
    id: item.guid ?? item.id,
    title: item.title,
    html: item["content:encoded"] ?? item.content,
    link: item.link,
    published: instant(item.isoDate),
  }));
}

async function byFeedParser(document: string): Promise<ParsedItem[]> {
  const items: ParsedItem[] = [];
  const parser = Readable.from([document]).pipe(new FeedParser({ addmeta: false }));
  for await (const item of parser as AsyncIterable<FeedParser.Item>) {
    items.push({
      id: item.guid,
      // Its `title` has everything in angle brackets taken out; this is what it read.
      title: rawTitle(item),
      html: item.description,
      link: item.link,
      published: instant(item.pubdate?.toISOString()),
    });
  }
  return items;
}

function rawTitle(item: FeedParser.Item): string | undefined {
  const raw = item as unknown as Record<string, { "#"?: string } | undefined>;
  return (raw["rss:title"] ?? raw["atom:title"])?.["#"];
}

async function byFeedsmith(document: string): Promise<ParsedItem[]> {
  if (document.startsWith("{")) {
    return (parseJsonFeed(document).items ?? []).map((item) => ({
      id: item.id,
      title: item.title,
      html: item.content_html,
      link: item.url,
      published: instant(item.date_published),
    }));
  }
  if (document.includes("<rss")) {
    return (parseRssFeed(document).items ?? []).map((item) => ({
      id: item.guid?.value,
      title: item.title,
      html: item.content?.encoded,
      link: item.link,
      published: instant(item.pubDate),
    }));
  }
  return (parseAtomFeed(document).entries ?? []).map((entry) => ({
    id: entry.id,
    title: typeof entry.title === "string" ? entry.title : entry.title?.value,
    html: typeof entry.content === "string" ? entry.content : entry.content?.value,
    link: entry.links?.find(({ rel }) => rel === "alternate")?.href,
    published: instant(entry.published),
  }));
}

/** By the platform alone, as many consumers of JSON do. */
async function byJsonParse(document: string): Promise<ParsedItem[]> {
  const { items } = JSON.parse(document) as { items: Record<string, string>[] };
  return items.map((item) => ({
    id: item["id"],
    title: item["title"],
    html: item["content_html"],
    link: item["url"],
    published: instant(item["date_published"]),
  }));
}

/** At least two for each format. */
export const PARSERS: [format: "rss" | "atom" | "json", name: string, parse: Parser][] = [
  ["rss", "rss-parser", byRssParser],
  ["rss", "feedparser", byFeedParser],
  ["rss", "feedsmith", byFeedsmith],
  ["atom", "rss-parser", byRssParser],
  ["atom", "feedparser", byFeedParser],
  ["atom", "feedsmith", byFeedsmith],
  ["json", "feedsmith", byFeedsmith],
  ["json", "JSON.parse", byJsonParse],
];

function instant(text: string | undefined): string | undefined {
  return text === undefined ? undefined : new Date(text).toISOString().replace(".000Z", "Z");
}
