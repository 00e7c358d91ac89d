/**
 * The tables of the Newsroom. Times that readers see (`published`, `updated`, `at`, `embargo`) are whole
 * seconds since 1970; columns that end in `_ms` are milliseconds and internal.
 */
import type { Instant } from "../../domain/dates.ts";
import { first, type Sql } from "../../runtime/sql.ts";

const TABLES = `
CREATE TABLE IF NOT EXISTS releases (
  id TEXT PRIMARY KEY,
  lang TEXT NOT NULL,
  slug TEXT NOT NULL,
  "group" TEXT NOT NULL,    -- shared by the translations of one release
  status TEXT NOT NULL,     -- embargoed, published, withdrawn or killed
  edition INTEGER NOT NULL, -- number of the current edition
  first_seen INTEGER,       -- the edition with which the release became public; earlier editions never were
  embargo INTEGER,          -- when the release becomes public; null: it is public, or killed
  published INTEGER UNIQUE, -- set once, when the release becomes public: a gap would reveal an embargo
  touched INTEGER NOT NULL DEFAULT 0, -- the latest event of a translation that changed how lists show the release
  updated INTEGER,          -- of the latest major edition or change of status
  note TEXT,                -- of the latest major edition, or what corrects it
  reason TEXT,              -- why the release is withdrawn or killed
  behind TEXT,              -- the corrected translation that this one has not followed yet
  behind_edition INTEGER,   -- the edition that corrected it
  follows INTEGER,          -- what the last edition said that it follows: the same number again is left over
  really_minor INTEGER NOT NULL DEFAULT 0, -- 1: the last edition said reallyMinor: the same again may be left over
  announced INTEGER,        -- the latest edition that readers were notified of, or that was large and reallyMinor
  hash TEXT NOT NULL,       -- SHA-256 of the current edition's content
  bytes INTEGER NOT NULL    -- estimated size of the current edition as a feed entry
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS releases_of_a_group ON releases ("group");
-- Holds all that cutting a list reads of its releases.
CREATE INDEX IF NOT EXISTS releases_sizes ON releases (published, bytes);
CREATE INDEX IF NOT EXISTS releases_updated ON releases (updated) WHERE updated IS NOT NULL;
CREATE INDEX IF NOT EXISTS releases_embargoed ON releases (embargo) WHERE embargo IS NOT NULL;
-- The addresses of releases that were never public: they are not in "addresses".
CREATE INDEX IF NOT EXISTS releases_unseen ON releases (lang, slug) WHERE first_seen IS NULL;

-- Releases whose embargo has ended and could not be lifted: each is tried again later.
CREATE TABLE IF NOT EXISTS failed_lifts (
  release TEXT PRIMARY KEY,
  due_ms INTEGER NOT NULL,
  failures INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS failed_lifts_end AFTER UPDATE OF embargo ON releases BEGIN
  DELETE FROM failed_lifts WHERE release = old.id;
END;

-- Every address that a public release has, or had since it is public: they stay its own.
CREATE TABLE IF NOT EXISTS addresses (
  lang TEXT NOT NULL,
  slug TEXT NOT NULL,
  release TEXT NOT NULL,
  PRIMARY KEY (lang, slug)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS addresses_of_a_release ON addresses (release);

-- The index of lists: one row for each value of each listed release. "published" is unique and never
-- changes, so it names the release.
CREATE TABLE IF NOT EXISTS filings (
  field TEXT NOT NULL,      -- a field of the filter (lang, type, topic, …), or 'listed' for every listed release
  value TEXT NOT NULL,      -- '' for 'listed'
  published INTEGER NOT NULL,
  PRIMARY KEY (field, value, published)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS filings_of_a_release ON filings (published);

-- The index of words. The rowid is "published", so that the newest come first without sorting. Words are
-- folded and separated before they are stored (domain/search.ts).
CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5(
  words, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'"
);

-- How many listed releases of a language have a value: for the directory of feeds.
CREATE TABLE IF NOT EXISTS filing_counts (
  lang TEXT NOT NULL,
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (lang, field, value)
) WITHOUT ROWID;
-- A language can have thousands of people: filters and the directory read only those with most releases.
CREATE INDEX IF NOT EXISTS filing_counts_by_use ON filing_counts (lang, field, count DESC, value) WHERE count > 0;

-- Lists whose documents are kept in KV: everything, each language, and every list that was requested.
CREATE TABLE IF NOT EXISTS lists (
  address TEXT PRIMARY KEY, -- canonical (domain/list.ts)
  reaches TEXT NOT NULL,    -- JSON: the instant at which each archive ends, oldest archive first
  uses INTEGER NOT NULL,    -- how often the list was requested while it was not kept
  since INTEGER NOT NULL,   -- when the list was first kept: an empty feed has been so since
  asked_ms INTEGER NOT NULL,
  kept_until_ms INTEGER,    -- when a combination expires; null: the list is permanent
  numbers TEXT NOT NULL,    -- JSON: the number of each archive, and last the number of the next archive
  client TEXT,              -- the client that requested a combination (domain/client-network.ts)
  is_costly INTEGER NOT NULL DEFAULT 0 -- 1: finding its releases takes long, so changes do not render it again
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS lists_forgettable ON lists (kept_until_ms) WHERE kept_until_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS lists_of_a_client ON lists (client) WHERE client IS NOT NULL;

-- Changes of releases that are not applied to all combinations yet, oldest first (lists/combinations.ts).
CREATE TABLE IF NOT EXISTS combination_changes (
  id INTEGER PRIMARY KEY,
  release TEXT NOT NULL,
  before INTEGER,           -- the edition that lists showed before the change; null: none
  after INTEGER,            -- the edition that they show since; null: none
  position TEXT NOT NULL DEFAULT '', -- the change is applied to combinations with addresses up to this one
  due_ms INTEGER NOT NULL DEFAULT 0, -- when to try again after a failure; the same for all changes of the release
  failures INTEGER NOT NULL DEFAULT 0
);

-- Releases that a list no longer holds: its feeds name them, so that readers delete them.
CREATE TABLE IF NOT EXISTS tombstones (
  list TEXT NOT NULL,
  release TEXT NOT NULL,
  left_at INTEGER,          -- when another edition was filed elsewhere; null: the release was killed
  PRIMARY KEY (list, release)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tombstones_of_a_release ON tombstones (release);

-- Seen values that were removed from the registry.
CREATE TABLE IF NOT EXISTS retired_values (
  facet TEXT NOT NULL,
  slug TEXT NOT NULL,
  value TEXT NOT NULL,      -- JSON: the value's last entry in the registry
  at INTEGER NOT NULL,
  PRIMARY KEY (facet, slug)
) WITHOUT ROWID;

-- Values that a public release has, or had. For strangers no other value exists.
CREATE TABLE IF NOT EXISTS seen_values (
  facet TEXT NOT NULL,
  slug TEXT NOT NULL,
  PRIMARY KEY (facet, slug)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS editions (
  release TEXT NOT NULL,
  edition INTEGER NOT NULL,
  accepted_ms INTEGER NOT NULL,
  content TEXT NOT NULL,    -- JSON: the fields of the front matter and the body, canonical
  embargo INTEGER,          -- the embargo that the edition was accepted with
  change TEXT,
  note TEXT,
  html TEXT NOT NULL,
  text TEXT NOT NULL,
  summary TEXT NOT NULL,
  files TEXT NOT NULL,      -- JSON: the files that it uses, each as SHA256/NAME
  PRIMARY KEY (release, edition)
) WITHOUT ROWID;

-- What searches compare (store/edition-words.ts). Beside the editions, because a row holds 2 MB at most.
CREATE TABLE IF NOT EXISTS edition_words (
  release TEXT NOT NULL,
  edition INTEGER NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (release, edition)
) WITHOUT ROWID;

-- The files whose bytes KV holds.
CREATE TABLE IF NOT EXISTS files (
  sha256 TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  content TEXT NOT NULL,    -- the media type that the bytes have, whatever the name of a use says
  width INTEGER,            -- of an image
  height INTEGER
) WITHOUT ROWID;

-- Which files are, or were, public and under which name. A release has rows from its first publication on, so that
-- to look for a file under embargo costs what it costs to look for one that does not exist.
CREATE TABLE IF NOT EXISTS file_uses (
  sha256 TEXT NOT NULL,
  name TEXT NOT NULL,
  owner TEXT NOT NULL,      -- the release, for the edition that readers see or saw last; or site
  PRIMARY KEY (sha256, name, owner)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS file_uses_of_an_owner ON file_uses (owner);

CREATE TABLE IF NOT EXISTS events (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,  -- evt_…: the webhook-id of every attempt
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  release TEXT NOT NULL,
  edition INTEGER NOT NULL,
  details TEXT NOT NULL     -- JSON: EventDetails, the state of the release at that moment
);
CREATE INDEX IF NOT EXISTS events_of_a_release ON events (release, sequence);

-- The sitemaps of releases, each with the moment of its last change (store/sitemaps.ts).
CREATE TABLE IF NOT EXISTS sitemaps (file INTEGER PRIMARY KEY, changed INTEGER NOT NULL);

-- Pages that changed, until search engines have the notice and the next one need not wait (outbound/index-now.ts).
CREATE TABLE IF NOT EXISTS changed_pages (
  path TEXT PRIMARY KEY,
  due_ms INTEGER,           -- when to send the notice; null: they have it
  told_ms INTEGER,          -- when the last notice was sent
  failures INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS changed_pages_due ON changed_pages (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS changed_pages_told ON changed_pages (told_ms) WHERE due_ms IS NULL;

-- The queue of the projection: what must be rendered again.
CREATE TABLE IF NOT EXISTS stale_targets (
  target TEXT PRIMARY KEY,  -- key of a Target (store/stale-documents.ts)
  version INTEGER NOT NULL, -- counts the changes, so that a change during a write is not lost
  due_ms INTEGER NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS stale_targets_due ON stale_targets (due_ms);

-- The documents that were written to KV.
CREATE TABLE IF NOT EXISTS documents (
  path TEXT PRIMARY KEY,
  target TEXT NOT NULL,
  etag TEXT NOT NULL,       -- '': unknown, write again
  modified INTEGER NOT NULL,
  written_ms INTEGER NOT NULL -- 0: assume that KV does not hold the document
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS documents_of_a_target ON documents (target);

CREATE TABLE IF NOT EXISTS subscriptions (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL,        -- hash of URL and filter, canonical: two with one key are duplicates
  url TEXT NOT NULL,        -- of a chat only its host: its path is a secret, and key has a keyed hash of it
  host TEXT NOT NULL,
  domain TEXT NOT NULL,     -- the registrable domain of the host
  client TEXT,              -- the client that created it (domain/client-network.ts); null: the admin or this machine
  format TEXT NOT NULL,
  content TEXT NOT NULL,
  description TEXT,
  filter TEXT NOT NULL,     -- JSON
  events TEXT NOT NULL,     -- JSON: the requested event types
  topic TEXT,               -- of a subscription of the hub: the path of a feed. It is sent versions of it, no events
  topic_version TEXT,       -- the ETag of the version that its Subscriber was given last, or that it had before; '': an older one
  lease_ms INTEGER,         -- when the lease of a subscription of the hub ends; null before its verification
  created_ms INTEGER NOT NULL,
  since_sequence INTEGER NOT NULL, -- the last sequence before the subscription
  filtered_since INTEGER NOT NULL DEFAULT 0, -- the last sequence before the filter was changed; 0: never
  active INTEGER NOT NULL,  -- 0 until the first verification: no events are sent
  proved INTEGER NOT NULL,  -- whether the current URL is verified
  -- Set while the subscription lags: the last sequence that its Subscriber has. Of the hub: counts changes of the topic.
  cursor INTEGER,
  due_ms INTEGER,           -- set while the subscription lags: when to send it more
  failures INTEGER NOT NULL DEFAULT 0, -- calls of its Subscriber that failed in a row
  -- From the last report of its Subscriber:
  status TEXT NOT NULL,
  reason TEXT,
  since_ms INTEGER NOT NULL,
  failing_ms INTEGER,       -- the first failure since the last success; of a pending one: its verification failed
  trouble INTEGER NOT NULL, -- the order of the list of subscriptions, worst highest
  health TEXT,              -- JSON
  reported_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS subscriptions_lagging ON subscriptions (due_ms) WHERE cursor IS NOT NULL AND active = 1;
CREATE INDEX IF NOT EXISTS subscriptions_of_a_topic ON subscriptions (topic, active) WHERE topic IS NOT NULL;
CREATE INDEX IF NOT EXISTS subscriptions_proved ON subscriptions (key) WHERE proved = 1;
CREATE INDEX IF NOT EXISTS subscriptions_pending ON subscriptions (created_ms) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS subscriptions_of_a_client ON subscriptions (client, status, active)
  WHERE client IS NOT NULL;
CREATE INDEX IF NOT EXISTS subscriptions_of_a_domain ON subscriptions (domain, host, status, active)
  WHERE client IS NOT NULL;
CREATE INDEX IF NOT EXISTS subscriptions_never_proved ON subscriptions (created_ms) WHERE active = 0;
CREATE INDEX IF NOT EXISTS subscriptions_never_reported ON subscriptions (created_ms)
  WHERE active = 0 AND reported_ms IS NULL;
CREATE INDEX IF NOT EXISTS subscriptions_in_trouble ON subscriptions (-trouble, ifnull(failing_ms, since_ms), id);

-- The id of the key of SECRETS_KEY that seals the secrets of each subscription.
CREATE TABLE IF NOT EXISTS sealing_keys (subscription TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sealing_keys_by_key ON sealing_keys (key);
CREATE TRIGGER IF NOT EXISTS sealing_keys_end AFTER DELETE ON subscriptions BEGIN
  DELETE FROM sealing_keys WHERE subscription = old.id;
END;

-- Single values, by MetaKey.
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
`;

