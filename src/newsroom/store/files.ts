/**
 * The files whose bytes KV holds, and which of them the public sees.
 */
import { defined } from "../../domain/defined.ts";
import { type FileReference, filePath, parseFileReference, type StoredFile } from "../../domain/file.ts";
import type { AttachmentView, ImageView, ReleaseInput } from "../../domain/release.ts";
import { typeOfFile } from "../../files/types.ts";
import type { LogoImage } from "../../domain/site.ts";
import { all, column, exists, first, type Sql } from "../../runtime/sql.ts";

/** Whether readers see a file under a name. `gone`: only killed releases used it; the latest of them. */
export type FileState = { kind: "visible" } | { kind: "gone"; release: string };

/** @returns whether the ledger did not have it yet */
export function addFile(sql: Sql, { sha256, bytes, content, width, height }: StoredFile): boolean {
  if (findFile(sql, sha256) !== undefined) return false;
  sql.exec(
    "INSERT INTO files (sha256, bytes, content, width, height) VALUES (?, ?, ?, ?, ?)",
    sha256,
    bytes,
    content,
    width,
    height,
  );
  return true;
}

export function findFile(sql: Sql, sha256: string): StoredFile | undefined {
  return first(sql, "SELECT sha256, bytes, content, width, height FROM files WHERE sha256 = ?", sha256);
}

/** The files that an edition names. */
export function filesOfEdition(sql: Sql, release: string, edition: number): FileReference[] {
  const query = "SELECT f.value FROM editions e, json_each(e.files) f WHERE e.release = ? AND e.edition = ?";
  return column<string>(sql, query, release, edition).flatMap((text) => parseFileReference(text) ?? []);
}

/**
 * Replaces the files that an owner uses in public.
 *
 * @param owner the id of a release, or {@link SITE_OWNER}
 * @returns the files that it used before or uses now
 */
export function replaceUses(sql: Sql, owner: string, files: readonly FileReference[]): FileReference[] {
  const before = all<FileReference>(sql, "SELECT sha256, name FROM file_uses WHERE owner = ?", owner);
  sql.exec("DELETE FROM file_uses WHERE owner = ?", owner);
  for (const { sha256, name } of files) {
    sql.exec("INSERT INTO file_uses (sha256, name, owner) VALUES (?, ?, ?)", sha256, name, owner);
  }
  return [...before, ...files];
}

/** The owner of the files that the site itself shows. */
export const SITE_OWNER = "site";

/** The logo of the site; undefined if it names none. @param file `SHA256/NAME` */
export function logoView(sql: Sql, baseUrl: string, file: string | undefined): LogoImage | undefined {
  if (file === undefined) return undefined;
  const { url, type, stored } = fileView(sql, baseUrl, file);
  return { url, type, width: stored.width, height: stored.height };
}

/** Whether the site, or the edition of a release that readers see or saw last, names the file under this name. */
export function isUsed(sql: Sql, { sha256, name }: FileReference): boolean {
  return exists(sql, "SELECT 1 FROM file_uses WHERE sha256 = ? AND name = ? LIMIT 1", sha256, name);
}

/** What readers find under a name; undefined if no public release uses it. */
export function fileState(sql: Sql, { sha256, name }: FileReference): FileState | undefined {
  const owner = first<{ release: string; status: string }>(
    sql,
    `SELECT u.owner AS release, ifnull(r.status, 'published') AS status
     FROM file_uses u LEFT JOIN releases r ON r.id = u.owner
     WHERE u.sha256 = ? AND u.name = ? AND (r.id IS NOT NULL OR u.owner = ?)
     ORDER BY r.status = 'killed', r.updated DESC, r.id LIMIT 1`,
    sha256,
    name,
    SITE_OWNER,
  );
  if (owner === undefined) return undefined;
  return owner.status === "killed" ? { kind: "gone", release: owner.release } : { kind: "visible" };
}

/** The type under a name. A later version may know an ending no more; the file stays what its bytes are. */
export function servedType({ content }: StoredFile, name: string): string {
  return typeOfFile(content, name) ?? content;
}

/** The attachments of a release with the true URL, type and size of each file that the service holds. */
export function attachmentViews(
  sql: Sql,
  baseUrl: string,
  attachments: ReleaseInput["attachments"],
): AttachmentView[] {
  return attachments.map(({ url = "", file, type = "", title, size }): AttachmentView => {
    if (file === undefined) return { url, type, ...defined({ title, size }) };
    const { stored, ...shown } = fileView(sql, baseUrl, file);
    return {
      url: shown.url,
      type: shown.type,
      ...defined({ title }),
      size: stored.bytes,
      sha256: stored.sha256,
    };
  });
}

export function imageView(sql: Sql, baseUrl: string, image: NonNullable<ReleaseInput["image"]>): ImageView {
  const { url = "", file, alt, credit, caption } = image;
  const words = { alt, ...defined({ credit, caption }) };
  if (file === undefined) return { url, ...words };
  const { stored, ...shown } = fileView(sql, baseUrl, file);
  const { sha256, width, height } = stored;
  const size = width === null || height === null ? {} : { width, height };
  return { url: shown.url, ...words, type: shown.type, ...size, sha256 };
}

/** @param file `SHA256/NAME` of an edition, which the ledger took because it knew the file */
function fileView(
  sql: Sql,
  baseUrl: string,
  file: string,
): { url: string; type: string; stored: StoredFile } {
  const reference = parseFileReference(file);
  const stored = reference && findFile(sql, reference.sha256);
  if (reference === undefined || stored === undefined) {
    throw new TypeError(`an edition names a file that the ledger lacks: ${file}`);
  }
  return { url: baseUrl + filePath(reference), type: servedType(stored, reference.name), stored };
}
