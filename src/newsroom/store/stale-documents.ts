/**
 * What must be rendered again: rows in the ledger, added in the transaction of the change that made
 * them stale.
 */
import type { Sql } from "../../runtime/sql.ts";

/**
 * What is rendered together: a release has a page and its JSON; a list, named by its address, has a
 * page and three feeds of its newest releases, and as many of each archive; the directory lists all
 * feeds.
 */
export type Target =
  | { kind: "release"; id: string }
  | { kind: "list"; address: string }
  | { kind: "archive"; address: string; archive: number }
  | { kind: "directory" }
  | { kind: "registry" };

export interface StaleDocument {
  target: Target;
  version: number;
  failures: number;
}

export class StaleDocuments {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Each is due at once, however often it has failed: what waits then is not what failed, and need not wait as long. */
  add(targets: readonly Target[]): void {
    for (const target of targets) {
      this.#sql.exec(
        `INSERT INTO stale_targets (target, version, due_ms) VALUES (?, 1, 0)
         ON CONFLICT (target) DO UPDATE SET version = version + 1, due_ms = 0, failures = 0`,
        keyOf(target),
      );
    }
  }

  /** Those archives of a list that KV holds. */
  addArchives(address: string, numbers: readonly number[]): void {
    const archives = numbers.map((archive): Target => ({ kind: "archive", address, archive }));
    this.add(archives.filter((archive) => this.#isWritten(archive)));
  }

  /** All of a list that KV holds. */
  addWritten(address: string): void {
    this.add([{ kind: "list", address }, ...this.#written(keyPrefix(address))]);
  }

  /**
   * Everything that could ever have been rendered: for when settings change, or KV was lost. Releases
   * come behind whatever changes in the meantime: a kill does not wait for a hundred thousand pages.
   */
  addAll(): void {
    this.#sql.exec(
      `INSERT INTO stale_targets (target, version, due_ms)
       SELECT 'release:' || id, 1, 1 FROM releases WHERE published IS NOT NULL
       ON CONFLICT (target) DO UPDATE SET version = version + 1`,
    );
    const lists = this.#sql.exec<{ address: string }>("SELECT address FROM lists").toArray();
    this.add([
      { kind: "registry" },
      { kind: "directory" },
      ...lists.map(({ address }): Target => ({ kind: "list", address })),
      // Those of lists that are no longer kept are there to be removed.
      ...this.#written("list:"),
      ...this.#written("archive:"),
    ]);
  }

  /** KV is taken to hold nothing of a list any more. */
  forgetWrites(address: string): void {
    this.#sql.exec(`UPDATE documents SET written_ms = 0 WHERE ${OF_A_LIST}`, ...keysOf(address));
  }

  /** The same, and nobody will ask what it held. */
  forgetDocuments(address: string): void {
    this.#sql.exec(`DELETE FROM documents WHERE ${OF_A_LIST}`, ...keysOf(address));
  }

  #isWritten(target: Target): boolean {
    return (
      this.#sql.exec("SELECT 1 FROM documents WHERE target = ? LIMIT 1", keyOf(target)).toArray().length > 0
    );
  }

  #written(prefix: string): Target[] {
    return this.#sql
      .exec<{ target: string }>(
        "SELECT DISTINCT target FROM documents WHERE target >= ? AND target < ?",
        prefix,
        `${prefix}\uffff`,
      )
      .toArray()
      .map(({ target }) => targetOf(target));
  }

  /** Those that are due, longest waiting first. */
  due(limit: number, nowMs: number): StaleDocument[] {
    return this.#sql
      .exec<{ target: string; version: number; failures: number }>(
        "SELECT target, version, failures FROM stale_targets WHERE due_ms <= ? ORDER BY due_ms LIMIT ?",
        nowMs,
        limit,
      )
      .toArray()
      .map((row) => ({ ...row, target: targetOf(row.target) }));
  }

  count(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM stale_targets").one().count;
  }

  /** When the next is due, in milliseconds since 1970. */
  nextDueMs(): number | undefined {
    const row = this.#sql
      .exec<{ next: number | null }>("SELECT min(due_ms) AS next FROM stale_targets")
      .one();
    return row.next ?? undefined;
  }

  /** Not before a time, unless it has become stale again meanwhile. */
  postpone({ target, version }: StaleDocument, untilMs: number, failures: number): void {
    this.#sql.exec(
      "UPDATE stale_targets SET due_ms = ?, failures = ? WHERE target = ? AND version = ?",
      untilMs,
      failures,
      keyOf(target),
      version,
    );
  }

  /** Done, unless it has become stale again in the meantime. */
  done({ target, version }: StaleDocument): void {
    this.#sql.exec("DELETE FROM stale_targets WHERE target = ? AND version = ?", keyOf(target), version);
  }
}

export function keyOf(target: Target): string {
  switch (target.kind) {
    case "release":
      return `release:${target.id}`;
    case "list":
      return `list:${target.address}`;
    case "archive":
      return `${keyPrefix(target.address)}${target.archive}`;
    case "directory":
    case "registry":
      return `${target.kind}:`;
  }
}

/** Of the keys of a list's archives: no address holds a `#`. */
function keyPrefix(address: string): string {
  return `archive:${address}#`;
}

/** Documents of a list and of its archives, by {@link keysOf}. */
const OF_A_LIST = "target = ? OR (target >= ? AND target < ?)";

function keysOf(address: string): [string, string, string] {
  const prefix = keyPrefix(address);
  return [keyOf({ kind: "list", address }), prefix, `${prefix}\uffff`];
}

function targetOf(key: string): Target {
  const value = key.slice(key.indexOf(":") + 1);
  if (key.startsWith("release:")) return { kind: "release", id: value };
  if (key === "registry:") return { kind: "registry" };
  if (key === "directory:") return { kind: "directory" };
  if (key.startsWith("list:")) return { kind: "list", address: value };
  const [address = "", archive] = value.split("#");
  return { kind: "archive", address, archive: Number(archive) };
}
