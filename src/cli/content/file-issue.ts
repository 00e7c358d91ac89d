/**
 * Issues of a content file, each with the line that an editor shows.
 */
import type { Issue } from "../../domain/issues.ts";
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
  /** Absolute path of the other file of a conflict. */
  other?: string;
}

/** `content/2020/a.md:3: date: must be a day …` */
export function issueLine(issue: FileIssue): string {
  const field = issue.field === undefined ? "" : `${issue.field}: `;
  return `${displayPath(issue.file)}:${issue.line}: ${field}${issue.message}`;
}

/** `faults` of one file, one line for each. */
export function issueLines(file: string, faults: readonly Omit<FileIssue, "file">[]): string {
  return faults.map((fault) => issueLine({ file, ...fault })).join("\n");
}

/** An issue of a JSON document, at its line of the file that the document was read from. */
export function locateIssue(
  file: string,
  { path, message }: Issue,
  lineOf: (keys: readonly string[]) => number,
): FileIssue {
  const keys = keysOf(path);
  return { file, line: lineOf(keys), ...(keys.length > 0 && { field: keys.join("/") }), message };
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

/** The keys of a JSON Pointer: `/image/alt` → `["image", "alt"]`. */
function keysOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}
