/**
 * Puts the addresses of uploaded files where a content file has paths: in its fields and in its text.
 */
import { filePath, formatFileReference } from "../../domain/file.ts";
import { invalid, type Issue, ok, type Result } from "../../domain/issues.ts";
import type { ReleaseInput } from "../../domain/release.ts";
import { linkTargets, mayHavePaths } from "../../markdown/link-targets.ts";
import { applyPatches, type Patch } from "../../markdown/parse.ts";
import type { LocalFile, LocalFiles } from "./local-files.ts";

/** A path from the file itself, with the ending of a file. Without one it may be the slug of another release. */
const LOCAL = /^(?![a-z][a-z0-9+.-]*:|[/#?])[^?#]*\.[a-z0-9]{1,5}(?=$|[?#])/i;

/** A release as the service takes it, and the files that it names. */
export interface WithFiles {
  release: ReleaseInput;
  files: LocalFile[];
}

/**
 * @param from absolute path of the content file
 * @param release with paths in `file`
 */
export async function nameFiles(
  release: ReleaseInput,
  from: string,
  local: LocalFiles,
): Promise<Result<WithFiles>> {
  const files: LocalFile[] = [];
  const issues: Issue[] = [];
  const find = async (named: string, issue: Omit<Issue, "message">): Promise<LocalFile | undefined> => {
    const found = await local.find(from, named);
    if (typeof found === "string") issues.push({ ...issue, message: found });
    else files.push(found);
    return typeof found === "string" ? undefined : found;
  };
  const inField = async <T extends { file?: string | undefined }>(field: T, path: string): Promise<T> => {
    if (field.file === undefined) return field;
    const found = await find(field.file, { path: `${path}/file` });
    return found === undefined ? field : { ...field, file: formatFileReference(found) };
  };
  const attachments: ReleaseInput["attachments"] = [];
  // One after the other, so that files are uploaded in the order in which they are named.
  for (const [index, each] of release.attachments.entries()) {
    attachments.push(await inField(each, `/attachments/${index}`));
  }
  const image = release.image && (await inField(release.image, "/image"));
  const patches: Patch[] = [];
  for (const { target, line, place } of mayHavePaths(release.body) ? linkTargets(release.body) : []) {
    const path = LOCAL.exec(target)?.[0];
    if (path === undefined) continue;
    const found = await find(decoded(path), { path: "/body", line });
    if (found === undefined) continue;
    if (place === undefined) {
      issues.push({
        path: "/body",
        line,
        message: `${target} cannot be replaced: write the link on one line`,
      });
    } else {
      // What follows the path, such as `#page=2`, stays.
      patches.push({ ...place, text: filePath(found) + target.slice(path.length) });
    }
  }
  if (issues.length > 0) return invalid(...issues);
  const body = applyPatches(release.body, patches);
  return ok({ release: { ...release, attachments, ...(image && { image }), body }, files });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
