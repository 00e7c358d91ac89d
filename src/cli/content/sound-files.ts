/**
 * What of a folder with faults can be published: a fault stops only what depends on it.
 */
import { readFile } from "node:fs/promises";
import { defined } from "../../domain/defined.ts";
import { displayPath } from "../paths.ts";
import type { ContentFile } from "./content-file.ts";
import type { ContentFolder } from "./content-folder.ts";
import type { FileIssue } from "./file-issue.ts";
import { parseFrontMatter } from "./front-matter.ts";

/** What identifies a release, as far as a file says it. */
type Identity = Partial<Record<"id" | "lang" | "slug" | "group", string | undefined>>;
export type FaultyFile = Identity & { file: string };

export interface SoundFolder extends ContentFolder {
  /** The files that are left out. */
  faulty: FaultyFile[];
}

/** The files that no fault concerns. `issues`: all faults, also of files that conflict with a faulty one. */
export async function soundPart(folder: ContentFolder): Promise<SoundFolder> {
  const { issues } = folder;
  const drafts = new Set(folder.drafts.map(({ file }) => file));
  // A draft is never sent, so nobody has to wait for it.
  const others = issues.flatMap(({ file, other }) =>
    other === undefined || drafts.has(file) ? [] : [other],
  );
  const faulty = new Set([...issues.map(({ file }) => file), ...others]);
  const read = new Map([...folder.files, ...folder.drafts].map((content) => [content.file, content]));
  const identities = await Promise.all(
    [...faulty].map(async (file) => ({ file, ...(read.get(file)?.release ?? (await identityIn(file))) })),
  );
  const candidates = folder.files.filter(({ file }) => !faulty.has(file));
  const dependent: FileIssue[] = [];
  const files = candidates.filter((content) => {
    for (const other of identities) {
      // Of files that could be read, `issues` has the conflicts.
      const path = read.has(other.file) ? undefined : sharedField(content, other);
      if (path === undefined) continue;
      const message = `is also that of ${displayPath(other.file)}, which has faults: correct that first`;
      dependent.push(content.issueAt({ path, message }));
      return false;
    }
    return true;
  });
  return {
    ...folder,
    files,
    drafts: folder.drafts.filter(({ file }) => !faulty.has(file)),
    issues: [...issues, ...dependent],
    faulty: identities,
  };
}

/** The files that follow a correction in a group with a faulty file, each with its fault. */
export function followersOf(
  files: readonly ContentFile[],
  faulty: readonly FaultyFile[],
): Map<ContentFile, FileIssue> {
  const groups = new Map(faulty.flatMap(({ group, file }) => (group === undefined ? [] : [[group, file]])));
  const followers = new Map<ContentFile, FileIssue>();
  for (const content of files) {
    const { follows, group = "" } = content.release;
    const other = groups.get(group);
    if (follows === undefined || other === undefined || other === content.file) continue;
    const message = `waits for ${displayPath(other)}, which has faults`;
    followers.set(content, content.issueAt({ path: "/follows", message }));
  }
  return followers;
}

function sharedField({ release }: ContentFile, other: Identity): string | undefined {
  if (other.id === release.id) return "/id";
  if (other.lang !== release.lang) return undefined;
  if (other.slug === release.slug) return "/slug";
  return release.group !== undefined && other.group === release.group ? "/group" : undefined;
}

/** What a file that is not valid says of itself, line by line where it is no YAML. */
async function identityIn(file: string): Promise<Identity> {
  const text = await readFile(file, "utf8").catch(() => "");
  const parsed = parseFrontMatter(text);
  const fields = Array.isArray(parsed) ? {} : (parsed.fields as Record<string, unknown>);
  const said = (name: keyof Identity): string | undefined => {
    const value = fields[name] ?? new RegExp(`^${name}:\\s*["']?([\\w-]+)`, "m").exec(text)?.[1];
    return typeof value === "string" ? value : undefined;
  };
  const [id, lang, slug, group] = [said("id")?.toLowerCase(), said("lang"), said("slug"), said("group")];
  return defined({ id, lang, slug, group });
}
