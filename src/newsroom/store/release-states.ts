/**
 * The states of all releases, by id: for the office, which compares them with its files.
 */
import { formatInstant, type Instant } from "../../domain/dates.ts";
import { defined } from "../../domain/defined.ts";
import { type BehindView, releasePath, type Status } from "../../domain/release.ts";
import { all, type Sql } from "../../runtime/sql.ts";
import { STATES_PER_PAGE } from "../limits.ts";
import { behindView } from "./release-views.ts";

/** The present state of a release, whatever its status. */
export interface StateView {
  id: string;
  status: Status;
  edition: number;
  url: string;
  /** SHA-256 of the content, in hexadecimal digits. */
  hash: string;
  embargo?: string;
  /** Why it is withdrawn or killed. */
  reason?: string;
  behind?: BehindView;
  /** Of the present edition, if it is a further one of a published release: a further edition can correct it. */
  note?: string | null;
}

/** `next` is the `after` of the next page; null on the last one. */
export interface StatesPage {
  data: StateView[];
  next: string | null;
}

interface StateRow {
  id: string;
  lang: string;
  slug: string;
  status: Status;
  edition: number;
  hash: string;
  embargo: Instant | null;
  reason: string | null;
  behind: string | null;
  behindEdition: number | null;
  isFurther: number;
  note: string | null;
}

/** @param after the last id of the page before; "": from the first on */
export function listStates(sql: Sql, baseUrl: string, after: string): StatesPage {
  const rows = all<StateRow>(
    sql,
    `SELECT r.id, r.lang, r.slug, r.status, r.edition, r.hash, r.embargo, r.reason, r.behind,
       r.behind_edition AS "behindEdition", e.release IS NOT NULL AS "isFurther", e.note
     FROM releases r LEFT JOIN editions e ON e.release = r.id AND e.edition = r.edition
       AND r.status = 'published' AND r.edition > r.first_seen
     WHERE r.id > ? ORDER BY r.id LIMIT ?`,
    after,
    STATES_PER_PAGE + 1,
  );
  const data = rows.slice(0, STATES_PER_PAGE).map((row): StateView => {
    const { id, status, edition, hash, embargo } = row;
    return {
      id,
      status,
      edition,
      url: baseUrl + releasePath(row),
      hash,
      ...defined({
        embargo: embargo === null ? undefined : formatInstant(embargo),
        reason: row.reason ?? undefined,
        behind: behindView(sql, baseUrl, row),
        note: row.isFurther === 1 ? row.note : undefined,
      }),
    };
  });
  return { data, next: rows.length > data.length ? (data.at(-1)?.id ?? null) : null };
}
