/**
 * Where people and programs guess that a feed might be.
 */
import type { FeedFormat } from "../domain/list.ts";

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

/** @returns the path of the feed meant, for the list whose path stands in front; undefined if it is no guess */
export function guessedFeed(path: string): string | undefined {
  const asked = path.toLowerCase().replace(/\/+$/, "");
  for (const [format, guesses] of Object.entries(GUESSES)) {
    const guess = guesses.toSorted((a, b) => b.length - a.length).find((each) => asked.endsWith(`/${each}`));
    if (guess !== undefined) return `${asked.slice(0, -guess.length - 1)}/feed.${format}`;
  }
  return undefined;
}
