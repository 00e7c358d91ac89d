/**
 * Which releases each sitemap names. A release is in the sitemap of its first event, for good: so a change concerns
 * one sitemap, however many releases there are.
 */
import type { Instant } from "../../domain/dates.ts";
import { releasePath } from "../../domain/release.ts";
import { all, column, exists, type Sql } from "../../runtime/sql.ts";
import { EVENTS_PER_SITEMAP, NEWS_ITEMS_MAX, NEWS_SITEMAP_ITEMS_MIN } from "../limits.ts";
import { markWrittenStale } from "./stale-documents.ts";

/** A release that readers see, as sitemaps name it. */
export interface SitemapRelease {
  lang: string;
  slug: string;
  group: string;
  /** When it changed last, in any way. */
  changed: Instant;
}

export interface NewestRelease extends SitemapRelease {
  status: "published" | "withdrawn";
  title: string;
  published: Instant;
}

const VISIBLE = "status IN ('published', 'withdrawn')";
const CHANGED = "(SELECT at FROM events v WHERE v.release = r.id ORDER BY sequence DESC LIMIT 1) AS changed";
/** The visible releases whose first event is in a span of sequences. */
const OF_SITEMAP = `FROM events f JOIN releases r ON r.id = f.release
  WHERE f.sequence BETWEEN ? AND ? AND r.${VISIBLE}
    AND NOT EXISTS (SELECT 1 FROM events b WHERE b.release = f.release AND b.sequence < f.sequence)`;
const ANY_OF_SITEMAP = `SELECT 1 ${OF_SITEMAP} LIMIT 1`;
const RELEASES_OF_SITEMAP = `SELECT r.lang, r.slug, r."group", ${CHANGED} ${OF_SITEMAP} ORDER BY f.sequence`;
const NEWEST = `
  SELECT r.lang, r.slug, r."group", r.status, r.published, json_extract(e.content, '$.title') AS title, ${CHANGED}
  FROM releases r JOIN editions e ON e.release = r.id AND e.edition = r.edition
  WHERE r.${VISIBLE} AND r.published`;
const NEWEST_SINCE = `${NEWEST} >= ? ORDER BY r.published DESC LIMIT ?`;
const NEWEST_BEFORE = `${NEWEST} < ? ORDER BY r.published DESC LIMIT ?`;
const PAGES = `SELECT lang, slug, "group" FROM releases
  WHERE "group" IN (SELECT value FROM json_each(?)) AND ${VISIBLE} ORDER BY lang`;

/** Notes a change of what sitemaps say of a release. The caller holds the transaction. */
export function noteSitemapChange(sql: Sql, release: string, at: Instant): void {
  const [first] = column<number | null>(sql, "SELECT min(sequence) FROM events WHERE release = ?", release);
  if (first === null || first === undefined) return;
  const file = Math.floor((first - 1) / EVENTS_PER_SITEMAP);
  sql.exec("INSERT OR REPLACE INTO sitemaps (file, changed) VALUES (?, ?)", file, at);
  markWrittenStale(sql, [{ kind: "sitemap", file }, { kind: "sitemaps" }, { kind: "news-sitemap" }]);
}

/** The sitemaps that name a release, and when each changed last. */
export function listSitemaps(sql: Sql): { file: number; changed: Instant }[] {
  const files = all<{ file: number; changed: Instant }>(
    sql,
    "SELECT file, changed FROM sitemaps ORDER BY file",
  );
  return files.filter(({ file }) => exists(sql, ANY_OF_SITEMAP, ...sequencesOf(file)));
}

/** The releases of one sitemap, oldest first. */
export function releasesInSitemap(sql: Sql, file: number): SitemapRelease[] {
  return all(sql, RELEASES_OF_SITEMAP, ...sequencesOf(file));
}

function sequencesOf(file: number): [first: number, last: number] {
  return [file * EVENTS_PER_SITEMAP + 1, (file + 1) * EVENTS_PER_SITEMAP];
}

/** The releases published since an instant, newest first, and some before it if they are few. */
export function newestReleases(sql: Sql, since: Instant): NewestRelease[] {
  const news = all<NewestRelease>(sql, NEWEST_SINCE, since, NEWS_ITEMS_MAX);
  const missing = Math.max(0, NEWS_SITEMAP_ITEMS_MIN - news.length);
  return [...news, ...all<NewestRelease>(sql, NEWEST_BEFORE, since, missing)];
}

/** The pages of the visible releases of each group. */
export function pagesByGroup(
  sql: Sql,
  releases: readonly { group: string }[],
): Map<string, { lang: string; path: string }[]> {
  const groups = JSON.stringify([...new Set(releases.map(({ group }) => group))]);
  const rows = all<{ lang: string; slug: string; group: string }>(sql, PAGES, groups);
  return new Map(
    [...Map.groupBy(rows, ({ group }) => group)].map(([group, pages]) => [
      group,
      pages.map((page) => ({ lang: page.lang, path: releasePath(page) })),
    ]),
  );
}
