/**
 * Limits on Markdown. The parser takes quadratic time in the marks of one paragraph, the lines of one list and
 * the depth of nesting, and a table has columns times rows cells. Without limits a few kilobytes could block
 * the service for a minute.
 */
import { BLOCK_LINES_MAX, BLOCK_MARKS_MAX, NESTING_MARKS_MAX, TABLE_CELLS_MAX } from "./limits.ts";

/** The marks of quotes and lists at the start of a line, and its indentation. */
const NESTING = new RegExp(`^(?:[\\s>*+-]|\\d{1,9}[.)]){${NESTING_MARKS_MAX}}`, "m");
/** Opening tags. Each may be inside the one before. */
const OPENED = /<[a-z]/gi;
const MARKS = /[*_~[\]|<]/g;

/** @returns what is too much and what to do about it; undefined for ordinary texts */
export function checkMarkdownComplexity(markdown: string): string | undefined {
  if (NESTING.test(markdown)) return "is nested too deeply; split quotes and lists";
  for (const block of markdown.split(/\n[^\S\n]*\n/)) {
    const lines = block.split("\n");
    if (lines.length > BLOCK_LINES_MAX) {
      return `has a block of ${lines.length} lines; the limit is ${BLOCK_LINES_MAX}. Add blank lines.`;
    }
    if (count(block, MARKS) > BLOCK_MARKS_MAX) {
      return `has a paragraph with more than ${BLOCK_MARKS_MAX} marks such as * _ [ ] | <; split it`;
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
