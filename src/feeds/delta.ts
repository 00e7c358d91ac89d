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
  let kept = "";
  let keptTo = 0;
  let index = -1;
  let start = 0;
  for (const { 0: mark, index: at } of document.matchAll(MARKS[format])) {
    // HTML in CDATA may contain anything, such as `<item>` in the title of a link.
    if (mark.startsWith("<![CDATA[")) continue;
    if (!mark.includes("</")) {
      index += 1;
      start = lineStart(document, at);
    } else if (isNew[index] !== true) {
      kept += document.slice(keptTo, start);
      keptTo = at + mark.length;
    }
  }
  return kept + document.slice(keptTo);
}

/** Where the indentation before a tag starts. */
function lineStart(document: string, tag: number): number {
  let at = tag;
  while (document[at - 1] === " " || document[at - 1] === "\t") at -= 1;
  return at;
}

/**
 * CDATA sections as a whole, and where entries start and end outside of them. Outside of CDATA our writers escape
 * every `<` that is no tag, also in attributes.
 */
const MARKS = {
  rss: /<!\[CDATA\[[\s\S]*?\]\]>|<item>|<\/item>\n?/g,
  atom: /<!\[CDATA\[[\s\S]*?\]\]>|<entry |<\/entry>\n?/g,
} as const;
