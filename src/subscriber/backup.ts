/**
 * A Subscriber in a backup: its values and its tables.
 */
import {
  insertRows,
  readPage,
  type RowsPlace,
  type TableReading,
  type TableRows,
} from "../runtime/table-rows.ts";
import { createTables } from "./schema.ts";

/**
 * In the order in which they are read. A Subscriber with a long log takes several pages, and delivers between
 * them. So an attempt comes before its delivery, which then counts it, and `told` comes last: it names at least each
 * release that a delivery is about.
 */
const TABLES: readonly TableReading[] = [
  { table: "attempts", query: reading("attempts", ["event", "attempt"]), start: ["", 0] },
  { table: "deliveries", query: reading("deliveries", ["number"]), start: [0] },
  { table: "taken_back", query: reading("taken_back", ["release"]), start: [""] },
  { table: "told", query: reading("told", ["release"]), start: [""] },
];

/** What is stored under single keys. */
const KEYS = ["subscription", "chores", "requests"] as const;

/** One line of the archive: the values of a Subscriber, which come first, or some of its rows. */
export type SubscriberLine =
  | { subscriber: string; values: Record<string, unknown> }
  | ({ subscriber: string } & TableRows);

type Storage = Pick<DurableObjectStorage, "sql" | "kv">;

/** A page of a Subscriber: tables that fit are read together, in one state. `next` is null after the last page. */
export function readSubscriber(
  { sql, kv }: Storage,
  subscriber: string,
  place: RowsPlace | null,
): { lines: SubscriberLine[]; next: RowsPlace | null } {
  const lines: SubscriberLine[] = [];
  if (place === null) {
    const values = KEYS.map((key) => [key, kv.get(key)] as const).filter(([, value]) => value !== undefined);
    lines.push({ subscriber, values: Object.fromEntries(values) });
  }
  const first = place === null ? 0 : TABLES.findIndex(({ table }) => table === place.table);
  for (const reading of TABLES.slice(first)) {
    const { next, ...rows } = readPage(
      sql,
      reading,
      reading.table === place?.table ? place.after : undefined,
    );
    if (rows.rows.length > 0) lines.push({ subscriber, ...rows });
    if (next !== null) return { lines, next: { table: reading.table, after: next } };
  }
  return { lines, next: null };
}

/** Puts the lines of one Subscriber into its storage. */
export function writeSubscriber({ sql, kv }: Storage, lines: readonly SubscriberLine[]): void {
  createTables({ sql, kv });
  for (const line of lines) {
    if (!("values" in line)) {
      insertRows(
        sql,
        line,
        TABLES.map(({ table }) => table),
      );
      continue;
    }
    for (const key of KEYS) if (line.values[key] !== undefined) kv.put(key, line.values[key]);
  }
}

function reading(table: string, key: readonly string[]): string {
  const columns = key.map((column) => `"${column}"`).join(", ");
  return `SELECT ${key.map((column) => `"${column}" AS backup_${column}`).join(", ")}, * FROM ${table}
    WHERE (${columns}) > (${key.map(() => "?").join(", ")}) ORDER BY ${columns} LIMIT ?`;
}
