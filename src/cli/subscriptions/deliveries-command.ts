/**
 * `communique deliveries`: a subscription's log, or what happened to one release there and why.
 */
import { findAdminToken } from "../admin-token.ts";
import { CliError } from "../cli-error.ts";
import { findRelease } from "../find-release.ts";
import { suggestCommand } from "../options.ts";
import { printTable, type TableRow } from "../table.ts";
import { dueTime, printable, relativeTime, withRelativeTime } from "../terminal.ts";
import { describeDelivery, isReplayable, isUnderWay } from "./describe-delivery.ts";
import { findEvent, findSubscription, nameOf } from "./find.ts";
import { hintFor } from "./hints.ts";
import type { AttemptedDelivery, Delivery, Subscription } from "./subscriptions-api.ts";
import { SubscriptionsApi } from "./subscriptions-api.ts";
import { print, report } from "../output.ts";

export interface DeliveriesOptions {
  to: URL;
  state?: string;
  /** An event's id or sequence. */
  event?: string;
  limit: number;
  json: boolean;
}

/** Characters of an event's id, and of a release's id where its title is not public. */
const SHORT_ID_CHARS = 8;

export async function deliveriesCommand(
  named: string,
  release: string | undefined,
  options: DeliveriesOptions,
): Promise<void> {
  const api = new SubscriptionsApi(options.to, await findAdminToken(options.to));
  const subscription = await findSubscription(api, named);
  if (options.event !== undefined) {
    const { event } = await findEvent(api, subscription, options.event);
    const delivery = await api.delivery(subscription.id, event);
    if (delivery === undefined)
      throw new CliError(`The log of ${nameOf(subscription)} no longer holds event ${event}.`);
    if (options.json) print(JSON.stringify(delivery, null, 2));
    else showAttempts(delivery, subscription, api);
  } else if (release === undefined) {
    await showLog(api, subscription, options);
  } else {
    await showRelease(api, subscription, await findRelease(release, api), options);
  }
}

async function showLog(
  api: SubscriptionsApi,
  subscription: Subscription,
  { to, state, limit, json }: DeliveriesOptions,
): Promise<void> {
  const log = await api.log(subscription.id, { limit, state });
  if (json) return print(JSON.stringify(log, null, 2));
  if (log.data.length === 0) {
    const what = state === undefined ? "is empty" : `has nothing that is ${state}`;
    report(
      `The log of ${printable(nameOf(subscription))} ${what}. Name a release to learn why it was not sent:\n` +
        `  ${suggestCommand(to, "deliveries", subscription.id, "RELEASE")}`,
    );
    return;
  }
  const nowMs = Date.now();
  printTable(log.data.map((delivery) => logRow(delivery, nowMs)));
  if (log.next !== null) report(`The log has older deliveries: --limit ${limit * 10} shows more.`);
}

function logRow(
  { sequence, event, type, state, attempts, created, nextAttempt, release, title, reason }: Delivery,
  nowMs: number,
): TableRow {
  // A version of a feed has the sequence of its latest event, which other rows may have too.
  const number = release === null ? null : sequence;
  const name = title ?? release?.slice(0, SHORT_ID_CHARS) ?? null;
  return {
    isFailing: state === "failed" || (state === "pending" && reason !== null),
    terminal: {
      event: number ?? event.slice(0, "evt_".length + SHORT_ID_CHARS),
      type: type.replace("release.", ""),
      state: attempts > 1 ? `${state} ×${attempts}` : state,
      created: created && relativeTime(created, nowMs),
      next: nextAttempt && dueTime(nextAttempt, nowMs),
      release: name,
      reason,
    },
    plain: {
      event: number === null ? event : String(number),
      type,
      state,
      attempts,
      created,
      "next attempt": nextAttempt,
      release: name,
      reason,
    },
  };
}

/** Describes every event of a release, and names the one command that sends what can be sent. */
async function showRelease(
  api: SubscriptionsApi,
  subscription: Subscription,
  release: string,
  { to, state, json }: DeliveriesOptions,
): Promise<void> {
  const log = await api.log(subscription.id, { release, limit: Infinity });
  const rows = log.data.filter((row) => state === undefined || row.state === state);
  if (json) return print(JSON.stringify({ data: rows, next: log.next }, null, 2));
  const facts = await api.release(release);
  if (facts === undefined)
    throw new CliError(`${to.origin} has no release ${release}: check --to and the id.`);
  const { title, url, status } = facts;
  const nowMs = Date.now();
  print(`“${printable(title)}”  ${url}  ${status}`);
  const since = withRelativeTime(subscription.since, nowMs);
  const reason = subscription.reason === undefined ? "" : `: ${printable(subscription.reason)}`;
  print(
    `for ${printable(nameOf(subscription))}, ${subscription.id}, ${subscription.status} since ${since}${reason}`,
  );
  for (const row of rows.toReversed()) {
    const attempted = row.attempts > 0 ? await api.delivery(subscription.id, row.event) : undefined;
    const description = describeDelivery(attempted ?? { ...row, log: [] }, subscription, nowMs);
    print(`${row.sequence}  ${row.type}  ${printable(description)}`);
  }
  if (log.data.length === 0) {
    print(
      status === "embargoed"
        ? "The release is under embargo: nothing is sent before the embargo ends."
        : "The release has no events that could be sent.",
    );
  } else if (rows.length === 0) {
    print(`None of its ${log.data.length} events is ${state}.`);
  }
  for (const line of nextSteps(log.data, subscription, release, api)) print(line);
}

function nextSteps(
  rows: readonly Delivery[],
  subscription: Subscription,
  release: string,
  api: SubscriptionsApi,
): string[] {
  const inLog = rows.filter(({ state }) => state !== "not-sent");
  const isUnverified = subscription.status === "pending" && rows.length > 0;
  const isHeld = inLog.some(({ state }) => state === "held");
  const hint = isUnverified || isHeld ? hintFor(subscription, api) : undefined;
  if (hint !== undefined) return [hint];
  const replay = suggestCommand(api.service, "replay", subscription.id, "--release", release);
  if (inLog.some(isUnderWay) || rows.some(isReplayable)) return [`Send it now: ${replay}`];
  if (inLog.some(({ state }) => state === "delivered")) return [`Send it again: ${replay}`];
  if (rows.length === 0) return [];
  return [`See its filter: ${suggestCommand(api.service, "subscriptions", subscription.id)}`];
}

function joined(...texts: (string | null | undefined)[]): string | null {
  return texts.filter((text) => text !== null && text !== undefined).join("; ") || null;
}

function showAttempts(delivery: AttemptedDelivery, subscription: Subscription, api: SubscriptionsApi): void {
  const { type, event, sequence, log } = delivery;
  const nowMs = Date.now();
  const description = printable(describeDelivery(delivery, subscription, nowMs));
  print(`${sequence ?? ""}  ${type}  ${event}  ${description}`.trim());
  printTable(
    log.map(({ attempt, at, durationMs, status, reason, note, answer }) => {
      const columns = { ms: durationMs, status, reason: joined(reason, note), answer };
      return {
        isFailing: reason !== null,
        terminal: { attempt, at: relativeTime(at, nowMs), ...columns },
        plain: { attempt, at, ...columns },
      };
    }),
  );
  if (sequence === null) return;
  const replay = suggestCommand(api.service, "replay", subscription.id, "--event", String(sequence));
  const when = delivery.state === "delivered" ? "again" : "now";
  print(hintFor(subscription, api) ?? `Send it ${when}: ${replay}`);
}
