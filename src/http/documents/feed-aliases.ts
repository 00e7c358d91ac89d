/**
 * Where people and programs guess that a feed might be.
 */
import type { FeedFormat } from "../../domain/list.ts";

const GUESSES: Record<FeedFormat, readonly string[]> = {
  rss: [
    "rss",
    "rss.xml",
    "rss2",
    "rss2.xml",
    "feed",
    "feed.xml",
    "feeds.xml",
    "index.xml",
    "index.rss",
    "news.rss",
    "feed/rss",
    "feed/rss2",
  ],
  atom: ["atom", "atom.xml", "index.atom", "feed/atom", "feed/atom.xml"],
  json: ["json", "jsonfeed", "index.json", "feed/json"],
};

/** The longest first: `/feed/rss` is not `/rss` behind a list called `/feed`. */
const BY_LENGTH = Object.entries(GUESSES)
  .flatMap(([format, guesses]) => guesses.map((guess) => ({ format, ending: `/${guess}` })))
  .sort((a, b) => b.ending.length - a.ending.length);

/** @returns the path of the feed meant, for the list whose path stands in front; undefined if it is no guess */
export function feedAlias(path: string): string | undefined {
  const asked = path.toLowerCase().replace(/\/+$/, "");
  const guess = BY_LENGTH.find(({ ending }) => asked.endsWith(ending));
  return guess && `${asked.slice(0, -guess.ending.length)}/feed.${guess.format}`;
}