/** The version that {@link TABLES} and the tables of Subscribers had before the first migration. */
const FIRST_SCHEMA = 10;

/**
 * Changes to the tables of a deployed version. Migration N changes version FIRST_SCHEMA + N to the
 * next one; {@link TABLES} always holds the result of all of them.
 */
const MIGRATIONS: readonly ((sql: Sql) => void)[] = [];

export const SCHEMA_VERSION = FIRST_SCHEMA + MIGRATIONS.length;

/** Creates the tables, or migrates those of an earlier version. */
export function createTables(sql: Sql): void {
  sql.exec(TABLES);
  const stored = getMeta(sql, "schema");
  if (stored === SCHEMA_VERSION) return;
  if (stored !== undefined && Number(stored) < FIRST_SCHEMA) {
    throw new Error(
      `this ledger was written before version ${FIRST_SCHEMA}: delete the state folder, and publish again`,
    );
  }
  const pending = stored === undefined ? [] : MIGRATIONS.slice(Number(stored) - FIRST_SCHEMA);
  for (const migrate of pending) migrate(sql);
  setMeta(sql, "schema", SCHEMA_VERSION);
}

/**
 * - `schema`: version of the tables
 * - `settings`: JSON of what all documents depend on; a difference makes all of them stale
 * - `swept`: the last sequence that every subscription has, except those that lag
 * - `sweep`: JSON of the window of events that is being sent (outbound/fan-out.ts)
 * - `registry`: JSON of the registry
 * - `site`: JSON of the site's identity
 * - `relabelled`: the last sequence when all documents became stale at once
 * - `fold`: JSON of the state of the index of words (lists/reindex.ts)
 * - `restoring`: JSON of the restore in progress (backup/restore.ts)
 */
export type MetaKey =
  | "schema"
  | "settings"
  | "swept"
  | "sweep"
  | "registry"
  | "site"
  | "relabelled"
  | "fold"
  | "restoring";

/** A single value that survives restarts. */
export function getMeta(sql: Sql, name: MetaKey): string | number | undefined {
  return first<{ value: string | number }>(sql, "SELECT value FROM marks WHERE name = ?", name)?.value;
}

export function setMeta(sql: Sql, name: MetaKey, value: string | number): void {
  sql.exec("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", name, value);
}

/** The whole second of a time in milliseconds since 1970. */
export function toInstant(ms: number): Instant {
  return Math.floor(ms / 1000);
}
