/**
 * Paths at which people and programs guess a feed, such as `/rss.xml`.
 */
import { FEED_FORMATS, type FeedFormat } from "../../domain/list.ts";

const ALIASES: Record<FeedFormat, string> = {
  rss: "rss rss.xml rss2 rss2.xml feed feed.xml feeds.xml index.xml index.rss news.rss feed/rss feed/rss2",
  atom: "atom atom.xml index.atom feed/atom feed/atom.xml",
  json: "json jsonfeed index.json feed/json",
};

/** Longest first, so that `/feed/rss` is not read as `/rss` of a list called `/feed`. */
const BY_LENGTH = FEED_FORMATS.flatMap((format) =>
  ALIASES[format].split(" ").map((alias) => ({ format, ending: `/${alias}` })),
).sort((a, b) => b.ending.length - a.ending.length);

/** What WordPress calls its feeds in `?feed=`. */
const NAMES: Record<string, FeedFormat> = {
  rss: "rss",
  rss2: "rss",
  rdf: "rss",
  feed: "rss",
  atom: "atom",
  json: "json",
};

/** The format that `?feed=` asks for at the address of a list; undefined for none or another. */
export function formatInQuery(query: URLSearchParams): FeedFormat | undefined {
  return NAMES[query.get("feed")?.toLowerCase() ?? ""];
}

/** @returns the path of the feed meant, of the list whose path comes before the alias; undefined for no alias */
export function feedAlias(path: string): string | undefined {
  const given = path.toLowerCase().replace(/\/+$/, "");
  const alias = BY_LENGTH.find(({ ending }) => given.endsWith(ending));
  return alias && `${given.slice(0, -alias.ending.length)}/feed.${alias.format}`;
}
