/**
 * The addresses of releases: language and slug.
 */
import { releasePath } from "../../domain/release.ts";
import { all, exists, first, type Sql } from "../../runtime/sql.ts";

interface Address {
  lang: string;
  slug: string;
}

/**
 * The id of the public release that has, or had, this address. An address that only an embargoed release has
 * costs the same look-ups as one that no release has.
 */
export function publicReleaseAt(sql: Sql, lang: string, slug: string): string | undefined {
  const query = "SELECT release FROM addresses WHERE lang = ? AND slug = ?";
  return first<{ release: string }>(sql, query, lang, slug)?.release;
}

/** Whether a release is, or was, public. For one that never was it costs the look-up of one that does not exist. */
export function wasPublic(sql: Sql, id: string): boolean {
  return exists(sql, "SELECT 1 FROM addresses WHERE release = ? LIMIT 1", id);
}

/** The id of the release that has, or had, this address, whether it is public or not. */
export function holderOf(sql: Sql, lang: string, slug: string): string | undefined {
  const query = "SELECT id FROM releases WHERE lang = ? AND slug = ? AND first_seen IS NULL";
  return publicReleaseAt(sql, lang, slug) ?? first<{ id: string }>(sql, query, lang, slug)?.id;
}

/** Gives a public release its address, for good. */
export function keepAddress(sql: Sql, { id, lang, slug }: Address & { id: string }): void {
  sql.exec("INSERT OR IGNORE INTO addresses (lang, slug, release) VALUES (?, ?, ?)", lang, slug, id);
}

/** The path of a release's current page; of a killed release, the page that says so. */
export function currentPath(sql: Sql, id: string): string {
  const address = first<Address>(sql, "SELECT lang, slug FROM releases WHERE id = ?", id);
  if (address === undefined) throw new TypeError(`no release ${id}`);
  return releasePath(address);
}

/** The paths that a release had before its current one. */
export function retiredPaths(sql: Sql, id: string): string[] {
  return all<Address>(
    sql,
    `SELECT a.lang, a.slug FROM addresses a JOIN releases r ON r.id = a.release
     WHERE a.release = ? AND (a.lang, a.slug) <> (r.lang, r.slug) ORDER BY a.lang, a.slug`,
    id,
  ).map(releasePath);
}
