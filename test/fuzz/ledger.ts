/**
 * What strangers must not change, read from the files of the running service.
 */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Rows that no request of a stranger may change, by table. Left out: what the service notes about requests (lists
 * that somebody asked for, documents in KV, work that waits), and the strangers' own subscriptions.
 */
const FIXED: Record<string, string> = {
  releases: "SELECT * FROM releases",
  addresses: "SELECT * FROM addresses",
  filings: "SELECT * FROM filings",
  search: "SELECT * FROM search_data",
  filing_counts: "SELECT * FROM filing_counts",
  lists:
    "SELECT address, reaches, numbers FROM lists WHERE kept_until_ms IS NULL AND address NOT LIKE '%/%/%'",
  tombstones: "SELECT * FROM tombstones",
  retired_values: "SELECT * FROM retired_values",
  seen_values: "SELECT * FROM seen_values",
  editions: "SELECT * FROM editions",
  edition_words: "SELECT * FROM edition_words",
  events: "SELECT * FROM events",
  marks: "SELECT * FROM marks",
};

/** The bystander's row without what its Subscriber reports from time to time. */
const BYSTANDER = `SELECT id, key, url, host, domain, client, format, content, description, filter, events, created_ms,
  since_sequence, filtered_since, active, proved, cursor, due_ms, failures, status
  FROM subscriptions WHERE id = ?`;

/** What one refused request of the admin must leave as it is: cheap to read. */
const STATE = `SELECT
  (SELECT json_group_array(json_array(id, lang, slug, status, edition, embargo, updated, reason)) FROM releases) AS releases,
  (SELECT count(*) FROM editions) AS editions,
  (SELECT max(sequence) FROM events) AS sequence,
  (SELECT json_group_array(json_array(facet, slug)) FROM retired_values) AS retired,
  (SELECT value FROM marks WHERE name = 'registry') AS registry`;

/** The database of the Newsroom, in the folder that holds the state of the service. */
export class LedgerFile {
  readonly #path: string;

  constructor(folder: string) {
    const file = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((path) =>
      /-Newsroom\/[0-9a-f]{64}\.sqlite$/.test(path),
    );
    if (file === undefined) throw new Error(`${folder} holds no ledger`);
    this.#path = join(folder, file);
  }

  /** A digest by table, and one of the bystander's row. */
  digests(bystander: string): Record<string, string> {
    using database = this.#open();
    const digest = (query: string, ...values: string[]) => {
      const statement = database.prepare(query);
      // The rows of the index of words have numbers beyond those of JavaScript.
      statement.setReadBigInts(true);
      return digestOf(statement.all(...values));
    };
    const tables = Object.entries(FIXED).map(([table, query]) => [table, digest(query)]);
    return { ...Object.fromEntries(tables), bystander: digest(BYSTANDER, bystander) };
  }

  state(): string {
    using database = this.#open();
    return JSON.stringify(database.prepare(STATE).all());
  }

  #open(): DatabaseSync & Disposable {
    return new DatabaseSync(this.#path, { readOnly: true });
  }
}

function digestOf(rows: unknown[]): string {
  const text = JSON.stringify(rows, (_, value: unknown) => {
    if (typeof value === "bigint") return String(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
  });
  return createHash("sha256").update(text).digest("hex");
}
