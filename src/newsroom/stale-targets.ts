/**
 * What must be rendered again: rows in the ledger, added in the transaction of the change that made
 * them stale.
 */

/** A release has a page and its JSON; a list has a page and three feeds. */
export type Target = { kind: "release"; id: string } | { kind: "list"; lang: string | undefined };

export interface StaleTarget {
  target: Target;
  version: number;
  failures: number;
}

export class StaleTargets {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(targets: readonly Target[]): void {
    for (const target of targets) {
      this.#sql.exec(
        `INSERT INTO stale_targets (target, version, due_ms) VALUES (?, 1, 0)
         ON CONFLICT (target) DO UPDATE SET version = version + 1`,
        keyOf(target),
      );
    }
  }

  /** Everything that could ever have been rendered: for when settings change, or KV was lost. */
  addAll(languages: readonly string[]): void {
    this.#sql.exec(
      `INSERT INTO stale_targets (target, version, due_ms)
       SELECT 'release:' || id, 1, 0 FROM releases WHERE status = 'published'
       ON CONFLICT (target) DO UPDATE SET version = version + 1`,
    );
    // Lists of languages that are no longer the site's are there to be removed.
    const written = this.#sql
      .exec<{ target: string }>("SELECT DISTINCT target FROM documents WHERE target LIKE 'list:%'")
      .toArray();
    this.add([
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
  return target.kind === "release" ? `release:${target.id}` : `list:${target.lang ?? ""}`;
}

function targetOf(key: string): Target {
  const value = key.slice(key.indexOf(":") + 1);
  if (key.startsWith("release:")) return { kind: "release", id: value };
  return { kind: "list", lang: value === "" ? undefined : value };
}
