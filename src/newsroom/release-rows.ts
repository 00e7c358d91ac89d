/**
 * The rows of one release in the ledger: where it stands, its editions, its addresses, and the
 * indexes by which lists find it.
 */
import type { Sql } from "./metered-sql.ts";
import { FACET_FIELDS, searchableWords } from "../domain/filter.ts";
import type { Instant } from "../domain/instant.ts";
import { FACETS, type PreparedRelease, type ReleaseInput, type Status } from "../domain/release.ts";
import { contentJson, type EditionContent, parseContent } from "./edition-content.ts";

/** A release as it stands, with its present edition. */
export interface ReleaseRow {
  id: string;
  lang: string;
  slug: string;
  group: string;
  status: Status;
  edition: number;
  /** Null as long as nobody has seen it. */
  firstSeen: number | null;
  embargo: Instant | null;
  published: Instant | null;
  updated: Instant | null;
  reason: string | null;
  stale: number;
  /** Canonical JSON of the present edition. */
  content: string;
  /** Of the present edition. */
  note: string | null;
  summary: string;
  text: string;
}

/** How many releases of a language lists find under a value of a field. */
export interface FilingCount {
  lang: string;
  field: string;
  value: string;
  count: number;
}

export class ReleaseRows {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  get(id: string): ReleaseRow | undefined {
    const [row] = this.#sql.exec<ReleaseRow & Record<string, SqlStorageValue>>(
      `SELECT r.id, r.lang, r.slug, r."group", r.status, r.edition, r.first_seen AS "firstSeen", r.embargo,
              r.published, r.updated, r.reason, r.stale, e.content, e.note, e.summary, e.text
       FROM releases r JOIN editions e ON e.release = r.id AND e.edition = r.edition WHERE r.id = ?`,
      id,
    );
    return row;
  }

  /** The other release that has, or had, this address. */
  holderOfAddress({ id, lang, slug }: { id: string; lang: string; slug: string }): string | undefined {
    const [row] = this.#sql.exec<{ release: string }>(
      "SELECT release FROM addresses WHERE lang = ? AND slug = ? AND release <> ?",
      lang,
      slug,
      id,
    );
    return row?.release;
  }

  /** Adds an edition and makes it the present one; how the release stands is not touched. */
  addEdition(prepared: PreparedRelease, edition: number, embargo: Instant | null, nowMs: number): void {
    const { input } = prepared;
    this.#sql.exec(
      `INSERT INTO editions (release, edition, accepted_ms, content, embargo, change, note, html, text, summary)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      input.id,
      edition,
      nowMs,
      contentJson(input),
      embargo,
      input.change ?? null,
      input.note ?? null,
      prepared.html,
      prepared.text,
      prepared.summary,
    );
    this.#sql.exec(
      `INSERT INTO releases (id, lang, slug, "group", status, edition, embargo, bytes)
       VALUES (?1, ?2, ?3, ?4, 'embargoed', ?5, ?6, ?7)
       ON CONFLICT (id) DO UPDATE
       SET lang = ?2, slug = ?3, "group" = ?4, edition = ?5, embargo = ?6, bytes = ?7, stale = 0`,
      input.id,
      input.lang,
      input.slug,
      input.group ?? input.id,
      edition,
      embargo,
      entryBytes(prepared),
    );
    this.#keepAddress(input);
  }

  /** Changes how a release stands. */
  update(
    id: string,
    fields: Partial<
      Pick<ReleaseRow, "status" | "firstSeen" | "embargo" | "published" | "updated" | "reason">
    > & {
      readersNote?: string | null;
    },
  ): void {
    const columns = { firstSeen: "first_seen", readersNote: "note" } as Record<string, string>;
    const entries = Object.entries(fields);
    this.#sql.exec(
      `UPDATE releases SET ${entries.map(([name]) => `${columns[name] ?? name} = ?`).join(", ")} WHERE id = ?`,
      ...entries.map(([, value]) => value),
      id,
    );
  }

  /** The siblings that everybody may see fall behind a corrected one. */
  markSiblingsStale(id: string, group: string): string[] {
    return this.#sql
      .exec<{ id: string }>(
        `UPDATE releases SET stale = 1
         WHERE "group" = ? AND id <> ? AND status IN ('published', 'withdrawn') RETURNING id`,
        group,
        id,
      )
      .toArray()
      .map((row) => row.id);
  }

  /**
   * Lists and search find the release by its present edition, or not at all.
   *
   * @returns whether lists find it otherwise than before
   */
  file(id: string): boolean {
    const row = this.get(id);
    if (row === undefined || row.published === null) return false;
    const content = parseContent(row.content);
    const after = isListed(row) ? filingsOf(content) : [];
    const before = this.#sql
      .exec<{ field: string; value: string }>(
        "DELETE FROM filings WHERE published = ? RETURNING field, value",
        row.published,
      )
      .toArray();
    // Deleting what is not there would leave a tombstone in every segment of the index of words.
    if (before.length > 0) this.#sql.exec("DELETE FROM search WHERE rowid = ?", row.published);
    for (const [field, value] of after) {
      this.#sql.exec(
        "INSERT OR IGNORE INTO filings (field, value, published) VALUES (?, ?, ?)",
        field,
        value,
        row.published,
      );
    }
    if (after.length > 0) {
      this.#sql.exec(
        "INSERT INTO search (rowid, words) VALUES (?, ?)",
        row.published,
        searchableWords({ title: content.title, summary: row.summary, text: row.text }).join(" "),
      );
    }
    const beforePairs = before.map(({ field, value }): [string, string] => [field, value]);
    if (samePairs(beforePairs, after)) return false;
    this.#count(beforePairs, -1);
    this.#count(after, 1);
    return true;
  }

  #count(filings: readonly [field: string, value: string][], by: 1 | -1): void {
    const lang = filings.find(([field]) => field === "lang")?.[1];
    if (lang === undefined) return;
    for (const [field, value] of filings) {
      this.#sql.exec(
        `INSERT INTO filing_counts (lang, field, value, count) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET count = count + excluded.count`,
        lang,
        field,
        value,
        by,
      );
    }
  }

  filingCounts(): FilingCount[] {
    return this.#sql
      .exec<FilingCount & Record<string, SqlStorageValue>>(
        "SELECT lang, field, value, count FROM filing_counts WHERE count > 0 ORDER BY lang, field, value",
      )
      .toArray();
  }

  isTaken(published: Instant): boolean {
    return this.#sql.exec("SELECT 1 FROM releases WHERE published = ?", published).toArray().length > 0;
  }

  /** How many releases have their instant from `first` up to but not including `end`. */
  countBetween(first: Instant, end: Instant): number {
    return this.#sql
      .exec<{ count: number }>(
        "SELECT count(*) AS count FROM releases WHERE published >= ? AND published < ?",
        first,
        end,
      )
      .one().count;
  }

  embargoesUpTo(now: Instant, limit: number): string[] {
    return this.#sql
      .exec<{ id: string }>(
        "SELECT id FROM releases WHERE embargo <= ? ORDER BY embargo, id LIMIT ?",
        now,
        limit,
      )
      .toArray()
      .map(({ id }) => id);
  }

  nextEmbargo(): Instant | undefined {
    const row = this.#sql.exec<{ next: number | null }>(
      "SELECT min(embargo) AS next FROM releases WHERE embargo IS NOT NULL",
    );
    return row.one().next ?? undefined;
  }

  /** The embargo that an edition was accepted with. */
  embargoOfEdition(id: string, edition: number): Instant | null {
    return this.#sql
      .exec<{ embargo: number | null }>(
        "SELECT embargo FROM editions WHERE release = ? AND edition = ?",
        id,
        edition,
      )
      .one().embargo;
  }

  /** The sequence of a release's latest event. */
  lastEvent(id: string): number | null {
    return this.#sql
      .exec<{ last: number | null }>("SELECT max(sequence) AS last FROM events WHERE release = ?", id)
      .one().last;
  }

  /** An address that nobody has seen is given back; one that somebody has seen stays the release's. */
  #keepAddress({ id, lang, slug }: ReleaseInput): void {
    this.#sql.exec(
      "DELETE FROM addresses WHERE release = ? AND (SELECT first_seen FROM releases WHERE id = ?) IS NULL",
      id,
      id,
    );
    this.#sql.exec("INSERT OR IGNORE INTO addresses (lang, slug, release) VALUES (?, ?, ?)", lang, slug, id);
  }
}

/** Whether lists may show it. */
export function isListed({ status }: Pick<ReleaseRow, "status">): boolean {
  return status === "published" || status === "withdrawn";
}

/** The fields and values under which lists find a text. */
function filingsOf(content: EditionContent): [field: string, value: string][] {
  return [
    ["listed", ""],
    ["lang", content.lang],
    ["type", content.type],
    ...Object.entries(FACET_FIELDS).flatMap(([field, facet]) =>
      content[facet].map((value): [string, string] => [field, value]),
    ),
  ];
}

function samePairs(a: readonly [string, string][], b: readonly [string, string][]): boolean {
  const key = (pairs: readonly [string, string][]) =>
    JSON.stringify(pairs.map((pair) => pair.join("\n")).sort());
  return key(a) === key(b);
}

/** UTF-8 bytes that the release's entry takes in Atom, the widest format, within a few per cent. */
function entryBytes({ input, html, summary }: PreparedRelease): number {
  const bytes = (text: string) => new TextEncoder().encode(text).byteLength;
  const escaped = bytes(html) + 3 * (html.match(/[&<>"]/g)?.length ?? 0);
  const filed = FACETS.reduce((count, facet) => count + input[facet].length, 1);
  const plain =
    bytes([input.title, input.note ?? "", JSON.stringify(input.image ?? {})].join("")) + 2 * bytes(summary);
  return escaped + plain + bytes(JSON.stringify(input.attachments)) + ENTRY_BYTES + filed * CATEGORY_BYTES;
}

/** Of an entry's own elements, and of one category. */
const ENTRY_BYTES = 1_000;
const CATEGORY_BYTES = 150;
