/**
 * A subscription in a row of the table, and in full.
 */
import { withRelativeTime } from "../instant-words.ts";
import { printable } from "../shown-text.ts";
import type { Row } from "../table.ts";
import { hintFor } from "./hints.ts";
import { nameOf } from "./find.ts";
import type { Subscription } from "./subscriptions-api.ts";

const LABEL_CHARS = 13;

/** @param id as much of it as tells it from the others */
export function tableRow(subscription: Subscription, id: string): Row {
  const { status, since, failingSince, reason, health } = subscription;
  const isFailing = status === "active" && typeof failingSince === "string";
  return {
    id,
    status: isFailing ? "failing" : status,
    since: isFailing ? failingSince : since,
    subscription: nameOf(subscription),
    success: percentage(health?.successRate),
    "last success": health?.lastSuccess ?? null,
    waiting: health?.waiting ?? null,
    "next attempt": health?.nextAttempt ?? null,
    reason: reason ?? null,
  };
}

/** All that is known of one, a line each, and what can be done about it. */
export function detailLines(subscription: Subscription, service: URL, nowMs: number): string[] {
  const { id, description, url, status, since, reason, events, filter, health, created } = subscription;
  const told = [
    ["id", id],
    ["description", description],
    ["url", url],
    [
      "status",
      `${status} since ${withRelativeTime(since, nowMs)}${reason === undefined ? "" : `: ${reason}`}`,
    ],
    ["created", created],
    ["events", events.join(", ")],
    ["filter", filterInWords(filter)],
    ["last success", health?.lastSuccess && withRelativeTime(health.lastSuccess, nowMs)],
    ["last failure", health?.lastFailure && withRelativeTime(health.lastFailure, nowMs)],
    ["success", percentage(health?.successRate)],
    ["waiting", health && String(health.waiting)],
    ["next attempt", health?.nextAttempt && withRelativeTime(health.nextAttempt, nowMs)],
  ] as const;
  const advice = hintFor(subscription, service);
  return [
    ...told.map(([label, value]) => `${label.padEnd(LABEL_CHARS)}${printable(value ?? "–")}`),
    ...(advice === undefined ? [] : [advice]),
  ];
}

/** `lang hy or ru; type statement; not topic csto` */
function filterInWords({ not, ...conditions }: Record<string, unknown>): string {
  const words = (part: Record<string, unknown>, before: string) =>
    Object.entries(part).map(([field, values]) => `${before}${field} ${[values].flat().join(" or ")}`);
  const taken = typeof not === "object" && not !== null ? words({ ...not }, "not ") : [];
  return [...words(conditions, ""), ...taken].join("; ") || "everything";
}

function percentage(rate: number | null | undefined): string | null {
  return typeof rate === "number" ? `${Math.round(rate * 1_000) / 10} %` : null;
}
