/**
 * The file that an archive is written to until it is whole: `.NAME.PID.UUID` beside it. It holds texts under embargo, so
 * none is left behind.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CliError, onSystemError, systemCode, systemReason } from "../cli-error.ts";
import { report } from "../output.ts";
import { displayPath } from "../paths.ts";

/** Characters of the name of the archive, so that the whole is no longer than a system allows. */
const NAME_CHARS = 100;

/**
 * Opens the file, and removes those of earlier backups to the same archive whose process was killed.
 *
 * @param archive absolute path
 * @throws CliError if no archive can be written there; then nothing was removed
 */
export async function openPart(archive: string): Promise<{ path: string; handle: FileHandle }> {
  const folder = dirname(archive);
  const isFolder = await stat(archive).then(
    (status) => status.isDirectory(),
    () => false,
  );
  if (isFolder) throw refusal(archive, "EISDIR");
  const start = `.${basename(archive).slice(0, NAME_CHARS)}.`;
  const path = join(folder, `${start}${process.pid}.${randomUUID()}`);
  const handle = await onSystemError(open(path, "wx", 0o600), (code) => {
    // A name that does not exist yet is no fault of a file to be written: its folder is meant.
    throw refusal(code === "ENOENT" || code === "ENOTDIR" ? folder : archive, code);
  });
  for (const name of await onSystemError(readdir(folder), () => [])) {
    const [, pid] = (name.startsWith(start) && LEFT.exec(name.slice(start.length))) || [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(join(folder, name), { force: true });
    report(`removed ${displayPath(join(folder, name))}, which a backup that was cut off had left`);
  }
  return { path, handle };
}

const LEFT = /^(\d+)\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM"; // it runs, and belongs to somebody else
  }
}

function refusal(path: string, code: string): CliError {
  return new CliError(`${displayPath(path)} cannot be written: ${systemReason(code)}.`);
}
