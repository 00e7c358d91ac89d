/**
 * What the feeds show, read as a feed reader reads them.
 */
import Parser from "rss-parser";
import { polled } from "./polled.ts";
import { RECOVERED_WITHIN_MS } from "./waiting-times.ts";

const FEEDS = ["", "/en"].flatMap((list) =>
  ["rss", "atom", "json"].map((format) => `${list}/feed.${format}`),
);

interface JsonFeed {
  items: { id: string; title: string }[];
}

/**
 * Waits until every feed shows these releases, from KV.
 *
 * @param titles by id; a title that is later in the alphabet is that of a later edition, and as good
 */
export async function untilShown(service: URL, titles: ReadonlyMap<string, string>): Promise<void> {
  for (const feed of FEEDS) {
    await polled(`${feed} shows all ${titles.size} releases`, RECOVERED_WITHIN_MS, async () => {
      const shown = await shownReleases(service, feed);
      const isThere = ([id, title]: [string, string]) => (shown?.get(id) ?? "").localeCompare(title) >= 0;
      return [...titles].every(isThere) ? true : undefined;
    });
  }
}

/**
 * The titles that a feed shows, by id of the release; undefined when it does not come from KV yet,
 * but from the ledger, which answers while KV has nothing.
 */
async function shownReleases(service: URL, feed: string): Promise<Map<string, string> | undefined> {
  const response = await fetch(new URL(feed, service));
  const text = await response.text();
  if (!response.ok) throw new Error(`${feed}: ${response.status} ${text}`);
  if (!response.headers.has("last-modified")) return undefined;
  const items: { id: string; title: string }[] = feed.endsWith(".json")
    ? (JSON.parse(text) as JsonFeed).items
    : (await new Parser().parseString(text)).items.map((item) => ({
        id: String(item.guid ?? item["id"]),
        title: item.title ?? "",
      }));
  const shown = new Map(items.map(({ id, title }) => [id.replace("urn:uuid:", ""), title]));
  if (shown.size < items.length) throw new Error(`${feed} shows a release twice`);
  return shown;
}
