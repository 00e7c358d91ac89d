/**
 * Limits on Markdown. The parser takes quadratic time in the marks of one paragraph, the lines of one list and
 * the depth of nesting, and a table has columns times rows cells. Without limits a few kilobytes could block
 * the service for a minute.
 */
import { BLOCK_LINES_MAX, BLOCK_MARKS_MAX, NESTING_MARKS_MAX, TABLE_CELLS_MAX } from "./limits.ts";

/** The marks of quotes and lists at the start of a line, and its indentation. A list's mark ends with a space. */
const NESTING = new RegExp(`^(?:\\s|>|(?:[*+-]|\\d{1,9}[.)])(?=\\s)){${NESTING_MARKS_MAX}}`);
/** A line that separates parts, also in quotes: it holds one mark and spaces. */
const RULE = /^(?:\s{0,3}>){0,10}\s*([-*_])(?:\s*\1)*\s*$/;
/** Opening tags. Each may be inside the one before. */
const OPENED = /<[a-z]/gi;
const MARKS = /[*_~[\]|<]/g;

/** What is too much, what to do about it, and the line at which it begins, from 1. */
export interface Excess {
  reason: string;
  line: number;
}

/** @returns undefined for ordinary texts */
export function checkMarkdownComplexity(markdown: string): Excess | undefined {
  const nested = markdown.split("\n").findIndex(isNested);
  if (nested !== -1) return { reason: "is nested too deeply; split quotes and lists", line: nested + 1 };
  let line = 1;
  for (const block of markdown.split(/\n[^\S\n]*\n/)) {
    const lines = block.split("\n");
    const reason = checkBlock(block, lines);
    if (reason !== undefined) return { reason, line };
    line += lines.length + 1; // and the empty line
  }
  return count(markdown, OPENED) > BLOCK_MARKS_MAX
    ? { reason: `has more than ${BLOCK_MARKS_MAX} HTML elements; write it in Markdown`, line: 1 }
    : undefined;
}

function checkBlock(block: string, lines: readonly string[]): string | undefined {
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
  return undefined;
}

function isNested(line: string): boolean {
  return NESTING.test(line) && line.trim() !== "" && !RULE.test(line);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
