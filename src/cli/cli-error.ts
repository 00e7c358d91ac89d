/**
 * Errors that end a command with exit code 1: their message is printed without a stack.
 */
export class CliError extends Error {
  override name = "CliError";
}

/** The code of a failed system call, such as `ENOENT`; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return undefined;
}
