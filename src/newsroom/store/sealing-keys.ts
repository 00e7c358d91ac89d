/**
 * Which key of SECRETS_KEY seals the secrets of each subscription, by the key's id. So the Newsroom can tell which
 * subscriptions must be sealed again before a key is taken out, and whether one was taken out too early.
 */
import { column, exists, type Sql } from "../../runtime/sql.ts";

/** Notes the key of a subscription. One that is not registered stays so. */
export function noteSealingKey(sql: Sql, subscription: string, key: string): void {
  sql.exec(
    `INSERT INTO sealing_keys (subscription, key) SELECT id, ?2 FROM subscriptions WHERE id = ?1
     ON CONFLICT (subscription) DO UPDATE SET key = excluded.key WHERE key <> excluded.key`,
    subscription,
    key,
  );
}

/** Subscriptions that another key than the first one seals, by id. */
export function sealedWithOthers(sql: Sql, firstKey: string, after: string, limit: number): string[] {
  return column(
    sql,
    `SELECT subscription FROM sealing_keys WHERE subscription > ? AND key <> ? ORDER BY subscription LIMIT ?`,
    after,
    firstKey,
    limit,
  );
}

/** Whether a subscription is sealed with a key that is none of these. Looks only between them, so it reads few rows. */
export function hasUnknownKey(sql: Sql, keys: readonly string[]): boolean {
  const sorted = keys.toSorted();
  // Key ids are base64url: below "~", above the empty text.
  return [...sorted, "~"].some((next, at) =>
    exists(sql, "SELECT 1 FROM sealing_keys WHERE key > ? AND key < ?", sorted[at - 1] ?? "", next),
  );
}
