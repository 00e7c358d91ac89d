/**
 * The tables of the Newsroom. Times are whole seconds since 1970 where the world sees them
 * (`published`, `updated`, `at`, `embargo`) and milliseconds (`_ms`) where only we do.
 */
import type { Sql } from "../../runtime/sql.ts";

/** What the third version of the table added. */
const SUBSCRIPTION_COLUMNS = [
  "key TEXT NOT NULL DEFAULT ''", // URL and filter: by which two are one
  "url TEXT NOT NULL DEFAULT ''",
  "host TEXT NOT NULL DEFAULT ''",
  "client TEXT", // who asked for it, as long as it is pending
  "format TEXT NOT NULL DEFAULT 'standard'",
  "content TEXT NOT NULL DEFAULT 'full'",
  "description TEXT",
  "created_ms INTEGER NOT NULL DEFAULT 0",
  "since_sequence INTEGER NOT NULL DEFAULT 0", // events after this one are its own
  "filtered_since INTEGER NOT NULL DEFAULT 0", // the last event before its filter was changed
  "proved INTEGER NOT NULL DEFAULT 1", // 0 again while a new URL has to prove itself
  // As its object last reported:
  "status TEXT NOT NULL DEFAULT 'active'",
  "reason TEXT",
  "since_ms INTEGER NOT NULL DEFAULT 0",
  "failing_ms INTEGER",
  "trouble INTEGER NOT NULL DEFAULT 0", // by which the list is sorted, worst highest
  "health TEXT", // JSON
  "reported_ms INTEGER",
];

/** What archives that keep their numbers added. */
const LIST_COLUMNS = [
  // JSON: the number of each archive, and of the next one; null: counted from the oldest
  "numbers TEXT",
];

const TABLES = `
CREATE TABLE IF NOT EXISTS releases (
  id TEXT PRIMARY KEY,
  lang TEXT NOT NULL,
  slug TEXT NOT NULL,
  "group" TEXT NOT NULL,
  status TEXT NOT NULL,
  edition INTEGER NOT NULL,
  first_seen INTEGER,       -- the edition with which it was first published; earlier ones nobody saw
  embargo INTEGER,
  published INTEGER UNIQUE, -- frozen when it is first seen, never before: a gap would tell of an embargo
  updated INTEGER,
  note TEXT,                -- of the latest major edition
  reason TEXT,              -- why it is withdrawn or killed
  stale INTEGER NOT NULL DEFAULT 0, -- a sibling was corrected, and this one has not followed
  bytes INTEGER NOT NULL DEFAULT 0 -- about what its entry in a feed takes, present edition
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS releases_of_a_group ON releases ("group");
CREATE INDEX IF NOT EXISTS releases_embargoed ON releases (embargo) WHERE embargo IS NOT NULL;

-- Every address that a release has, or had when it was seen: a slug is its for ever.
CREATE TABLE IF NOT EXISTS addresses (
  lang TEXT NOT NULL,
  slug TEXT NOT NULL,
  release TEXT NOT NULL,
  PRIMARY KEY (lang, slug)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS addresses_of_a_release ON addresses (release);

-- What lists show, by what they are narrowed by; published is frozen and unique, and names the release.
CREATE TABLE IF NOT EXISTS filings (
  field TEXT NOT NULL,      -- a filter's field: lang, type, topic …; 'listed' for every release in lists
  value TEXT NOT NULL,
  published INTEGER NOT NULL,
  PRIMARY KEY (field, value, published)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS filings_of_a_release ON filings (published);

-- Rows are named by published here too, so that the newest come first without sorting. The words
-- are folded and separated before they come here (domain/search-text.ts).
CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5(
  words, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'"
);

-- How many releases of a language lists find under a value: for the directory of feeds.
CREATE TABLE IF NOT EXISTS filing_counts (
  lang TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (lang, field, value)
) WITHOUT ROWID;

-- Lists whose documents are kept: everything, each language, and what somebody has asked for.
CREATE TABLE IF NOT EXISTS lists (
  address TEXT PRIMARY KEY, -- canonical (domain/list.ts)
  reaches TEXT NOT NULL,    -- JSON: the last instant that each archive holds, oldest first
  uses INTEGER NOT NULL,    -- how often it was asked for when it was not kept
  asked_ms INTEGER NOT NULL,
  kept_until_ms INTEGER,    -- a combination is forgotten if nobody asks for it; null: stays
${LIST_COLUMNS.join(",\n")}
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS lists_forgettable ON lists (kept_until_ms) WHERE kept_until_ms IS NOT NULL;

-- What a list held when it was killed: those who poll the list are told.
CREATE TABLE IF NOT EXISTS tombstones (
  list TEXT NOT NULL,
  release TEXT NOT NULL,
  PRIMARY KEY (list, release)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tombstones_of_a_release ON tombstones (release);

-- Values that the registry had, and has no more.
CREATE TABLE IF NOT EXISTS retired_values (
  facet TEXT NOT NULL,
  slug TEXT NOT NULL,
  value TEXT NOT NULL,      -- JSON: as the registry had it
  at INTEGER NOT NULL,
  PRIMARY KEY (facet, slug)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS editions (
  release TEXT NOT NULL,
  edition INTEGER NOT NULL,
  accepted_ms INTEGER NOT NULL,
  content TEXT NOT NULL,    -- JSON: the front matter's fields and the body, canonical
  embargo INTEGER,
  change TEXT,
  note TEXT,
  html TEXT NOT NULL,
  text TEXT NOT NULL,
  summary TEXT NOT NULL,
  PRIMARY KEY (release, edition)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS events (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  release TEXT NOT NULL,
  edition INTEGER NOT NULL,
  details TEXT NOT NULL     -- JSON: what the release's row said at that moment
);
CREATE INDEX IF NOT EXISTS events_of_a_release ON events (release, sequence);

-- Work that follows: what must be rendered again, and since which change.
CREATE TABLE IF NOT EXISTS stale_targets (
  target TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS stale_targets_due ON stale_targets (due_ms);

-- What KV holds, as far as we wrote it.
CREATE TABLE IF NOT EXISTS documents (
  path TEXT PRIMARY KEY,
  target TEXT NOT NULL,
  etag TEXT NOT NULL,
  modified INTEGER NOT NULL,
  written_ms INTEGER NOT NULL  -- 0: known, but no longer in KV
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS documents_of_a_target ON documents (target);

CREATE TABLE IF NOT EXISTS subscriptions (
  id TEXT PRIMARY KEY,
  filter TEXT NOT NULL,     -- JSON
  events TEXT NOT NULL,     -- JSON: the event types it wants
  active INTEGER NOT NULL,  -- 0 until an endpoint has proved that it wants this: it is handed nothing
  cursor INTEGER,           -- set while it lags: the last sequence that it was handed
  due_ms INTEGER,           -- set while it lags: when to hand it more
  failures INTEGER NOT NULL DEFAULT 0,
${SUBSCRIPTION_COLUMNS.join(",\n")}
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS subscriptions_lagging ON subscriptions (due_ms) WHERE cursor IS NOT NULL AND active = 1;

CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
`;

