/**
 * Issues of a content file, each with the line that an editor shows.
 */
import { displayPath } from "../paths.ts";
import { counted } from "../terminal.ts";

export interface FileIssue {
  /** Absolute path of the file. */
  file: string;
  /** From 1. */
  line: number;
  /** The faulty field, such as `image/alt`; absent if the file as a whole is faulty. */
  field?: string;
  message: string;
}

/** `content/2020/a.md:3: date: must be a day …` */
function issueLine(issue: FileIssue): string {
  const field = issue.field === undefined ? "" : `${issue.field}: `;
  return `${displayPath(issue.file)}:${issue.line}: ${field}${issue.message}`;
}

/** One line for each issue, by file and line, and a count. */
export function issueReport(issues: readonly FileIssue[], consequence: string): string {
  const inOrder = [...issues].sort((a, b) =>
    a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
  );
  const files = new Set(issues.map((issue) => issue.file)).size;
  const count = `${counted(issues.length, "fault")} in ${counted(files, "file")}: ${consequence}`;
  return [...inOrder.map(issueLine), count].join("\n");
}
