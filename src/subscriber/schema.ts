/**
 * The tables of one Subscriber. README.md says what they are for.
 */

const TABLES = `
CREATE TABLE IF NOT EXISTS deliveries (
  number INTEGER PRIMARY KEY,
  event TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  sequence INTEGER,         -- of a version of the topic, that of its latest event; null for events of the subscription itself
  release TEXT,             -- null for all but events of releases
  state TEXT NOT NULL,      -- pending, delivered, failed, replaced or dropped
  attempts INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  due_ms INTEGER,           -- null unless pending
  reason TEXT,              -- why the latest attempt failed
  body TEXT,                -- the bytes that are signed and sent; null unless pending
  "before" INTEGER NOT NULL DEFAULT 0, -- attempts that use up nothing of the present schedule
  put_offs INTEGER NOT NULL DEFAULT 0  -- attempts since then that a Retry-After refused
);
CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (due_ms) WHERE state = 'pending';
-- A subscription can hold many deliveries: its verification is found without a scan.
CREATE INDEX IF NOT EXISTS deliveries_verifying ON deliveries (due_ms)
  WHERE type = 'subscription.verify' AND state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_given_up ON deliveries (number)
  WHERE state = 'failed' AND release IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_of_a_release ON deliveries (release, sequence) WHERE release IS NOT NULL;
-- The releases of which this endpoint was sent anything, or is to be, and the first sequence of each. Kept
-- longer than the log: every later withdrawal or kill of such a release is sent, too.
CREATE TABLE IF NOT EXISTS told (release TEXT PRIMARY KEY, since INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
-- Withdrawals and kills that arrived during a replay, of releases that this endpoint was never sent.
CREATE TABLE IF NOT EXISTS taken_back (release TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempts (
  event TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  status INTEGER,           -- HTTP status; null where there was no answer
  reason TEXT,              -- null for a success
  note TEXT,                -- what was odd about the answer beside its status
  answer TEXT,              -- the beginning of the response body; null before the endpoint was verified
  PRIMARY KEY (event, attempt)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS attempts_by_time ON attempts (at_ms);
`;

/**
 * Statements that bring the tables of version 1 to later versions, in order: the first entry makes version
 * 2. An entry never changes once it is deployed.
 */
const MIGRATIONS: readonly string[] = [];

/** The version of the tables. */
export const SCHEMA_VERSION = MIGRATIONS.length + 1;

/** Creates the tables that are missing and runs the migrations that have not run. */
export function createTables({ sql, kv }: Pick<DurableObjectStorage, "sql" | "kv">): void {
  sql.exec(TABLES);
  const version = kv.get<number>("schema") ?? 1;
  for (const statements of MIGRATIONS.slice(version - 1)) sql.exec(statements);
  if (version < SCHEMA_VERSION) kv.put("schema", SCHEMA_VERSION);
}
