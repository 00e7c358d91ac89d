/**
 * The only module that writes to the terminal. Text of a service, a file or an event must not control it: escape sequences can
 * rewrite lines, rename the window or fill the clipboard, and bidirectional controls show one text as another.
 */

const RED = "\u001b[31m";
const END_OF_RED = "\u001b[39m";

/** Separators of lines, too, which terminals take for line ends. */
export const BIDIRECTIONAL_CONTROL = "[\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]";
/** Controls, among them the two colours that this module writes, and bidirectional controls. */
const CONTROL = new RegExp(`\\p{Cc}(?:\\[3[19]m)?|${BIDIRECTIONAL_CONTROL}`, "gu");
const ALLOWED = new Set(["\n", "\t", RED, END_OF_RED]);

/** Red on a terminal, unless NO_COLOR is set (https://no-color.org). */
export function red(text: string): string {
  const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
  return isColoured ? `${RED}${text}${END_OF_RED}` : text;
}

/** The text with its controls written out (`\u001b`), but for line ends, tabs and our colour. In JSON it means the same. */
export function shown(text: string): string {
  return text.replace(CONTROL, (found) =>
    ALLOWED.has(found) ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}${found.slice(1)}`,
  );
}

/** Prints lines on stdout. */
export function print(text: string): void {
  process.stdout.write(`${shown(text)}\n`);
}

/** Prints lines on stderr: what is not the answer of the command. Prints nothing for an empty text. */
export function report(text: string): void {
  if (text !== "") process.stderr.write(`${shown(text)}\n`);
}
