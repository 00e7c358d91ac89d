/**
 * Markdown that would cost more than a statement ever does. A parser of Markdown takes quadratic time
 * in the marks of one paragraph, in the lines of one list and in the depth of nesting, and a table has
 * as many cells as its columns times its rows: a few kilobytes can hold a service up for a minute.
 */
import { BLOCK_LINES_MAX, BLOCK_MARKS_MAX, NESTING_MARKS_MAX, TABLE_CELLS_MAX } from "../limits.ts";

/** The marks of quotes and lists in front of a line's text, and its indentation. */
const NESTING = new RegExp(`^(?:[\\s>*+-]|\\d{1,9}[.)]){${NESTING_MARKS_MAX}}`, "m");
/** Elements that are opened, each within the one before as far as anybody knows. */
const OPENED = /<[a-z]/gi;
const MARKS = /[*_~[\]|<]/g;

/** @returns in words what is too much, and the way out; undefined for any text that somebody wrote */
export function tooIntricate(markdown: string): string | undefined {
  if (NESTING.test(markdown)) return "is nested too deeply; take quotes and lists apart";
  for (const block of markdown.split(/\n[^\S\n]*\n/)) {
    const lines = block.split("\n");
    if (lines.length > BLOCK_LINES_MAX) {
      return `has ${lines.length} lines without an empty one between; ${BLOCK_LINES_MAX} are the most`;
    }
    if (count(block, MARKS) > BLOCK_MARKS_MAX) {
      return `has a paragraph with more than ${BLOCK_MARKS_MAX} marks such as * _ [ ] | <; break it up`;
    }
    const columns = Math.max(...lines.map((line) => count(line, /\|/g)));
    if (columns * lines.length > TABLE_CELLS_MAX) {
      return `has a table of more than ${TABLE_CELLS_MAX} cells; attach it as a file`;
    }
  }
  return count(markdown, OPENED) > BLOCK_MARKS_MAX
    ? `has more than ${BLOCK_MARKS_MAX} HTML elements; write it in Markdown`
    : undefined;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
