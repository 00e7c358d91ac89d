/**
 * Pending deliveries that end without being sent: replaced by the kill or withdrawal of their release, or
 * dropped because the subscription no longer asks for them.
 */
import { column, exists, type Sql } from "../runtime/sql.ts";

/** Why a delivery was replaced. */
export const KILLED = "the release was killed";
export const WITHDRAWN = "the release was withdrawn, and an attempt before the withdrawal had failed";

/** Why a delivery was dropped. */
const UNWANTED = "the subscription no longer asks for it: its events or its filter were changed";

/**
 * Ends the pending deliveries of a release before its kill or withdrawal, and deletes their bytes. The kill or
 * withdrawal is sent in their place. A delivery that succeeded before, and was only to be repeated, stays `delivered`:
 * the log still shows who has the release.
 */
export function replacePending(
  sql: Sql,
  release: string,
  before: number,
  reason: typeof KILLED | typeof WITHDRAWN,
): void {
  sql.exec(
    `UPDATE deliveries SET (state, reason) = (
       SELECT iif(count(*) > 0, 'delivered', 'replaced'), iif(count(*) > 0, NULL, ?)
       FROM attempts WHERE attempts.event = deliveries.event AND attempts.reason IS NULL
     ), due_ms = NULL, body = NULL
     WHERE release = ? AND sequence < ? AND state = 'pending'`,
    reason,
    release,
    before,
  );
}

/**
 * Ends what waits of a release before its latest pending withdrawal, if an attempt of any of it has failed:
 * the withdrawal must not wait for days behind an event that the endpoint refuses.
 */
export function letWithdrawalPass(sql: Sql, release: string): void {
  const [withdrawal] = column<number | null>(
    sql,
    `SELECT max(sequence) FROM deliveries
     WHERE release = ? AND type = 'release.withdrawn' AND state = 'pending'`,
    release,
  );
  if (withdrawal === undefined || withdrawal === null) return;
  const isStuck = exists(
    sql,
    `SELECT 1 FROM deliveries AS d WHERE release = ? AND sequence < ? AND state = 'pending'
       AND (SELECT reason FROM attempts WHERE attempts.event = d.event ORDER BY attempt DESC LIMIT 1) IS NOT NULL`,
    release,
    withdrawal,
  );
  if (isStuck) replacePending(sql, release, withdrawal, WITHDRAWN);
}

/**
 * Ends pending deliveries that are no longer wanted. A withdrawal or kill stays if anything of its release
 * was sent. A release of which nothing was sent, or is to be, is forgotten.
 *
 * @param inFlight the releases of which an attempt is in flight
 */
export function dropUnwanted(sql: Sql, sequences: readonly number[], inFlight: readonly string[]): void {
  sql.exec(
    `UPDATE deliveries AS d SET (state, reason) = (
       SELECT iif(count(*) > 0, 'delivered', 'dropped'), iif(count(*) > 0, NULL, ?)
       FROM attempts WHERE attempts.event = d.event AND attempts.reason IS NULL
     ), due_ms = NULL, body = NULL
     WHERE state = 'pending' AND sequence IN (SELECT value FROM json_each(?)) AND NOT (
       type IN ('release.withdrawn', 'release.killed') AND (
         release IN (SELECT value FROM json_each(?))
         OR EXISTS (SELECT 1 FROM deliveries AS sent WHERE sent.release = d.release AND sent.attempts > 0)
         OR (SELECT since FROM told WHERE told.release = d.release)
           < (SELECT min(sequence) FROM deliveries AS kept WHERE kept.release = d.release)))`,
    UNWANTED,
    JSON.stringify(sequences),
    JSON.stringify(inFlight),
  );
  sql.exec(
    `DELETE FROM told WHERE release IN (
       SELECT release FROM deliveries WHERE sequence IN (SELECT value FROM json_each(?1)))
     AND release NOT IN (SELECT value FROM json_each(?2))
     AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.release = told.release
       AND (d.state <> 'dropped' OR d.attempts > 0))
     AND since >= (SELECT min(sequence) FROM deliveries AS d WHERE d.release = told.release)`,
    JSON.stringify(sequences),
    JSON.stringify(inFlight),
  );
}

/** Ends the pending events about other subscriptions. */
export function dropOperational(sql: Sql): void {
  sql.exec(
    `UPDATE deliveries SET state = 'dropped', reason = ?, due_ms = NULL, body = NULL
     WHERE type = 'operational' AND state = 'pending'`,
    UNWANTED,
  );
}
