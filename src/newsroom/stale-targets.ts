/**
 * What must be rendered again: rows in the ledger, added in the transaction of the change that made
 * them stale.
 */
import type { Sql } from "./metered-sql.ts";

/** A release has a page and its JSON; a list has a page and three feeds. */
export type Target =
  | { kind: "release"; id: string }
  | { kind: "list"; lang: string | undefined }
  | { kind: "registry" };

export interface StaleTarget {
  target: Target;
  version: number;
  failures: number;
}

export class StaleTargets {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  add(targets: readonly Target[]): void {
    for (const target of targets) {
      this.#sql.exec(
        `INSERT INTO stale_targets (target, version, due_ms) VALUES (?, 1, 0)
         ON CONFLICT (target) DO UPDATE SET version = version + 1, due_ms = 0`,
        keyOf(target),
      );
    }
  }

  /**
   * Everything that could ever have been rendered: for when settings change, or KV was lost. Releases
   * come behind whatever changes in the meantime: a kill does not wait for a hundred thousand pages.
   */
  addAll(languages: readonly string[]): void {
    this.#sql.exec(
      `INSERT INTO stale_targets (target, version, due_ms)
       SELECT 'release:' || id, 1, 1 FROM releases WHERE published IS NOT NULL
       ON CONFLICT (target) DO UPDATE SET version = version + 1`,
    );
    // Lists of languages that are no longer the site's are there to be removed.
    const written = this.#sql
      .exec<{ target: string }>("SELECT DISTINCT target FROM documents WHERE target LIKE 'list:%'")
      .toArray();
    this.add([
      { kind: "registry" },
      { kind: "list", lang: undefined },
      ...languages.map((lang) => ({ kind: "list" as const, lang })),
      ...written.map(({ target }) => targetOf(target)),
    ]);
  }

  /** Those that are due, longest waiting first. */
  due(limit: number, nowMs: number): StaleTarget[] {
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

  postpone({ target }: StaleTarget, untilMs: number, failures: number): void {
    this.#sql.exec(
      "UPDATE stale_targets SET due_ms = ?, failures = ? WHERE target = ?",
      untilMs,
      failures,
      keyOf(target),
    );
  }

  /** Done, unless it has become stale again in the meantime. */
  done({ target, version }: StaleTarget): void {
    this.#sql.exec("DELETE FROM stale_targets WHERE target = ? AND version = ?", keyOf(target), version);
  }
}

export function keyOf(target: Target): string {
  switch (target.kind) {
    case "release":
      return `release:${target.id}`;
    case "list":
      return `list:${target.lang ?? ""}`;
    case "registry":
      return "registry:";
  }
}

function targetOf(key: string): Target {
  const value = key.slice(key.indexOf(":") + 1);
  if (key.startsWith("release:")) return { kind: "release", id: value };
  if (key === "registry:") return { kind: "registry" };
  return { kind: "list", lang: value === "" ? undefined : value };
}
