/**
 * `communique deliveries`: the log of a desk, what became of one release there, and why.
 */
import { withDistance } from "../instant-words.ts";
import { Refusal } from "../cli-error.ts";
import { releaseNamed } from "../release-name.ts";
import { shown } from "../shown-text.ts";
import { printTable, type Row } from "../table.ts";
import { commandLine } from "../command-line.ts";
import { deskNamed, nameOf } from "./find.ts";
import { adviceOn } from "./hints.ts";
import { deliveryInWords, isReplayable, isUnderWay } from "./delivery-words.ts";
import { eventNamed } from "./event-name.ts";
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
  const desk = await deskNamed(api, named);
  if (options.event !== undefined) {
    const { event } = await eventNamed(api, desk, options.event);
    const delivery = await api.delivery(desk.id, event);
    if (delivery === undefined)
      throw new Refusal(`The log of ${nameOf(desk)} has no event ${event} any more.`);
    if (options.json) console.log(JSON.stringify(delivery, null, 2));
    else showAttempts(delivery, desk, options.to);
  } else if (release === undefined) {
    await showLog(api, desk, options);
  } else {
    await showRelease(api, desk, await releaseNamed(release, api.client), options);
  }
}

async function showLog(api: SubscriptionsApi, desk: Subscription, options: DeliveriesOptions): Promise<void> {
  const { to, state, limit, json } = options;
  const log = await api.log(desk.id, { limit, ...(state !== undefined && { state }) });
  if (json) {
    console.log(JSON.stringify(log, null, 2));
    return;
  }
  if (log.data.length === 0) {
    const none = state === undefined ? "has nothing yet" : `has nothing that is ${state}`;
    process.stderr.write(
      `The log of ${shown(nameOf(desk))} ${none}. Name a release to learn why it was not sent:\n` +
        `  ${commandLine(to, "deliveries", desk.id, "RELEASE")}\n`,
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
  desk: Subscription,
  release: string,
  { to, state, json }: DeliveriesOptions,
): Promise<void> {
  const log = await api.log(desk.id, { release, limit: Infinity });
  const rows = log.data.filter((row) => state === undefined || row.state === state);
  if (json) {
    console.log(JSON.stringify({ data: rows, next: log.next }, null, 2));
    return;
  }
  const facts = await api.release(release);
  if (facts === undefined) {
    throw new Refusal(`${to.origin} holds no release ${release}: is --to right, and the id?`);
  }
  const { title, url, status } = facts;
  const nowMs = Date.now();
  console.log(`“${shown(title)}”  ${url}  ${status}`);
  const since = withDistance(desk.since, nowMs);
  const reason = desk.reason === undefined ? "" : `: ${shown(desk.reason)}`;
  console.log(`for ${shown(nameOf(desk))}, ${desk.id}, ${desk.status} since ${since}${reason}`);
  for (const row of rows.toReversed()) {
    const attempted = row.attempts > 0 ? await api.delivery(desk.id, row.event) : undefined;
    console.log(
      `${row.sequence}  ${row.type}  ${shown(deliveryInWords(attempted ?? { ...row, log: [] }, desk, nowMs))}`,
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
  for (const line of nextSteps(log.data, desk, release, to)) console.log(line);
}

function nextSteps(rows: readonly Delivery[], desk: Subscription, release: string, to: URL): string[] {
  const inLog = rows.filter(({ state }) => state !== "not-sent");
  const isUnproved = desk.status === "pending" && rows.length > 0;
  const advice = isUnproved || inLog.some(({ state }) => state === "held") ? adviceOn(desk, to) : undefined;
  if (advice !== undefined) return [advice];
  const replay = commandLine(to, "replay", desk.id, "--release", release);
  if (inLog.some(isUnderWay) || rows.some(isReplayable)) return [`Send it now: ${replay}`];
  if (inLog.some(({ state }) => state === "delivered")) return [`Send it again: ${replay}`];
  return rows.length === 0 ? [] : [`See what it asks for: ${commandLine(to, "subscriptions", desk.id)}`];
}

function showAttempts(delivery: AttemptedDelivery, desk: Subscription, to: URL): void {
  const { type, event, sequence, log } = delivery;
  console.log(
    `${sequence ?? ""}  ${type}  ${event}  ${shown(deliveryInWords(delivery, desk, Date.now()))}`.trim(),
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
  const advice = adviceOn(desk, to);
  console.log(advice ?? `Send it now: ${commandLine(to, "replay", desk.id, "--event", String(sequence))}`);
}
