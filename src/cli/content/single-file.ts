/**
 * Reads one content file for a publish of its own, and finds its conflicts with the other files of its folder.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { CliError } from "../cli-error.ts";
import { displayPath } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { type ContentFolder, readContentFolder } from "./content-folder.ts";
import { REGISTRY_FILE } from "./registry-file.ts";

/**
 * The folder with this file alone, and without a registry: that of the service stays.
 *
 * @param path absolute
 * @throws CliError for a draft, and for a file that is no content file
 */
export async function readSingleFile(path: string, progress?: Progress): Promise<ContentFolder> {
  const name = displayPath(path);
  if (!path.endsWith(".md"))
    throw new CliError(`${name} is not a content file: the name of one ends in .md.`);
  const folder = await readContentFolder(contentFolderOf(path), progress);
  const issues = folder.issues.filter(({ file, other }) => file === path || other === path);
  const files = folder.files.filter(({ file }) => file === path);
  const isDraft = folder.drafts.some(({ file }) => file === path);
  if (issues.length === 0 && isDraft) {
    throw new CliError(`${name} is a draft: remove its line \`draft: true\` to publish it.`);
  }
  if (issues.length === 0 && files.length === 0) {
    throw new CliError(
      `${name} is passed over, as every README.md and hidden file is: give it another name.`,
    );
  }
  return { path: folder.path, files, drafts: [], issues, rests: [], passedOver: [] };
}

/** The nearest folder above a file that holds a registry, else the file's own. */
export function contentFolderOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, REGISTRY_FILE))) return folder;
    if (folder === dirname(folder)) return dirname(file);
  }
}
