/**
 * The outbox of a subscription of the hub: requests that wait for their verification, and at most one version of the
 * topic that waits.
 */
import { exists, type Sql } from "../runtime/sql.ts";
import { HUB_REQUESTS_MAX } from "./limits.ts";

/** Whether a request waits for its verification. */
export function hasRequest(sql: Sql): boolean {
  return exists(sql, "SELECT 1 FROM deliveries WHERE type = 'subscription.verify' AND state = 'pending'");
}

/** Makes room for one more request: the oldest one ends. */
export function limitRequests(sql: Sql): void {
  sql.exec(
    `UPDATE deliveries SET state = 'failed', reason = 'later requests took its place', due_ms = NULL, body = NULL
     WHERE number IN (SELECT number FROM deliveries WHERE type = 'subscription.verify' AND state = 'pending'
       ORDER BY number DESC LIMIT -1 OFFSET ?)`,
    HUB_REQUESTS_MAX - 1,
  );
}

/** Ends the requests before one that was confirmed: it overrides them (WebSub, 5.1). */
export function dropEarlierRequests(sql: Sql, event: string): void {
  sql.exec(
    `UPDATE deliveries SET state = 'failed', reason = 'a later request was confirmed', due_ms = NULL, body = NULL
     WHERE type = 'subscription.verify' AND state = 'pending'
       AND number < (SELECT number FROM deliveries WHERE event = ?)`,
    event,
  );
}

/** Ends the version that waits: a newer one takes its place. */
export function replaceVersions(sql: Sql): void {
  sql.exec(
    `UPDATE deliveries SET state = 'replaced', reason = 'a newer version took its place', due_ms = NULL, body = NULL
     WHERE type = 'topic.changed' AND state = 'pending'`,
  );
}
