/**
 * Errors that end a command with exit code 1: their message is printed without a stack.
 */
import { readFile } from "node:fs/promises";

export class CliError extends Error {
  override name = "CliError";

  /** What the command prints. */
  lines(): string[] {
    return [this.message];
  }
}

/** Awaits work, and lets `handle` decide about a failed system call; other errors stay. */
export async function onSystemError<T, U>(work: Promise<T>, handle: (code: string) => U): Promise<T | U> {
  try {
    return await work;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return handle(code);
  }
}

/** Reads a file; undefined if it does not exist. */
export async function readIfPresent(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** What a failed system call says to a person; the code itself where there are no plain words for it. */
export function systemReason(code: string): string {
  const reasons: Record<string, string> = {
    ENOENT: "it does not exist",
    EACCES: "you have no permission",
    EPERM: "you have no permission",
    EISDIR: "it is a folder",
    ENOTDIR: "it is not a folder",
    EROFS: "it is on a disk that is read-only",
    ENOSPC: "the disk is full",
    EADDRINUSE: "it is in use",
  };
  return reasons[code] ?? code;
}

/** The code of a failed system call, such as `ENOENT`; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return undefined;
}
