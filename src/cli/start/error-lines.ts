/**
 * What of a program's output explains its failure.
 */
import { stripVTControlCharacters } from "node:util";

/** Lines shown where none looks like an error. */
const LAST_LINES = 5;
const ERROR_LINE = /✘|\berror\b/i;

/** The lines that report errors, each once and without colours; if there are none, the last lines. */
export function errorLinesIn(output: readonly string[]): string[] {
  const lines = [...new Set(output.map((line) => stripVTControlCharacters(line).trim()))].filter(Boolean);
  const errors = lines.filter((line) => ERROR_LINE.test(line));
  return errors.length > 0 ? errors : lines.slice(-LAST_LINES);
}
