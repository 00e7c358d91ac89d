/**
 * `communique subscriptions`: all subscriptions, worst first, or one in full.
 */
import { findAdminToken } from "../admin-token.ts";
import { suggestCommand } from "../options.ts";
import { printTable, type TableRow } from "../table.ts";
import { dueTime, printable, relativeTime, withRelativeTime } from "../terminal.ts";
import { findSubscription, nameOf, shortIds, withoutPrefix } from "./find.ts";
import { hintFor, withHint } from "./hints.ts";
import { type Subscription, SubscriptionsApi } from "./subscriptions-api.ts";
import { print, report } from "../output.ts";

export interface SubscriptionsOptions {
  to: URL;
  status?: string;
  sort?: string;
  json: boolean;
  pause: boolean;
  resume: boolean;
  verify: boolean;
  rotateToken: boolean;
}

/** Subscriptions whose current state is fetched, worst first; the list has the last report of the others. */
const REFRESHED_MAX = 100;
const REFRESHED_AT_ONCE = 10;
/** Characters of the labels of the full view. */
const LABEL_CHARS = 13;

const ACTIONS = ["pause", "resume", "verify"] as const;

export async function subscriptionsCommand(
  named: string | undefined,
  options: SubscriptionsOptions,
): Promise<void> {
  const api = new SubscriptionsApi(options.to, await findAdminToken(options.to));
  if (named === undefined) return showAll(api, options);
  const found = await findSubscription(api, named);
  if (options.rotateToken) return rotateToken(api, found.id, options.json);
  const action = ACTIONS.find((each) => options[each]);
  const subscription = action === undefined ? found : await withHint(found, api, api.act(found.id, action));
  if (options.json) print(JSON.stringify(subscription, null, 2));
  else print(detailLines(subscription, api, Date.now()).join("\n"));
}

async function rotateToken(api: SubscriptionsApi, id: string, json: boolean): Promise<void> {
  const token = await api.rotateToken(id);
  if (json) print(JSON.stringify({ token }, null, 2));
  else {
    print(`${"token".padEnd(LABEL_CHARS)}${printable(token)}`);
    report(
      `Give it to the owner of ${id}: the former token no longer works, and no later answer shows this one.`,
    );
  }
}

async function showAll(
  api: SubscriptionsApi,
  { to, status, sort, json }: SubscriptionsOptions,
): Promise<void> {
  const all = await api.list({ status, sort });
  if (json) {
    print(JSON.stringify({ data: all, next: null }, null, 2));
  } else if (all.length > 0) {
    const short = shortIds(all);
    const rows = [...(await refreshed(api, all.slice(0, REFRESHED_MAX))), ...all.slice(REFRESHED_MAX)];
    const nowMs = Date.now();
    printTable(rows.map((subscription) => tableRow(subscription, short(subscription.id), nowMs)));
  } else {
    const kind = status === undefined ? "" : `${status} `;
    report(`${to.origin} has no ${kind}subscriptions: \`${suggestCommand(to, "listen")}\` creates one.`);
  }
}

async function refreshed(api: SubscriptionsApi, listed: readonly Subscription[]): Promise<Subscription[]> {
  const present: Subscription[] = [];
  while (present.length < listed.length) {
    const some = listed.slice(present.length, present.length + REFRESHED_AT_ONCE);
    // A subscription that was deleted meanwhile is shown as listed.
    present.push(...(await Promise.all(some.map(async (one) => ({ ...one, ...(await api.one(one.id)) })))));
  }
  return present;
}

function tableRow(subscription: Subscription, id: string, nowMs: number): TableRow {
  const { status, since, failingSince, health } = subscription;
  const reason = subscription.reason ?? health?.blocked ?? null;
  const isFailing = status === "active" && typeof failingSince === "string";
  const shownStatus = isFailing ? "failing" : status;
  const shownSince = isFailing ? failingSince : since;
  const { lastSuccess = null, waiting = null, givenUp = null, nextAttempt = null } = health ?? {};
  const name = nameOf(subscription);
  const success = percentage(health?.successRate);
  return {
    isFailing: isFailing || status === "disabled",
    terminal: {
      id: withoutPrefix(id),
      status: shownStatus,
      since: relativeTime(shownSince, nowMs),
      subscription: name,
      success,
      waiting,
      "given up": givenUp,
      next: nextAttempt && dueTime(nextAttempt, nowMs),
      reason,
    },
    plain: {
      id,
      status: shownStatus,
      since: shownSince,
      subscription: name,
      success,
      "last success": lastSuccess,
      waiting,
      "given up": givenUp,
      "next attempt": nextAttempt,
      reason,
    },
  };
}

function detailLines(subscription: Subscription, api: SubscriptionsApi, nowMs: number): string[] {
  const {
    id,
    description,
    url,
    format = "standard",
    shape,
    status,
    since,
    reason,
    events,
    filter,
    health,
    created,
  } = subscription;
  const fields = [
    ["id", id],
    ["description", description],
    ["url", url],
    ["format", shape === undefined ? format : `${format}, as a ${shape}`],
    ["status", `${status} since ${withRelativeTime(since, nowMs)}${reason ? `: ${reason}` : ""}`],
    ["created", created],
    ["events", events.join(", ")],
    ["filter", describeFilter(filter)],
    ["last success", health?.lastSuccess && withRelativeTime(health.lastSuccess, nowMs)],
    ["last failure", health?.lastFailure && withRelativeTime(health.lastFailure, nowMs)],
    ["success", percentage(health?.successRate)],
    ["waiting", health && String(health.waiting)],
    ["given up", health && String(health.givenUp ?? 0)],
    ["next attempt", health?.nextAttempt && withRelativeTime(health.nextAttempt, nowMs)],
    ...(health?.blocked ? ([["blocked", health.blocked]] as const) : []),
  ] as const;
  const hint = hintFor(subscription, api);
  const lines = fields.map(([label, value]) => `${label.padEnd(LABEL_CHARS)}${printable(value ?? "–")}`);
  return [...lines, hint ?? []].flat();
}

/** `lang hy or ru; type statement; not topic csto` */
function describeFilter({ not, ...conditions }: Record<string, unknown>): string {
  const words = (part: Record<string, unknown>, before: string) =>
    Object.entries(part).map(([field, values]) => `${before}${field} ${[values].flat().join(" or ")}`);
  const excluded = typeof not === "object" && not !== null ? words({ ...not }, "not ") : [];
  return [...words(conditions, ""), ...excluded].join("; ") || "everything";
}

function percentage(rate: number | null | undefined): string | null {
  return typeof rate === "number" ? `${Math.round(rate * 1_000) / 10} %` : null;
}
