/**
 * Which subscriptions were sent a release, and which should have been.
 */
import type { NotSentCode } from "../../domain/codes.ts";
import { RELEASE_EVENT_TYPES } from "../../domain/event.ts";
import type { DeliveryFormat, SubscriptionStatus } from "../../domain/subscription.ts";
import type { Filter } from "../../domain/filter.ts";
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
  format: DeliveryFormat;
  /** The feed that a subscription of the hub follows; null for all others. */
  topic: string | null;
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
  /** The events of a release in the log of a subscription. */
  readLog: (subscription: string, release: string) => Promise<ReleaseLog>;
  /** The version of its feed by which a subscription of the hub has an event, or is to have it: at most one. */
  readVersionLog: (subscription: string, sequence: number) => Promise<ReleaseLog>;
  /** Whether the newest document of a feed holds a release, or held it before it was killed or withdrawn. */
  isInFeed: (topic: string, release: string) => boolean;
}

type Row = ExplainedRow &
  Pick<Recipient, "url" | "description" | "topic" | "status"> & { id: string; reason: string | null };

type Explain = ReturnType<typeof explainerOf>;
type Found = Pick<Recipient, "deliveries" | "notSent">;

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
  deps: Deps,
  release: string,
  after: string,
  limit: number,
): Promise<{ recipients: Recipient[]; next: string | null }> {
  const { sql } = deps;
  const query = `SELECT id, url, description, topic, status, reason, ${EXPLAINED_COLUMNS}
    FROM subscriptions WHERE id > ? ORDER BY id LIMIT ?`;
  const rows = all<Row>(sql, query, after, limit);
  const explain = explainerOf(sql, release);
  const found = new Map<string, Found>();
  await inParallel(rows, ENQUEUES_AT_ONCE_MAX, async (row) => {
    const { deliveries, notSent } =
      row.topic === null
        ? await lookAtEvents(deps, row, release, explain)
        : await lookAtFeed(deps, { ...row, topic: row.topic }, release, explain);
    if (deliveries?.length !== 0 || notSent.length > 0) found.set(row.id, { deliveries, notSent });
  });
  return {
    recipients: rows.flatMap(({ id, url, description, format, topic, status, reason }) => {
      const each = found.get(id);
      if (each === undefined) return [];
      return { subscription: id, url, description, format, topic, status, statusReason: reason, ...each };
    }),
    next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
  };
}

async function lookAtEvents(
  { sql, readLog }: Deps,
  row: Row,
  release: string,
  explain: Explain,
): Promise<Found> {
  const deliveries = await readSafely(row.id, readLog(row.id, release));
  const inLog = new Set(deliveries?.map(({ event }) => event));
  const notSent = explain(toExplained(sql, row)).filter(
    ({ event, code }) => !inLog.has(event) && EXPECTED.has(code),
  );
  return { deliveries, notSent };
}

/** A subscription of the hub is sent no events. It has the latest one by any version of its feed since. */
async function lookAtFeed(
  { readVersionLog, isInFeed }: Deps,
  row: Row & { topic: string },
  release: string,
  explain: Explain,
): Promise<Found> {
  const nothing = { deliveries: [], notSent: [] };
  if (row.active === 0 || !isInFeed(row.topic, release)) return nothing;
  const filter = JSON.parse(row.filter) as Filter;
  const preferences = { format: "standard", content: "full", filter, types: RELEASE_EVENT_TYPES } as const;
  const events = explain({ preferences, isVerified: true, since: 0, sentTo: 0 });
  const latest = events.findLast(({ code }) => code === "about-to-be-sent");
  if (latest === undefined) return nothing;
  const deliveries = await readSafely(row.id, readVersionLog(row.id, latest.sequence));
  // One that lags is about to be sent a version. Any other read the feed when it subscribed.
  const lags = row.cursor !== null && deliveries?.length === 0;
  return { deliveries, notSent: lags ? [latest] : [] };
}

/** @returns null if the Subscriber did not answer in time */
async function readSafely(subscription: string, reading: Promise<ReleaseLog>): Promise<ReleaseLog | null> {
  return withTimeout(reading, ENQUEUE_TIMEOUT_MS).catch((error: unknown) => {
    log("error", "log not read", { subscription, error: String(error) });
    return null;
  });
}
