/**
 * What is wrong in a content file, for whoever has it open in an editor.
 */
import { displayPath } from "../paths.ts";

export interface FileIssue {
  /** Absolute path of the file. */
  file: string;
  /** From 1. */
  line: number;
  /** The field at fault, such as `image/alt`; absent where the file as a whole is. */
  field?: string;
  message: string;
}

/** `content/2020/a.md:3: date: must be a day …` */
export function issueLine(issue: FileIssue): string {
  const field = issue.field === undefined ? "" : `${issue.field}: `;
  return `${displayPath(issue.file)}:${issue.line}: ${field}${issue.message}`;
}

/** All faults, one a line, in the order of files and lines, and their number in words. */
export function issueReport(issues: readonly FileIssue[], consequence: string): string {
  const inOrder = [...issues].sort((a, b) =>
    a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
  );
  const files = new Set(issues.map((issue) => issue.file)).size;
  const count = `${counted(issues.length, "fault")} in ${counted(files, "file")}: ${consequence}`;
  return [...inOrder.map(issueLine), count].join("\n");
}

/** `1 file`, `2 files`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
