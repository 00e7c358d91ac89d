/**
 * A content folder: every Markdown file in it, what they say about each other, and the registry that
 * they are filed by.
 */
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { validateFacets } from "../../domain/registry.ts";
import { displayPath } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { CliError, systemCode } from "../cli-error.ts";
import { readContentFile, type ContentFile } from "./content-file.ts";
import type { FileIssue } from "./file-fault.ts";
import { readRegistryFile, REGISTRY_FILE, type RegistryFile } from "./registry-file.ts";

export interface ContentFolder {
  /** Absolute path. */
  path: string;
  /** The files that could be understood, by path. */
  files: ContentFile[];
  /** Absent where the folder has none, or a faulty one: then only the service can dryRun slugs. */
  registry?: RegistryFile;
  issues: FileIssue[];
}

/** Files open at a time: well below the 256 that some systems allow. */
const FILES_AT_ONCE = 32;
/** Files after which progress is shown: fewer are read before anybody looks. */
const FILES_SHOWN = 32 * 32;

/**
 * Reads all `.md` files below a folder; what is hidden (a name with a dot in front) is passed over.
 *
 * @param folder absolute path
 * @param now seconds since 1970
 * @throws CliError if there is no such folder
 */
export async function readContentFolder(
  folder: string,
  now: number,
  progress?: Progress,
): Promise<ContentFolder> {
  const paths = await markdownPaths(folder);
  const read: (ContentFile | FileIssue[])[] = [];
  for (let start = 0; start < paths.length; start += FILES_AT_ONCE) {
    const some = paths.slice(start, start + FILES_AT_ONCE);
    read.push(...(await Promise.all(some.map((path) => readContentFile(path, now)))));
    if (read.length % FILES_SHOWN === 0) progress?.show("read", { done: read.length, total: paths.length });
  }
  const files = read.flatMap((result) => (Array.isArray(result) ? [] : [result]));
  const found = [...read.flatMap((result) => (Array.isArray(result) ? result : [])), ...clashes(files)];
  const registry = await readRegistryFile(join(folder, REGISTRY_FILE));
  // What a faulty registry does not say is no fault of the releases.
  if (Array.isArray(registry)) return { path: folder, files, issues: [...found, ...registry] };
  const issues = [...found, ...misfiled(files, registry)];
  return { path: folder, files, ...(registry !== undefined && { registry }), issues };
}

/** Values that the folder's registry does not hold; without one, only types can be known. */
function misfiled(files: readonly ContentFile[], registry: RegistryFile | undefined): FileIssue[] {
  return files.flatMap(({ release, issueAt }) => validateFacets(release, registry?.registry).map(issueAt));
}

async function markdownPaths(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.name.endsWith(".md") && !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter(
        (path) =>
          !relative(folder, path)
            .split(sep)
            .some((name) => name.startsWith(".")),
      )
      .sort();
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT")
      throw new CliError(`There is no folder ${displayPath(folder)}: name the one with the releases.`);
    if (code === "ENOTDIR")
      throw new CliError(`${displayPath(folder)} is not a folder: name the one that it is in.`);
    if (code === "EACCES")
      throw new CliError(`${displayPath(folder)} cannot be read: see to its permissions.`);
    throw error;
  }
}

/** Two files cannot be one release, nor share an address. */
function clashes(files: readonly ContentFile[]): FileIssue[] {
  const issues: FileIssue[] = [];
  const ids = new Map<string, string>();
  const addresses = new Map<string, string>();
  for (const { file, release, issueAt } of files) {
    const sameId = ids.get(release.id);
    if (sameId === undefined) ids.set(release.id, file);
    else {
      const message = `is that of ${displayPath(sameId)}: take the line out of the file that is a copy`;
      issues.push(issueAt({ path: "/id", message }));
    }
    const address = `${release.lang}/${release.slug}`;
    const sameAddress = addresses.get(address);
    if (sameAddress === undefined) addresses.set(address, file);
    else {
      const message = `${release.slug} is that of ${displayPath(sameAddress)} in ${release.lang}: give this one another`;
      issues.push(issueAt({ path: "/slug", message }));
    }
  }
  return issues;
}
