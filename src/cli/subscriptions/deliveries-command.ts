/**
 * `communique deliveries`: the log of a subscription, what became of one release there, and why.
 */
import { withRelativeTime } from "../instant-words.ts";
import { CliError } from "../cli-error.ts";
import { findRelease } from "../release-name.ts";
import { printable } from "../shown-text.ts";
import { printTable, type Row } from "../table.ts";
import { suggestCommand } from "../command-line.ts";
import { findSubscription, nameOf } from "./find.ts";
import { hintFor } from "./hints.ts";
import { describeDelivery, isReplayable, isUnderWay } from "./delivery-words.ts";
import { findEvent } from "./event-name.ts";
import {
  type AttemptedDelivery,
  type Delivery,
  type Subscription,
  SubscriptionsApi,
} from "./subscriptions-api.ts";

export interface DeliveriesOptions {
  to: URL;
  state?: string;
  /** An event's id or sequence. */
  event?: string;
  limit: number;
  json: boolean;
}

export async function deliveriesCommand(
  named: string,
  release: string | undefined,
  options: DeliveriesOptions,
): Promise<void> {
  const api = await SubscriptionsApi.at(options.to);
  const subscription = await findSubscription(api, named);
  if (options.event !== undefined) {
    const { event } = await findEvent(api, subscription, options.event);
    const delivery = await api.delivery(subscription.id, event);
    if (delivery === undefined)
      throw new CliError(`The log of ${nameOf(subscription)} has no event ${event} any more.`);
    if (options.json) console.log(JSON.stringify(delivery, null, 2));
    else showAttempts(delivery, subscription, options.to);
  } else if (release === undefined) {
    await showLog(api, subscription, options);
  } else {
    await showRelease(api, subscription, await findRelease(release, api.client), options);
  }
}

async function showLog(
  api: SubscriptionsApi,
  subscription: Subscription,
  options: DeliveriesOptions,
): Promise<void> {
  const { to, state, limit, json } = options;
  const log = await api.log(subscription.id, { limit, ...(state !== undefined && { state }) });
  if (json) {
    console.log(JSON.stringify(log, null, 2));
    return;
  }
  if (log.data.length === 0) {
    const none = state === undefined ? "has nothing yet" : `has nothing that is ${state}`;
    process.stderr.write(
      `The log of ${printable(nameOf(subscription))} ${none}. Name a release to learn why it was not sent:\n` +
        `  ${suggestCommand(to, "deliveries", subscription.id, "RELEASE")}\n`,
    );
    return;
  }
  printTable(log.data.map(logRow));
  if (log.next !== null) process.stderr.write(`There are older ones: --limit ${limit * 10} shows more.\n`);
}

function logRow({
  sequence,
  event,
  type,
  state,
  attempts,
  created,
  nextAttempt,
  release,
  reason,
}: Delivery): Row {
  return {
    event: sequence === null ? event : String(sequence),
    type,
    state,
    attempts,
    created,
    "next attempt": nextAttempt,
    release,
    reason,
  };
}

/** Every event of a release in words, and the one command that sends what can be sent. */
async function showRelease(
  api: SubscriptionsApi,
  subscription: Subscription,
  release: string,
  { to, state, json }: DeliveriesOptions,
): Promise<void> {
  const log = await api.log(subscription.id, { release, limit: Infinity });
  const rows = log.data.filter((row) => state === undefined || row.state === state);
  if (json) {
    console.log(JSON.stringify({ data: rows, next: log.next }, null, 2));
    return;
  }
  const facts = await api.release(release);
  if (facts === undefined) {
    throw new CliError(`${to.origin} holds no release ${release}: is --to right, and the id?`);
  }
  const { title, url, status } = facts;
  const nowMs = Date.now();
  console.log(`“${printable(title)}”  ${url}  ${status}`);
  const since = withRelativeTime(subscription.since, nowMs);
  const reason = subscription.reason === undefined ? "" : `: ${printable(subscription.reason)}`;
  console.log(
    `for ${printable(nameOf(subscription))}, ${subscription.id}, ${subscription.status} since ${since}${reason}`,
  );
  for (const row of rows.toReversed()) {
    const attempted = row.attempts > 0 ? await api.delivery(subscription.id, row.event) : undefined;
    console.log(
      `${row.sequence}  ${row.type}  ${printable(describeDelivery(attempted ?? { ...row, log: [] }, subscription, nowMs))}`,
    );
  }
  if (log.data.length === 0) {
    console.log(
      status === "embargoed"
        ? "It is under embargo: nothing of it is sent to anybody before that ends."
        : "Nothing has happened to it that could be sent.",
    );
  } else if (rows.length === 0) {
    console.log(`None of its ${log.data.length} events is ${state}.`);
  }
  for (const line of nextSteps(log.data, subscription, release, to)) console.log(line);
}

function nextSteps(
  rows: readonly Delivery[],
  subscription: Subscription,
  release: string,
  to: URL,
): string[] {
  const inLog = rows.filter(({ state }) => state !== "not-sent");
  const isUnproved = subscription.status === "pending" && rows.length > 0;
  const advice =
    isUnproved || inLog.some(({ state }) => state === "held") ? hintFor(subscription, to) : undefined;
  if (advice !== undefined) return [advice];
  const replay = suggestCommand(to, "replay", subscription.id, "--release", release);
  if (inLog.some(isUnderWay) || rows.some(isReplayable)) return [`Send it now: ${replay}`];
  if (inLog.some(({ state }) => state === "delivered")) return [`Send it again: ${replay}`];
  return rows.length === 0
    ? []
    : [`See what it asks for: ${suggestCommand(to, "subscriptions", subscription.id)}`];
}

function showAttempts(delivery: AttemptedDelivery, subscription: Subscription, to: URL): void {
  const { type, event, sequence, log } = delivery;
  console.log(
    `${sequence ?? ""}  ${type}  ${event}  ${printable(describeDelivery(delivery, subscription, Date.now()))}`.trim(),
  );
  if (log.length > 0) {
    printTable(
      log.map(({ attempt, at, durationMs, status, reason, answer }) => ({
        attempt,
        at,
        ms: durationMs,
        status,
        reason,
        answer,
      })),
    );
  }
  if (sequence === null) return;
  const advice = hintFor(subscription, to);
  console.log(
    advice ?? `Send it now: ${suggestCommand(to, "replay", subscription.id, "--event", String(sequence))}`,
  );
}
