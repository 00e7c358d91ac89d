/**
 * The titles of releases, for people who read a log.
 */
import { all, type Sql } from "../../runtime/sql.ts";

export interface ReleaseTitle {
  id: string;
  lang: string;
  title: string;
}

/** The present titles of those releases that everybody may read: published or withdrawn. */
export function readTitles(sql: Sql, ids: readonly string[]): ReleaseTitle[] {
  return all<ReleaseTitle>(
    sql,
    `SELECT r.id, r.lang, e.content ->> '$.title' AS title
     FROM releases r JOIN editions e ON e.release = r.id AND e.edition = r.edition
     WHERE r.status IN ('published', 'withdrawn') AND r.id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
}