/** Makes the tables that are not there yet, and what later versions added to those that are. */
export function createTables(sql: Sql): void {
  sql.exec(TABLES);
  addColumns(sql, "subscriptions", SUBSCRIPTION_COLUMNS);
  addColumns(sql, "lists", LIST_COLUMNS);
  sql.exec(SUBSCRIPTION_INDEXES);
  if (getMeta(sql, "schema") === SCHEMA_VERSION) return;
  const columns = sql.exec<{ name: string }>("PRAGMA table_info(releases)").toArray();
  if (!columns.some(({ name }) => name === "bytes")) {
    sql.exec("ALTER TABLE releases ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0");
    sql.exec(
      `UPDATE releases SET bytes = (SELECT length(CAST(html AS BLOB)) + length(CAST(summary AS BLOB))
       FROM editions e WHERE e.release = releases.id AND e.edition = releases.edition)`,
    );
    sql.exec(
      `INSERT INTO filing_counts (lang, field, value, count)
       SELECT l.value, f.field, f.value, count(*) FROM filings f
       JOIN filings l ON l.field = 'lang' AND l.published = f.published GROUP BY 1, 2, 3`,
    );
    // Lists were named otherwise; all are rendered anew.
    sql.exec("DELETE FROM stale_targets WHERE target LIKE 'list:%'");
    sql.exec("DELETE FROM documents WHERE target LIKE 'list:%'");
  }
  setMeta(sql, "schema", SCHEMA_VERSION);
}

/** Those that a table of an earlier version lacks. */
function addColumns(sql: Sql, table: "subscriptions" | "lists", columns: readonly string[]): void {
  const there = sql.exec<{ name: string }>(`PRAGMA table_info(${table})`).toArray();
  for (const column of columns) {
    if (!there.some(({ name }) => column.startsWith(`${name} `))) {
      sql.exec(`ALTER TABLE ${table} ADD COLUMN ${column}`);
    }
  }
}

const SUBSCRIPTION_INDEXES = `
CREATE INDEX IF NOT EXISTS subscriptions_proved ON subscriptions (key) WHERE proved = 1;
CREATE INDEX IF NOT EXISTS subscriptions_pending ON subscriptions (client, host) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS subscriptions_never_proved ON subscriptions (created_ms) WHERE active = 0;
CREATE INDEX IF NOT EXISTS subscriptions_in_trouble ON subscriptions (-trouble, ifnull(failing_ms, since_ms), id);
`;

/** Raise it when existing tables must change. */
const SCHEMA_VERSION = 2;

export type MetaKey = "schema" | "settings" | "swept" | "sweep" | "registry" | "fold";

/** A single value kept across restarts. */
export function getMeta(sql: Sql, name: MetaKey): string | number | undefined {
  const [row] = sql.exec<{ value: string | number }>("SELECT value FROM marks WHERE name = ?", name);
  return row?.value;
}

export function setMeta(sql: Sql, name: MetaKey, value: string | number): void {
  sql.exec("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", name, value);
}
