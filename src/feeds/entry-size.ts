/**
 * The size of a release's entry in a feed. Lists are split by it.
 */
import { FACETS, type PreparedRelease } from "../domain/release.ts";
import { escapeXml } from "../domain/text.ts";

/** UTF-8 bytes of the entry in the format where it is largest, within a few per cent. */
export function entrySizeBytes({ input, html, summary }: PreparedRelease): number {
  const categories = FACETS.reduce((count, facet) => count + input[facet].length, 1);
  return (
    bytes(escapeXml(html)) + // Atom escapes it; RSS does not
    bytes(escapeXml(escapeXml(input.note ?? ""))) + // as a paragraph of that HTML
    bytesInRss(input.title) +
    bytesInRss(summary) +
    bytesInRss(JSON.stringify(input.image ?? {})) +
    bytesInRss(JSON.stringify(input.attachments)) +
    categories * CATEGORY_BYTES +
    ENTRY_BYTES
  );
}

/** The elements of an entry without its texts, and one category. */
const ENTRY_BYTES = 1_000;
const CATEGORY_BYTES = 150;

/** References in RSS have six bytes, more than in Atom. */
function bytesInRss(text: string): number {
  return bytes(text) + 5 * (text.match(/[&<>"]/g)?.length ?? 0);
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
