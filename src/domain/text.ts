/**
 * Text that every output can carry.
 */

// XML 1.0 (production 2, Char) forbids these even as references. It allows the controls from U+007F on.
const FORBIDDEN_IN_XML = /(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]/gu;

/** The first character of a text that {@link sanitizeText} removes, such as `U+001B`; undefined if it has none. */
export function firstForbidden(text: string): string | undefined {
  const at = text.search(FORBIDDEN_IN_XML);
  return at === -1
    ? undefined
    : `U+${(text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

const C1_CONTROLS = /[\u0080-\u009f]/g;
/** What the bytes 80 to 9F mean in Windows-1252 (WHATWG Encoding); it has no character for the five blanks. */
const WINDOWS_1252 = Array.from("€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ");

/**
 * Replaces C1 controls by the characters meant. They come from Windows-1252 text that was read as Latin-1; nobody
 * writes the controls themselves.
 */
export function mendControls(text: string): string {
  return text.replace(C1_CONTROLS, (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80]?.trim() ?? "");
}

/**
 * Removes the characters that XML forbids, turns lone surrogates into U+FFFD and line ends into `\n`, so that
 * feeds, pages and events all carry the same characters. Mends C1 controls.
 */
export function sanitizeText(text: string): string {
  return mendControls(text.toWellFormed().replace(/\r\n?/g, "\n").replace(FORBIDDEN_IN_XML, ""));
}

/**
 * {@link sanitizeText} on one line: white space collapsed and trimmed. The spaces that keep a line together, as in
 * French before a colon (U+00A0, U+202F), stay.
 */
export function oneLine(text: string): string {
  return sanitizeText(text)
    .replaceAll("\ufeff", "") // white space in JavaScript, and nothing to a reader
    .replace(/\s+/g, (space) => /[\u00a0\u202f]/.exec(space)?.[0] ?? " ")
    .trim();
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Escapes text for XML, for use as element text and between double quotes. */
export function escapeXml(text: string): string {
  return sanitizeText(text).replace(/[&<>"]/g, (character) => ESCAPES[character] ?? "");
}
