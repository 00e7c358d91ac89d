/**
 * A command that could not do what it was asked: told in plain words, without a stack, exit code 1.
 */
export class CliError extends Error {
  override name = "CliError";
}

/** The code of a failed system call, such as `ENOENT`; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return undefined;
}
