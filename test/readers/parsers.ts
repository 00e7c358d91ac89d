/**
 * The third-party parsers of the tests, and `JSON.parse`.
 */
import { feedparserAtom, feedparserRss } from "./feedparser.ts";
import { feedsmithAtom, feedsmithJson, feedsmithRss } from "./feedsmith.ts";
import { extractedJson, plainJson } from "./json-parsers.ts";
import { rssParserAtom, rssParserRss } from "./rss-parser.ts";
import type { Parser } from "./parsed-feed.ts";

/** Three parsers for each format. */
export const PARSERS: [format: "rss" | "atom" | "json", name: string, parse: Parser][] = [
  ["rss", "rss-parser", rssParserRss],
  ["rss", "feedparser", feedparserRss],
  ["rss", "feedsmith", feedsmithRss],
  ["atom", "rss-parser", rssParserAtom],
  ["atom", "feedparser", feedparserAtom],
  ["atom", "feedsmith", feedsmithAtom],
  ["json", "feed-extractor", extractedJson],
  ["json", "feedsmith", feedsmithJson],
  ["json", "JSON.parse", plainJson],
];
