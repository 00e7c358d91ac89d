/**
 * `communique replay`: sends a subscription, now, what it did not get.
 */
import { setTimeout as delay } from "node:timers/promises";
import { findAdminToken } from "../admin-token.ts";
import { ServiceProblem } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import { findRelease } from "../find-release.ts";
import { suggestCommand } from "../options.ts";
import { counted, printable } from "../terminal.ts";
import { describeDelivery, isReplayable, isUnderWay } from "./describe-delivery.ts";
import { findEvent, findSubscription, nameOf } from "./find.ts";
import { hintFor, withHint } from "./hints.ts";
import type { AttemptedDelivery, Delivery, ReplaySpan, Subscription } from "./subscriptions-api.ts";
import { SubscriptionsApi } from "./subscriptions-api.ts";
import { print } from "../output.ts";

/** What to send. */
export type ReplayTarget = { span: ReplaySpan } | { event: string } | { release: string };

type LoggedEvent = Pick<Delivery, "event" | "sequence" | "attempts">;

/** Milliseconds to wait for an attempt: an endpoint has 15 s to answer. */
const OUTCOME_TIMEOUT_MS = 20_000;
const POLL_MS = 200;
/** Milliseconds to wait for an earlier replay to end. */
const EARLIER_REPLAY_TIMEOUT_MS = 10_000;

export async function replayCommand(named: string, target: ReplayTarget, to: URL): Promise<void> {
  const api = new SubscriptionsApi(to, await findAdminToken(to));
  const subscription = await findSubscription(api, named);
  if ("span" in target) return replaySpan(api, subscription, target.span);
  if ("release" in target) return replayRelease(api, subscription, await findRelease(target.release, api));
  return redeliver(api, subscription, [await findEvent(api, subscription, target.event)]);
}

async function replaySpan(
  api: SubscriptionsApi,
  subscription: Subscription,
  span: ReplaySpan,
): Promise<void> {
  const { after, to: last } = await withHint(subscription, api, api.replay(subscription.id, span));
  if (last <= after) {
    print("There are no events in that span: nothing is sent.");
    return;
  }
  const name = printable(nameOf(subscription));
  print(
    last === after + 1
      ? `Event ${last} is sent to ${name} again, if its filter takes it.`
      : `Events ${after + 1} to ${last} are sent to ${name} again, if its filter takes them.`,
  );
  print(
    hintFor(subscription, api) ??
      `See the results: ${suggestCommand(api.service, "deliveries", subscription.id)}`,
  );
}

/** Sends the events that did not arrive, in the log or not; if all arrived, sends all of them again. */
async function replayRelease(
  api: SubscriptionsApi,
  subscription: Subscription,
  release: string,
): Promise<void> {
  const name = printable(nameOf(subscription));
  const { data } = await api.log(subscription.id, { release, limit: Infinity });
  const events = data.toReversed();
  // Of a killed release only the kill may be sent.
  const isKilled = events.at(-1)?.type === "release.killed";
  const sendable = events.filter(({ type }) => !isKilled || type === "release.killed");
  const underWay = sendable.filter(isUnderWay);
  const neverSent = sendable.filter(isReplayable);
  const isMissing = underWay.length + neverSent.length > 0;
  const again = isMissing ? underWay : sendable.filter(({ state }) => state === "delivered");
  if (again.length + neverSent.length === 0) {
    const reasons = events.map((row) => {
      const description = describeDelivery({ ...row, log: [] }, subscription, Date.now());
      return `${row.sequence}  ${row.type}  ${description}`;
    });
    throw new CliError(
      [
        `No event of release ${release} can be sent to ${name}:`,
        ...(reasons.length > 0 ? reasons : ["the release has no public events"]),
        `See its filter: ${suggestCommand(api.service, "subscriptions", subscription.id)}`,
      ].join("\n"),
    );
  }
  for (const { sequence } of neverSent) {
    if (sequence === null) continue;
    const replay = () => api.replay(subscription.id, { after: sequence - 1, to: sequence });
    await withHint(subscription, api, afterEarlierReplay(replay));
    print(`Event ${sequence} is sent to ${name}.`);
  }
  await redeliver(api, subscription, again);
  if (neverSent.length > 0) {
    const results = suggestCommand(api.service, "deliveries", subscription.id, release);
    print(hintFor(subscription, api) ?? `See the results: ${results}`);
  }
}

/** Sends events now, in order, and reports the results. @throws CliError if any did not arrive */
async function redeliver(
  api: SubscriptionsApi,
  subscription: Subscription,
  events: readonly LoggedEvent[],
): Promise<void> {
  for (const { event } of events) {
    await withHint(subscription, api, api.redeliver(subscription.id, event));
  }
  const failures: string[] = [];
  let blocking: number | null = null;
  const deadlineMs = Date.now() + OUTCOME_TIMEOUT_MS;
  for (const one of events) {
    const outcome = await outcomeOf(api, subscription, one, deadlineMs);
    if (outcome === undefined) continue;
    const description = printable(describeDelivery(outcome, subscription, Date.now()));
    const line = `${one.sequence ?? one.event}  ${outcome.type}  ${description}`;
    if (outcome.state === "delivered") print(line);
    else {
      failures.push(line);
      blocking ??= outcome.waitsFor?.sequence ?? one.sequence;
    }
  }
  if (failures.length === 0) return;
  throw new CliError(
    [
      ...failures,
      `${counted(failures.length, "event")} did not arrive. See what the endpoint answered: ` +
        suggestCommand(api.service, "deliveries", subscription.id, "--event", String(blocking ?? "")),
    ].join("\n"),
  );
}

/** The delivery after its next attempt or at the deadline; undefined if it has left the log. */
async function outcomeOf(
  api: SubscriptionsApi,
  subscription: Subscription,
  { event, attempts }: LoggedEvent,
  deadlineMs: number,
): Promise<AttemptedDelivery | undefined> {
  for (;;) {
    const now = await api.delivery(subscription.id, event);
    if (now === undefined || now.attempts > attempts || Date.now() > deadlineMs) return now;
    await delay(POLL_MS);
  }
}

/** A subscription runs one replay at a time: waits for an earlier one to end. */
async function afterEarlierReplay<T>(replay: () => Promise<T>): Promise<T> {
  const deadlineMs = Date.now() + EARLIER_REPLAY_TIMEOUT_MS;
  for (;;) {
    try {
      return await replay();
    } catch (error) {
      const isBusy = error instanceof ServiceProblem && error.code === "replay-in-progress";
      if (!isBusy || Date.now() > deadlineMs) throw error;
      await delay(POLL_MS);
    }
  }
}
