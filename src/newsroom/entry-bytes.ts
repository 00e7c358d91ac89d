/**
 * About how much of a feed a release takes, by which lists are divided.
 */
import { FACETS, type PreparedRelease } from "../domain/release.ts";

/** UTF-8 bytes that the release's entry takes in Atom, the widest format, within a few per cent. */
export function entryBytes({ input, html, summary }: PreparedRelease): number {
  const bytes = (text: string) => new TextEncoder().encode(text).byteLength;
  const escaped = bytes(html) + 3 * (html.match(/[&<>"]/g)?.length ?? 0);
  const filed = FACETS.reduce((count, facet) => count + input[facet].length, 1);
  const plain =
    bytes([input.title, input.note ?? "", JSON.stringify(input.image ?? {})].join("")) + 2 * bytes(summary);
  return escaped + plain + bytes(JSON.stringify(input.attachments)) + ENTRY_BYTES + filed * CATEGORY_BYTES;
}

/** Of an entry's own elements, and of one category. */
const ENTRY_BYTES = 1_000;
const CATEGORY_BYTES = 150;
