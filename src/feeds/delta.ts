/**
 * Deltas (RFC 3229, instance manipulation `feed`): a feed with only the entries that a client does not have
 * yet. The entries are cut out of the written document, so nothing is rendered again.
 */
import type { FeedFormat } from "../domain/list.ts";

/**
 * @param document from one of the writers beside this file
 * @param isNew for each entry, in order
 */
export function onlyNewEntries(document: string, format: FeedFormat, isNew: readonly boolean[]): string {
  if (format === "json") {
    const feed = JSON.parse(document) as { items: unknown[] };
    return `${JSON.stringify({ ...feed, items: feed.items.filter((_, index) => isNew[index]) }, null, 1)}\n`;
  }
  let index = -1;
  // Text cannot look like an entry: `<` is escaped, and the sanitiser removes such elements from HTML.
  return document.replace(ENTRIES[format], (entry) => {
    index += 1;
    return isNew[index] ? entry : "";
  });
}

const ENTRIES = {
  rss: /[ \t]*<item>[\s\S]*?<\/item>\n?/g,
  atom: /[ \t]*<entry [\s\S]*?<\/entry>\n?/g,
} as const;
