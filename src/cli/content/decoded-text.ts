/**
 * Bytes as the text that they are, or where they are none.
 */

const LINE_FEED = 0x0a;

/** The text with its byte order mark, if it has one, or the first line that is not UTF-8. */
export function decodeText(bytes: Uint8Array): string | { line: number; message: string } {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes);
  } catch {
    return { line: badLine(bytes, decoder), message: "has bytes that are not UTF-8: save the file as UTF-8" };
  }
}

/** In UTF-8 no other character holds a line feed's byte, so lines can be tried one by one. */
function badLine(bytes: Uint8Array, decoder: TextDecoder): number {
  let line = 1;
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(LINE_FEED, start);
    try {
      decoder.decode(bytes.subarray(start, end === -1 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end === -1) return line;
    start = end + 1;
  }
}
