/**
 * About how much of a feed a release takes, by which lists are divided.
 */
import { FACETS, type PreparedRelease } from "../domain/release.ts";
import { xml } from "../domain/text.ts";

/** UTF-8 bytes that the release's entry takes in the format in which it takes most, within a few per cent. */
export function entrySizeBytes({ input, html, summary }: PreparedRelease): number {
  const filed = FACETS.reduce((count, facet) => count + input[facet].length, 1);
  return (
    bytes(xml(html)) + // Atom; RSS has it as it is
    bytes(xml(xml(input.note ?? ""))) + // a paragraph of that HTML
    bytesInRss(input.title) +
    bytesInRss(summary) +
    bytesInRss(JSON.stringify(input.image ?? {})) +
    bytesInRss(JSON.stringify(input.attachments)) +
    filed * CATEGORY_BYTES +
    ENTRY_BYTES
  );
}

/** Of an entry's own elements, and of one category. */
const ENTRY_BYTES = 1_000;
const CATEGORY_BYTES = 150;

/** RSS has the longest references, of six bytes: feeds/rss.ts. */
function bytesInRss(text: string): number {
  return bytes(text) + 5 * (text.match(/[&<>"]/g)?.length ?? 0);
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
