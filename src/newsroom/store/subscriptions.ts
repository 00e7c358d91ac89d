/**
 * Who is told of events: what the Newsroom knows of each subscription. Times are milliseconds since
 * 1970.
 */
import { type Filter, FILTER_FIELDS } from "../../domain/filter.ts";
import { hostOf } from "../../domain/target-url.ts";
import type { Health, Registration, SubscriptionStatus } from "../../domain/subscription.ts";
import {
  NEVER_PROVED_KEPT_MS,
  PENDING_MAX,
  PENDING_PER_CLIENT_MAX,
  PENDING_PER_HOST_MAX,
  REGISTRATION_MS,
} from "../limits.ts";
import type { Sql } from "../../runtime/sql.ts";

/** Who asks: limits are by client, and none bind the office. */
export interface Asker {
  client: string;
  isAdmin: boolean;
}

/** What became of a registration. `whose`: the limit that was reached. */
export type Registered =
  | { kind: "registered" }
  | { kind: "duplicate"; id: string }
  | { kind: "too-many"; whose: "client" | "host" | "service" };

/** How a subscription stands, as its object last reported. */
export interface SubscriptionReport {
  status: SubscriptionStatus;
  reason: string | null;
  sinceMs: number;
  failingSinceMs: number | null;
  health: Health;
  isProved: boolean;
}

/** Worst first: what is disabled has lost its reader, what fails is about to, the rest waits for its owner. */
const TROUBLE = { disabled: 4, failing: 3, pending: 2, paused: 1, active: 0 } as const;

