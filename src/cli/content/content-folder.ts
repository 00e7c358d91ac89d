/**
 * Reads a content folder: its Markdown files, conflicts between them, the registry of their facets, and the site.
 */
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { defined } from "../../domain/defined.ts";
import { nameNearest, validateFacets } from "../../domain/registry.ts";
import { displayPath } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { CliError, systemCode } from "../cli-error.ts";
import { type ContentFile, type FaultyContent, issuesBeside, readContentFile } from "./content-file.ts";
import type { FileIssue } from "./file-issue.ts";
import { LocalFiles } from "./local-files.ts";
import { readRegistryFile, REGISTRY_FILE, type RegistryFile } from "./registry-file.ts";
import { readSiteFiles, type SiteFiles } from "./site-files.ts";

export interface ContentFolder {
  /** Absolute path. */
  path: string;
  /** The valid files that are no drafts, sorted by path. */
  files: ContentFile[];
  /** The valid files that are checked and never sent. */
  drafts: ContentFile[];
  /** Absent if the folder has no registry, or a faulty one: then only the service can check slugs. */
  registry?: RegistryFile;
  /** Absent if the folder says nothing of the site, or has a fault in what it says. */
  site?: SiteFiles;
  issues: FileIssue[];
  /** The files with faults, as far as they can be judged. */
  rests: NonNullable<FaultyContent["rest"]>[];
  /** Absolute paths of files that look like releases and are not read. */
  passedOver: string[];
}

const FOLDER_PROBLEMS: Partial<Record<string, string>> = {
  ENOENT: "does not exist: name the folder that holds the releases",
  ENOTDIR: "is not a folder: name the folder that holds it",
  EACCES: "cannot be read: check its permissions",
};
/** Files open at the same time: well below the limit of 256 of some systems. */
const FILES_AT_ONCE = 32;
/** Files between two updates of the progress: fewer are read in an instant. */
const FILES_SHOWN = 32 * 32;

/**
 * Reads all `.md` files below a folder, at any depth. Hidden files and folders and every `README.md` are
 * skipped.
 *
 * @param folder absolute path
 * @param now seconds since 1970: dates after it are faults
 * @throws CliError if the folder does not exist
 */
export async function readContentFolder(
  folder: string,
  progress?: Progress,
  now = Date.now() / 1000,
): Promise<ContentFolder> {
  const { paths, passedOver } = await findFiles(folder);
  const local = new LocalFiles(folder);
  const read: (ContentFile | FaultyContent)[] = [];
  for (let start = 0; start < paths.length; start += FILES_AT_ONCE) {
    const some = paths.slice(start, start + FILES_AT_ONCE);
    read.push(...(await Promise.all(some.map((path) => readContentFile(path, now, local)))));
    if (read.length % FILES_SHOWN === 0) progress?.show("read", { done: read.length, total: paths.length });
  }
  const valid = read.flatMap((result) => ("issues" in result ? [] : [result]));
  const faulty = read.flatMap((result) => ("issues" in result ? [result] : []));
  const rests = faulty.flatMap(({ rest }) => rest ?? []);
  const drafts = valid.filter(({ isDraft }) => isDraft);
  const files = valid.filter(({ isDraft }) => !isDraft);
  // Drafts last: of two files with one slug, the draft is the one to change.
  const all = [...files, ...drafts];
  const siteFiles = await readSiteFiles(folder, local);
  const [site, siteIssues] = Array.isArray(siteFiles) ? [undefined, siteFiles] : [siteFiles, []];
  const content = { path: folder, files, drafts, passedOver, rests, ...defined({ site }) };
  const found = [...faulty.flatMap(({ issues }) => issues), ...conflicts(all), ...siteIssues];
  const registry = await readRegistryFile(join(folder, REGISTRY_FILE));
  // A faulty registry says nothing about the facets of the releases.
  if (Array.isArray(registry)) return { ...content, issues: [...found, ...registry] };
  // Without a registry, only release types are checked.
  const facetIssuesIn = ({ release }: ContentFile) =>
    nameNearest(validateFacets(release, registry?.content), registry?.content);
  const facetIssues = [
    ...all.flatMap((file) => facetIssuesIn(file).map(file.issueAt)),
    ...rests.flatMap((rest) => issuesBeside(rest, facetIssuesIn(rest))),
  ];
  return { ...content, ...defined({ registry }), issues: [...found, ...facetIssues] };
}

/** Markdown under another name, such as `a.MD`, `a.markdown`, `a.md.txt` of Notepad, or `a.md~`. */
const LIKE_MARKDOWN = /\.(?:md|mdx|mkd|mkdn|mdwn|mdown|markdown)(?:[.~ _-][^/\\]*)?$/i;

/** One line for each file that is not read although it looks like a release. */
export function passedOverLines({ passedOver }: ContentFolder): string[] {
  return passedOver.map((file) => `${displayPath(file)}: passed over: the name of a release ends in .md`);
}

/** The `.md` files below a folder that may be releases, sorted. @throws CliError if the folder does not exist */
export async function listContentFiles(folder: string): Promise<string[]> {
  return (await findFiles(folder)).paths;
}

/** @throws CliError if the folder does not exist, or is none */
export async function assertFolder(folder: string): Promise<void> {
  await readdir(folder).catch((error: unknown) => refuseFolder(folder, error));
}

function refuseFolder(folder: string, error: unknown): never {
  const problem = FOLDER_PROBLEMS[systemCode(error) ?? ""];
  throw problem === undefined ? error : new CliError(`${displayPath(folder)} ${problem}.`);
}

async function findFiles(folder: string): Promise<{ paths: string[]; passedOver: string[] }> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => !entry.isDirectory() && !/^readme\./i.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !`${sep}${relative(folder, path)}`.includes(`${sep}.`))
      .sort();
    const paths = files.filter((path) => path.endsWith(".md"));
    const passedOver = files.filter((path) => !path.endsWith(".md") && LIKE_MARKDOWN.test(path));
    return { paths, passedOver };
  } catch (error) {
    return refuseFolder(folder, error);
  }
}

/** Two files with the same id, with the same slug in one language, or with the same group in one language. */
function conflicts(files: readonly ContentFile[]): FileIssue[] {
  const issues: FileIssue[] = [];
  const owners = new Map<string, string>();
  for (const { file, release, issueAt } of files) {
    const { id, lang, slug, group = id, status } = release;
    const unique: [key: string, path: string, message: (other: string) => string][] = [
      [id, "/id", (other) => `is also the id of ${other}: remove the line from the file that is a copy`],
      [
        `${lang}/${slug}`,
        "/slug",
        (other) => `${slug} is also the slug of ${other} in ${lang}: change one of them`,
      ],
      [
        `${lang} ${group}`,
        "/group",
        (other) =>
          `${group} is also the group of ${other} in ${lang}: a group has one release in each language; ` +
          "change one of them",
      ],
    ];
    for (const [key, path, message] of unique) {
      // A killed release leaves its place in the group to another one.
      if (path === "/group" && status === "killed") continue;
      const owner = owners.get(key);
      if (owner === undefined) {
        owners.set(key, file);
        continue;
      }
      issues.push({ ...issueAt({ path, message: message(displayPath(owner)) }), other: owner });
      // A copy that kept its id has the same group for that reason alone.
      if (path === "/id") break;
    }
  }
  return issues;
}
