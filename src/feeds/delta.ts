/**
 * A feed cut down to the entries that a client does not have yet (RFC 3229, instance manipulation
 * `feed`), out of the document as it was written: nothing is rendered again.
 */
import type { FeedFormat } from "../domain/list.ts";

/**
 * @param document as one of the writers beside this file wrote it
 * @param isNew of each entry, in order
 */
export function onlyNewEntries(document: string, format: FeedFormat, isNew: readonly boolean[]): string {
  if (format === "json") {
    const feed = JSON.parse(document) as { items: unknown[] };
    return `${JSON.stringify({ ...feed, items: feed.items.filter((_, index) => isNew[index]) }, null, 1)}\n`;
  }
  let index = -1;
  // In texts every `<` is escaped, and in RSS's CDATA the sanitiser lets no such element through.
  return document.replace(ENTRIES[format], (entry) => {
    index += 1;
    return isNew[index] ? entry : "";
  });
}

const ENTRIES = {
  rss: /[ \t]*<item>[\s\S]*?<\/item>\n?/g,
  atom: /[ \t]*<entry [\s\S]*?<\/entry>\n?/g,
} as const;