export class Subscriptions {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * From now on events are its own; unless it is proved, it is told of none before {@link activate}.
   *
   * @param registration of which there is none in {@link provedWith}
   */
  register(
    registration: Registration,
    isProved: boolean,
    asker: Asker,
    lastSequence: number,
    nowMs: number,
  ): Exclude<Registered, { kind: "duplicate" }> {
    this.#forgetNeverProved(nowMs);
    const host = hostOf(registration.url);
    if (!asker.isAdmin) {
      const whose = this.#limitReached(asker.client, host);
      if (whose !== undefined) return { kind: "too-many", whose };
    }
    const proved = isProved ? 1 : 0;
    this.#sql.exec(
      `INSERT INTO subscriptions (id, key, url, host, client, format, content, description, filter, events,
         created_ms, since_sequence, active, proved, status, since_ms, trouble, cursor, due_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
      registration.id,
      keyOf(registration),
      registration.url,
      host,
      isProved ? null : asker.client,
      registration.format,
      registration.content,
      registration.description ?? null,
      JSON.stringify(registration.filter),
      JSON.stringify(registration.events),
      registration.createdMs,
      lastSequence,
      proved,
      proved,
      isProved ? "active" : "pending",
      nowMs,
      isProved ? TROUBLE.active : TROUBLE.pending,
      lastSequence,
    );
    return { kind: "registered" };
  }

  hasFilter(id: string, filter: Filter): boolean {
    const rows = this.#sql.exec(
      "SELECT 1 FROM subscriptions WHERE id = ? AND filter = ?",
      id,
      JSON.stringify(filter),
    );
    return rows.toArray().length > 0;
  }

  /** Its owner wants it otherwise. A new URL is not proved. @returns false if a proved one is like that already */
  change(registration: Registration): boolean {
    const duplicate = this.provedWith(registration);
    if (duplicate !== undefined && duplicate !== registration.id) return false;
    const [row] = this.#sql.exec<{ url: string }>(
      "SELECT url FROM subscriptions WHERE id = ?",
      registration.id,
    );
    if (row !== undefined && row.url !== registration.url) {
      this.#sql.exec("UPDATE subscriptions SET proved = 0 WHERE id = ?", registration.id);
    }
    this.#sql.exec(
      `UPDATE subscriptions SET filtered_since = (SELECT ifnull(max(sequence), 0) FROM events)
       WHERE id = ? AND filter <> ?`,
      registration.id,
      JSON.stringify(registration.filter),
    );
    this.#write(registration);
    return true;
  }

  /**
   * It has proved itself: it gets what has happened since it registered, then all that follows.
   *
   * @returns `duplicate` if another with its URL and filter was there before
   */
  activate(id: string): "active" | "duplicate" | "unknown" {
    const [row] = this.#sql.exec<{ key: string }>("SELECT key FROM subscriptions WHERE id = ?", id);
    if (row === undefined) return "unknown";
    // Those of the first version have no key before their objects report.
    const [other] = this.#sql.exec<{ id: string }>(
      "SELECT id FROM subscriptions WHERE key = ? AND key <> '' AND proved = 1 AND id <> ?",
      row.key,
      id,
    );
    if (other !== undefined) return "duplicate";
    this.#sql.exec("UPDATE subscriptions SET active = 1, proved = 1, client = NULL WHERE id = ?", id);
    return "active";
  }

  /** What its object says of it. One that is not registered, any more, stays so. */
  report(registration: Registration, standing: SubscriptionReport, nowMs: number): void {
    this.#write(registration);
    const { status, failingSinceMs } = standing;
    const trouble = TROUBLE[status === "active" && failingSinceMs !== null ? "failing" : status];
    this.#sql.exec(
      `UPDATE subscriptions SET status = ?, reason = ?, since_ms = ?, failing_ms = ?, trouble = ?, health = ?,
         reported_ms = ?, proved = ? WHERE id = ?`,
      status,
      standing.reason,
      standing.sinceMs,
      failingSinceMs,
      trouble,
      JSON.stringify(standing.health),
      nowMs,
      standing.isProved ? 1 : 0,
      registration.id,
    );
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM subscriptions WHERE id = ?", id);
  }

  /** Its object knows nothing of it, and has had time to be made. */
  removeNeverCreated(id: string, nowMs: number): void {
    this.#sql.exec("DELETE FROM subscriptions WHERE id = ? AND created_ms < ?", id, nowMs - REGISTRATION_MS);
  }

  /** Those that are told when another is disabled. */
  operational(): string[] {
    return this.#sql
      .exec<{ id: string }>(
        `SELECT id FROM subscriptions WHERE active = 1 AND events LIKE '%"operational"%' ORDER BY id`,
      )
      .toArray()
      .map(({ id }) => id);
  }

  #write(registration: Registration): void {
    const { id, url, format, content, description, filter, events, createdMs } = registration;
    this.#sql.exec(
      `UPDATE subscriptions SET key = ?, url = ?, host = ?, format = ?, content = ?, description = ?, filter = ?,
         events = ?, created_ms = ? WHERE id = ?`,
      keyOf(registration),
      url,
      hostOf(url),
      format,
      content,
      description ?? null,
      JSON.stringify(filter),
      JSON.stringify(events),
      createdMs,
      id,
    );
  }

  /** The id of the one that has its URL and filter, and has proved itself. */
  provedWith(registration: Registration): string | undefined {
    const [row] = this.#sql.exec<{ id: string }>(
      "SELECT id FROM subscriptions WHERE key = ? AND proved = 1",
      keyOf(registration),
    );
    return row?.id;
  }

  #limitReached(client: string, host: string): "client" | "host" | "service" | undefined {
    const pending = this.#sql
      .exec<{ client: number; host: number; service: number }>(
        `SELECT count(*) FILTER (WHERE client = ?) AS client, count(*) FILTER (WHERE host = ?) AS host,
           count(*) AS service FROM subscriptions WHERE status = 'pending'`,
        client,
        host,
      )
      .one();
    if (pending.client >= PENDING_PER_CLIENT_MAX) return "client";
    if (pending.host >= PENDING_PER_HOST_MAX) return "host";
    return pending.service >= PENDING_MAX ? "service" : undefined;
  }

  /** Those that nobody ever proved hold nothing that anybody misses. */
  #forgetNeverProved(nowMs: number): void {
    this.#sql.exec(
      // Of the first version nobody knows how old they are before their objects report.
      "DELETE FROM subscriptions WHERE active = 0 AND created_ms < ? AND created_ms > 0",
      nowMs - NEVER_PROVED_KEPT_MS,
    );
  }
}

/** One URL with one filter is one subscription, in whatever order its fields were named. */
function keyOf({ url, filter: { not, ...conditions } }: Registration): string {
  const ordered = (part: Filter) => FILTER_FIELDS.map((field) => part[field] ?? null);
  return JSON.stringify([new URL(url).href, ordered(conditions), ordered(not ?? {})]);
}
