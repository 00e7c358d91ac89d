/**
 * Why a subscription was not sent what happened to a release.
 */
import { isRetraction, type ReleaseEventType } from "../../domain/event.ts";
import { type Filter, unmetConditions } from "../../domain/filter.ts";
import { EXPLAINED_EVENTS_MAX } from "../limits.ts";
import { isNarrowed } from "./event-window.ts";
import type { Events, EventTerms } from "../store/events.ts";
import { getMeta } from "../store/schema.ts";
import type { Sql } from "../../runtime/sql.ts";

/** One event of a release, as a subscription was or was not to be handed it. */
export interface ExplainedEvent {
  event: string;
  sequence: number;
  type: ReleaseEventType;
  /** In words, why it was handed over or not. */
  reason: string;
}

interface Row {
  filter: string;
  events: string;
  active: number;
  cursor: number | null;
  since: number;
  [column: string]: SqlStorageValue;
}

const WAS_NOT_SENT = "it takes back a text that this subscription was not sent";

/** The events of a release that everybody may know of, in order. */
export function explain(sql: Sql, events: Events, subscription: string, release: string): ExplainedEvent[] {
  const [row] = sql.exec<Row>(
    `SELECT filter, events, active, cursor, since_sequence AS since FROM subscriptions WHERE id = ?`,
    subscription,
  );
  if (row === undefined) return [];
  const filter = JSON.parse(row.filter) as Filter;
  const types = JSON.parse(row.events) as string[];
  const eventsFor = row.cursor ?? Number(getMeta(sql, "swept") ?? 0);
  const reasonOf = ({ sequence, type, filed, isKilledNow }: EventTerms): string => {
    // What it asks for first: what it does not take, no replay sends.
    const unmet = unmetConditions(filter, filed);
    if (!types.includes(type) && !isRetraction(type)) return `the subscription does not ask for ${type}`;
    if (unmet.length > 0 && !isRetraction(type)) return `the filter does not take it: ${unmet.join("; ")}`;
    if (unmet.length > 0 || !types.includes(type)) return WAS_NOT_SENT;
    const isEarlier = sequence <= row.since;
    if (!isEarlier && row.active === 0) return "it is sent once the endpoint has proved itself";
    if (!isEarlier && sequence > eventsFor) return "it is about to be handed to the subscription";
    if (isKilledNow && type !== "release.killed") return "its text was killed since, and is told no more";
    if (isKilledNow && isEarlier && isNarrowed(row)) return WAS_NOT_SENT;
    return isEarlier
      ? "it happened before the subscription was made; replay sends it"
      : "its delivery is older than the log, or was before the filter was changed; replay sends it";
  };
  const ids = new Map(
    sql
      .exec<{ sequence: number; id: string }>(
        "SELECT sequence, id FROM events WHERE release = ? ORDER BY sequence DESC LIMIT ?",
        release,
        EXPLAINED_EVENTS_MAX,
      )
      .toArray()
      .map(({ sequence, id }) => [sequence, id]),
  );
  return [...events.ofRelease(release, 0, Number.MAX_SAFE_INTEGER)].flatMap((told) => {
    const { sequence, type } = told;
    const event = ids.get(sequence);
    return event === undefined ? [] : [{ event, sequence, type, reason: reasonOf(told) }];
  });
}
