/**
 * Writes into a new content file what is given once and kept: its id and its slug.
 */
import { randomUUID } from "node:crypto";
import { readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { displayPath } from "../paths.ts";
import { CliError, systemCode } from "../cli-error.ts";
import { parseContentFile, type ContentFile } from "./content-file.ts";

/** Puts the missing fields first in the front matter; every other byte stays. */
export async function writeIds({ file, missing }: ContentFile): Promise<void> {
  const lines = Object.entries(missing).map(([name, value]) => `${name}: ${value}`);
  if (lines.length === 0) return;
  try {
    const path = await realpath(file);
    const bytes = await readFile(path);
    const firstLine = bytes.indexOf(0x0a) + 1;
    const lineEnd = bytes[firstLine - 2] === 0x0d ? "\r\n" : "\n";
    const stamp = Buffer.from(lines.map((line) => line + lineEnd).join(""));
    const stamped = Buffer.concat([bytes.subarray(0, firstLine), stamp, bytes.subarray(firstLine)]);
    // Front matter in braces, or indented as a whole, is valid YAML that no line can be put before.
    if (Array.isArray(parseContentFile(path, stamped, Infinity)))
      throw byHand(file, lines, "its layout is unusual");
    await replaceFile(path, stamped);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw byHand(file, lines, code);
  }
}

function byHand(file: string, lines: readonly string[], reason: string): CliError {
  return new CliError(
    `${displayPath(file)} cannot be given its own fields (${reason}). Write them into its front matter: ${lines.join(", ")}`,
  );
}

/** The old file or the new one, whole, whenever we are cut off. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const { mode } = await stat(path);
  const fresh = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}`);
  try {
    await writeFile(fresh, bytes, { mode, flag: "wx" });
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
