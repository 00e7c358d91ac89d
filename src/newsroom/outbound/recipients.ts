/**
 * Which subscriptions were sent a release, and which should have been.
 */
import type { NotSentCode } from "../../domain/codes.ts";
import type { PayloadFormat, SubscriptionStatus } from "../../domain/subscription.ts";
import { inParallel, withTimeout } from "../../runtime/async.ts";
import { log } from "../../runtime/log.ts";
import { all, type Sql } from "../../runtime/sql.ts";
import type { subscriber } from "../../runtime/stubs.ts";
import { ENQUEUE_TIMEOUT_MS, ENQUEUES_AT_ONCE_MAX } from "../limits.ts";
import {
  EXPLAINED_COLUMNS,
  type ExplainedEvent,
  type ExplainedRow,
  explainerOf,
  toExplained,
} from "./explain.ts";

/** What a Subscriber's log holds of a release. */
type ReleaseLog = Awaited<ReturnType<ReturnType<typeof subscriber>["releaseLog"]>>[number][];

/** A subscription, and all that happened to a release there. Its events are oldest first. */
export interface Recipient {
  subscription: string;
  url: string;
  description: string | null;
  format: PayloadFormat;
  status: SubscriptionStatus;
  /** Why it is disabled. */
  statusReason: string | null;
  /** What the log of the subscription says; null if its Subscriber did not answer in time. */
  deliveries: ReleaseLog | null;
  /** The events that are not in the log although the subscription asks for them. */
  notSent: ExplainedEvent[];
}

interface Deps {
  sql: Sql;
  readLog: (subscription: string, release: string) => Promise<ReleaseLog>;
}

type Row = ExplainedRow &
  Pick<Recipient, "url" | "description" | "format" | "status"> & { id: string; reason: string | null };

/** What a subscription asks for, and has not been sent. */
const EXPECTED: ReadonlySet<NotSentCode> = new Set([
  "waits-for-verification",
  "about-to-be-sent",
  "no-longer-in-log",
]);

/**
 * Looks at some subscriptions, by id.
 *
 * @param after the last id of the page before; "" for the first page
 * @param limit subscriptions at most: each is a call of its Subscriber
 * @returns those of them that the release concerns; `next` is the `after` of the next page, null on the last one
 */
export async function findRecipients(
  { sql, readLog }: Deps,
  release: string,
  after: string,
  limit: number,
): Promise<{ recipients: Recipient[]; next: string | null }> {
  const query = `SELECT id, url, description, status, reason, ${EXPLAINED_COLUMNS}
    FROM subscriptions WHERE id > ? AND topic IS NULL ORDER BY id LIMIT ?`;
  const rows = all<Row>(sql, query, after, limit);
  const explain = explainerOf(sql, release);
  const found = new Map<string, Recipient>();
  await inParallel(rows, ENQUEUES_AT_ONCE_MAX, async (row) => {
    const deliveries = await withTimeout(readLog(row.id, release), ENQUEUE_TIMEOUT_MS).catch(
      (error: unknown) => {
        log("error", "log not read", { subscription: row.id, error: String(error) });
        return null;
      },
    );
    const inLog = new Set(deliveries?.map(({ event }) => event));
    const notSent = explain(toExplained(sql, row)).filter(
      ({ event, code }) => !inLog.has(event) && EXPECTED.has(code),
    );
    if (deliveries?.length === 0 && notSent.length === 0) return;
    const { id, url, description, format, status, reason } = row;
    found.set(id, {
      subscription: id,
      url,
      description,
      format,
      status,
      statusReason: reason,
      deliveries,
      notSent,
    });
  });
  return {
    recipients: rows.flatMap(({ id }) => found.get(id) ?? []),
    next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
  };
}
