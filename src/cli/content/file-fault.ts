/**
 * What is wrong in a content file, for whoever has it open in an editor.
 */
import { forUser } from "../paths.ts";

export interface FileFault {
  /** Absolute path of the file. */
  file: string;
  /** From 1. */
  line: number;
  /** The field at fault, such as `image/alt`; absent where the file as a whole is. */
  field?: string;
  message: string;
}

/** `content/2020/a.md:3: date: must be a day …` */
export function faultLine(fault: FileFault): string {
  const field = fault.field === undefined ? "" : `${fault.field}: `;
  return `${forUser(fault.file)}:${fault.line}: ${field}${fault.message}`;
}

/** All faults, one a line, in the order of files and lines, and their number in words. */
export function faultReport(faults: readonly FileFault[], consequence: string): string {
  const inOrder = [...faults].sort((a, b) =>
    a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
  );
  const files = new Set(faults.map((fault) => fault.file)).size;
  const count = `${counted(faults.length, "fault")} in ${counted(files, "file")}: ${consequence}`;
  return [...inOrder.map(faultLine), count].join("\n");
}

/** `1 file`, `2 files`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
