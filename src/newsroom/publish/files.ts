/**
 * What a release may say of files: the ledger knows which ones the service holds.
 */
import { formatFileReference } from "../../domain/file.ts";
import type { Issue } from "../../domain/issues.ts";
import type { PreparedRelease } from "../../domain/release.ts";
import { typeOfFile, wrongName } from "../../files/types.ts";
import { withImageSizes } from "../../markdown/image-sizes.ts";
import type { Sql } from "../../runtime/sql.ts";
import { findFile } from "../store/files.ts";

/** `missing`: an issue for each file that was not uploaded, with its SHA256/NAME. */
export interface FileIssues {
  issues: Issue[];
  missing: { file: string; issue: Issue }[];
}

/** The release with the size of each image of the service in its HTML: the ledger knows it, the renderer does not. */
export function withSizes(sql: Sql, prepared: PreparedRelease): PreparedRelease {
  if (prepared.files.length === 0) return prepared;
  const html = withImageSizes(prepared.html, ({ sha256 }) => {
    const { width, height } = findFile(sql, sha256) ?? { width: null, height: null };
    return width === null || height === null ? undefined : { width, height };
  });
  return { ...prepared, html };
}

/** Issues of the files that a release names. */
export function checkFiles(sql: Sql, { files }: PreparedRelease): FileIssues {
  const found: FileIssues = { issues: [], missing: [] };
  for (const { path, line, ...file } of files) {
    const stored = findFile(sql, file.sha256);
    const at = { path, ...(line !== undefined && { line }) };
    if (stored === undefined) {
      const message = `${file.name} is not uploaded: first PUT /api/v1/files/${file.sha256}`;
      found.missing.push({ file: formatFileReference(file), issue: { ...at, message } });
    } else if (typeOfFile(stored.content, file.name) === undefined) {
      found.issues.push({ ...at, message: `${file.name} ${wrongName(stored.content, file.name)}` });
    }
  }
  return found;
}
