/**
 * Text from elsewhere on a terminal.
 */

/** Without control characters: what a title or a description holds must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
