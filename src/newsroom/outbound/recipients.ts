/**
 * Which subscriptions were sent a release, and which should have been.
 */
import type { NotSentCode } from "../../domain/codes.ts";
import { sequenceOfEtag } from "../../documents/kv-store.ts";
import { isRetraction } from "../../domain/event.ts";
import type { DeliveryFormat, SubscriptionStatus } from "../../domain/subscription.ts";
import type { Filter } from "../../domain/filter.ts";
import { memoized } from "../../domain/memoized.ts";
import { inParallel, withTimeout } from "../../runtime/async.ts";
import { log } from "../../runtime/log.ts";
import { all, type Sql } from "../../runtime/sql.ts";
import type { subscriber } from "../../runtime/stubs.ts";
import { ENQUEUE_TIMEOUT_MS, ENQUEUES_AT_ONCE_MAX } from "../limits.ts";
import {
  EXPLAINED_COLUMNS,
  type ExplainedEvent,
  type ExplainedRow,
  ABOUT_TO_BE_SENT,
  type Explainer,
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
  /**
   * Of the log of a subscription of the hub: the first delivered version of its feed since an event, else the newest one.
   * Empty if the log has no version since the event.
   */
  readVersionLog: (subscription: string, sequence: number) => Promise<ReleaseLog>;
  /** Whether the newest document of a feed covers the instant of a release, and no archive does. */
  isInNewest: (topic: string, release: string) => boolean;
}

type Row = ExplainedRow &
  Pick<Recipient, "url" | "description" | "topic" | "status"> & {
    id: string;
    reason: string | null;
    /** The ETag of the version that a subscription of the hub was given last; '': an older one. */
    version: string | null;
  };

type Found = Pick<Recipient, "deliveries" | "notSent">;

/** The release does not concern the subscription. */
const NOT_CONCERNED: Found = { deliveries: [], notSent: [] };

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
  const query = `SELECT id, url, description, topic, topic_version AS version, status, reason, ${EXPLAINED_COLUMNS}
    FROM subscriptions WHERE id > ? ORDER BY id LIMIT ?`;
  const rows = all<Row>(sql, query, after, limit);
  const explainer = explainerOf(sql, release);
  const isInNewest = memoized((topic) => deps.isInNewest(topic, release), limit);
  const found = new Map<string, Found>();
  await inParallel(rows, ENQUEUES_AT_ONCE_MAX, async (row) => {
    const { topic } = row;
    const { deliveries, notSent } =
      topic === null
        ? await findEvents(deps, row, release, explainer)
        : isInNewest(topic)
          ? await findVersion(deps, row, explainer)
          : NOT_CONCERNED;
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

async function findEvents(
  { sql, readLog }: Deps,
  row: Row,
  release: string,
  { explain }: Explainer,
): Promise<Found> {
  const deliveries = await readSafely(row.id, readLog(row.id, release));
  const inLog = new Set(deliveries?.map(({ event }) => event));
  const notSent = explain(toExplained(sql, row)).filter(
    ({ event, code }) => !inLog.has(event) && EXPECTED.has(code),
  );
  return { deliveries, notSent };
}

/** The hub sends feeds, not events. An endpoint has an event once a version with it, or a later one, was delivered. */
async function findVersion(
  { readVersionLog }: Deps,
  row: Row,
  { latestMatching }: Explainer,
): Promise<Found> {
  if (row.active === 0) return NOT_CONCERNED;
  const latest = latestMatching(JSON.parse(row.filter) as Filter);
  if (latest === undefined) return NOT_CONCERNED;
  // A subscription that is younger than the kill or withdrawal never had the release from the hub.
  if (isRetraction(latest.type) && latest.sequence <= row.since) return NOT_CONCERNED;
  const deliveries = await readSafely(row.id, readVersionLog(row.id, latest.sequence));
  // The ETag of a feed names its latest event.
  const isBehind = (sequenceOfEtag(row.version ?? "") ?? 0) < latest.sequence;
  return {
    deliveries,
    notSent: isBehind && deliveries?.length === 0 ? [{ ...latest, ...ABOUT_TO_BE_SENT }] : [],
  };
}

/** @returns null if the Subscriber did not answer in time */
async function readSafely(subscription: string, reading: Promise<ReleaseLog>): Promise<ReleaseLog | null> {
  return withTimeout(reading, ENQUEUE_TIMEOUT_MS).catch((error: unknown) => {
    log("error", "log not read", { subscription, error: String(error) });
    return null;
  });
}
