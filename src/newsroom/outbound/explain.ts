/**
 * Explains why a subscription was not sent the events of a release.
 */
import type { NotSentCode } from "../../domain/codes.ts";
import { isRetraction, type ReleaseEventType } from "../../domain/event.ts";
import { type Filter, unmetConditions } from "../../domain/filter.ts";
import { first, type Sql } from "../../runtime/sql.ts";
import { EXPLAINED_EVENTS_MAX } from "../limits.ts";
import { eventIdsOf, type EventTerms, readTermsOfRelease } from "../store/events.ts";
import { getMeta } from "../store/schema.ts";
import { type DeliveryPreferences, isNarrowed, type PreferencesRow, toPreferences } from "./event-window.ts";

/** `code` and `reason` say why the event is not in the subscription's log, if it is not. */
export interface ExplainedEvent {
  event: string;
  sequence: number;
  type: ReleaseEventType;
  code: NotSentCode;
  reason: string;
}

export interface ExplainedSubscription {
  preferences: DeliveryPreferences;
  isVerified: boolean;
  /** The last sequence before the subscription. */
  since: number;
  /** The last sequence that its Subscriber was sent. */
  sentTo: number;
}

/** The latest events of a release, oldest first; none of a release that was never public. */
export function explain(sql: Sql, subscriptionId: string, release: string): ExplainedEvent[] {
  const subscription = readSubscription(sql, subscriptionId);
  return subscription === undefined ? [] : explainerOf(sql, release).explain(subscription);
}

/** What can be said of the events of one release. */
export interface Explainer {
  /** Oldest first. */
  explain: (subscription: ExplainedSubscription) => ExplainedEvent[];
  /** The latest event that a filter matches, without a reason why it was not sent. */
  latestMatching: (filter: Filter) => Omit<ExplainedEvent, "code" | "reason"> | undefined;
}

/** {@link explain} for many subscriptions: reads the events of the release once. */
export function explainerOf(sql: Sql, release: string): Explainer {
  const ids = eventIdsOf(sql, release, EXPLAINED_EVENTS_MAX);
  // Before anything is read that only an embargoed release has.
  if (ids.size === 0) return { explain: () => [], latestMatching: () => undefined };
  const events = [...readTermsOfRelease(sql, release, 0, Number.MAX_SAFE_INTEGER)].flatMap((terms) => {
    const event = ids.get(terms.sequence);
    return event === undefined ? [] : [{ event, terms }];
  });
  return {
    explain: (subscription) =>
      events.map(({ event, terms }) => {
        const { sequence, type } = terms;
        const [code, reason] = whyNotSent(subscription, terms);
        return { event, sequence, type, code, reason };
      }),
    latestMatching: (filter) => {
      const latest = events.findLast(({ terms }) => unmetConditions(filter, terms.terms).length === 0);
      return latest && { event: latest.event, sequence: latest.terms.sequence, type: latest.terms.type };
    },
  };
}

/** Looks at the preferences first: what they do not match, a replay does not send either. */
function whyNotSent(
  { preferences, isVerified, since, sentTo }: ExplainedSubscription,
  { sequence, type, terms, isKilledNow }: EventTerms,
): [NotSentCode, reason: string] {
  const isRequested = preferences.types.includes(type);
  const unmet = unmetConditions(preferences.filter, terms);
  if (!isRetraction(type)) {
    if (!isRequested) return ["type-not-requested", `the subscription does not request ${type} events`];
    if (unmet.length > 0) return ["filter-does-not-match", `the filter does not match: ${unmet.join("; ")}`];
  } else if (!isRequested || unmet.length > 0) {
    return RELEASE_NEVER_SENT;
  }
  const isEarlier = sequence <= since;
  if (!isEarlier && !isVerified)
    return ["waits-for-verification", "it will be sent when the endpoint is verified"];
  if (!isEarlier && sequence > sentTo) return [ABOUT_TO_BE_SENT.code, ABOUT_TO_BE_SENT.reason];
  if (isKilledNow && type !== "release.killed")
    return ["release-killed", "the release was killed later; only its kill is sent"];
  if (isKilledNow && isEarlier && isNarrowed(preferences.filter)) return RELEASE_NEVER_SENT;
  return isEarlier
    ? ["before-subscription", "it happened before the subscription was created; replay sends it"]
    : [
        "no-longer-in-log",
        "its delivery is no longer in the log, or it happened before the filter was changed; replay sends it",
      ];
}

export const ABOUT_TO_BE_SENT = { code: "about-to-be-sent", reason: "it is about to be sent" } as const;

const RELEASE_NEVER_SENT: [NotSentCode, string] = [
  "release-never-sent",
  "it retracts a release that the subscription was never sent",
];

function readSubscription(sql: Sql, id: string): ExplainedSubscription | undefined {
  const query = `SELECT ${EXPLAINED_COLUMNS} FROM subscriptions WHERE id = ? AND topic IS NULL`;
  const row = first<ExplainedRow>(sql, query, id);
  return row && toExplained(sql, row);
}

/** The columns of {@link ExplainedRow}. */
export const EXPLAINED_COLUMNS = "format, content, filter, events, active, cursor, since_sequence AS since";
export type ExplainedRow = PreferencesRow & { active: number; cursor: number | null; since: number };

export function toExplained(sql: Sql, row: ExplainedRow): ExplainedSubscription {
  const sentTo = row.cursor ?? Number(getMeta(sql, "swept") ?? 0);
  return { preferences: toPreferences(row), isVerified: row.active === 1, since: row.since, sentTo };
}
