/**
 * The files that a content folder holds before another one is added.
 */
import { stat } from "node:fs/promises";
import { CliError, systemCode } from "../cli-error.ts";
import { readContentFolder } from "../content/content-folder.ts";
import { displayPath } from "../paths.ts";
import type { ExistingFile } from "./new-content-file.ts";

/** The valid files of the folder; empty if it does not exist. `check` reports faulty files. */
export async function existingFiles(folder: string): Promise<ExistingFile[]> {
  const status = await stat(folder).catch((error: unknown) => {
    if (systemCode(error) !== "ENOENT") throw error;
  });
  if (status === undefined) return [];
  if (!status.isDirectory()) throw new CliError(`${displayPath(folder)} is not a folder: name a folder.`);
  const { files, drafts } = await readContentFolder(folder, undefined, Infinity);
  return [...files, ...drafts];
}
