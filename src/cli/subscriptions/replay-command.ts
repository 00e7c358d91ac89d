/**
 * `communique replay`: sends a subscription again, now, what it did not get.
 */
import { setTimeout as delay } from "node:timers/promises";
import { ServiceProblem } from "../api-client.ts";
import { counted } from "../content/file-fault.ts";
import { CliError } from "../cli-error.ts";
import { findRelease } from "../release-name.ts";
import { printable } from "../shown-text.ts";
import { hintFor, withHint } from "./hints.ts";
import { suggestCommand } from "../command-line.ts";
import { findSubscription, nameOf } from "./find.ts";
import { describeDelivery, isReplayable, isUnderWay } from "./delivery-words.ts";
import { findEvent } from "./event-name.ts";
import {
  type AttemptedDelivery,
  type Delivery,
  type ReplaySpan,
  type Subscription,
  SubscriptionsApi,
} from "./subscriptions-api.ts";

/** What is sent again: exactly one of them. */
export type ReplayAsked =
  | { kind: "span"; span: ReplaySpan }
  | { kind: "event"; event: string }
  | { kind: "release"; release: string };

type InLog = Pick<Delivery, "event" | "sequence" | "attempts">;

/** Milliseconds for which the attempt is waited for: an endpoint has 15 s to answer. */
const OUTCOME_WITHIN_MS = 20_000;
const OUTCOME_ASK_MS = 200;
/** Milliseconds for which a replay before this one is waited for. */
const TURN_WITHIN_MS = 10_000;

export async function replayCommand(named: string, asked: ReplayAsked, to: URL): Promise<void> {
  const api = await SubscriptionsApi.at(to);
  const subscription = await findSubscription(api, named);
  switch (asked.kind) {
    case "span":
      return replaySpan(api, subscription, asked.span, to);
    case "event":
      return sendAgain(api, subscription, [await findEvent(api, subscription, asked.event)], to);
    case "release":
      return replayRelease(api, subscription, await findRelease(asked.release, api.client), to);
  }
}

async function replaySpan(
  api: SubscriptionsApi,
  subscription: Subscription,
  asked: ReplaySpan,
  to: URL,
): Promise<void> {
  const { after, to: last } = await withHint(subscription, to, () => api.replay(subscription.id, asked));
  if (last <= after) {
    console.log("Nothing has happened then: nothing is sent.");
    return;
  }
  const told =
    last === after + 1
      ? `Event ${last} goes to ${printable(nameOf(subscription))} once more, if its filter takes it.`
      : `Events ${after + 1} to ${last} go to ${printable(nameOf(subscription))} once more, as far as its filter takes them.`;
  console.log(told);
  console.log(
    hintFor(subscription, to) ?? `What becomes of them: ${suggestCommand(to, "deliveries", subscription.id)}`,
  );
}

/** What of it has not arrived, whether it is in the log or was never put there; else all of it once more. */
async function replayRelease(
  api: SubscriptionsApi,
  subscription: Subscription,
  release: string,
  to: URL,
): Promise<void> {
  const { data } = await api.log(subscription.id, { release, limit: Infinity });
  const events = data.toReversed();
  // Of a text that is killed now only the kill is told again.
  const isKilled = events.at(-1)?.type === "release.killed";
  const tellable = events.filter(({ type }) => !isKilled || type === "release.killed");
  const missing = tellable.filter(isUnderWay);
  const never = tellable.filter(isReplayable);
  const again =
    missing.length + never.length > 0 ? missing : tellable.filter(({ state }) => state === "delivered");
  if (again.length + never.length === 0) {
    const reasons = events.map(
      (row) =>
        `${row.sequence}  ${row.type}  ${describeDelivery({ ...row, log: [] }, subscription, Date.now())}`,
    );
    throw new CliError(
      [
        `There is nothing of release ${release} that ${printable(nameOf(subscription))} can be sent:`,
        ...(reasons.length > 0 ? reasons : ["nothing has happened to it that anybody was told of"]),
        `See what it asks for: ${suggestCommand(to, "subscriptions", subscription.id)}`,
      ].join("\n"),
    );
  }
  for (const { sequence } of never) {
    if (sequence === null) continue;
    await withHint(subscription, to, () =>
      inTurn(() => api.replay(subscription.id, { after: sequence - 1, to: sequence })),
    );
    console.log(`Event ${sequence} goes to ${printable(nameOf(subscription))}.`);
  }
  await sendAgain(api, subscription, again, to);
  if (never.length > 0) {
    console.log(
      hintFor(subscription, to) ??
        `What becomes of it: ${suggestCommand(to, "deliveries", subscription.id, release)}`,
    );
  }
}

/** Sends them now, in their order, and says what the subscription answered. @throws CliError if it refused any */
async function sendAgain(
  api: SubscriptionsApi,
  subscription: Subscription,
  events: readonly InLog[],
  to: URL,
): Promise<void> {
  for (const { event } of events)
    await withHint(subscription, to, () => api.redeliver(subscription.id, event));
  const failures: string[] = [];
  const deadlineMs = Date.now() + OUTCOME_WITHIN_MS;
  for (const one of events) {
    const outcome = await outcomeOf(api, subscription, one, deadlineMs);
    if (outcome === undefined) continue;
    const line = `${one.sequence ?? one.event}  ${outcome.type}  ${printable(describeDelivery(outcome, subscription, Date.now()))}`;
    if (outcome.state === "delivered") console.log(line);
    else failures.push(line);
  }
  if (failures.length === 0) return;
  throw new CliError(
    [
      ...failures,
      `${counted(failures.length, "event")} did not arrive. What the subscription answered: ` +
        suggestCommand(to, "deliveries", subscription.id, "--event", String(events.at(-1)?.sequence ?? "")),
    ].join("\n"),
  );
}

/** The delivery after the next attempt, or as it stands when the time is up; undefined if it has left the log. */
async function outcomeOf(
  api: SubscriptionsApi,
  subscription: Subscription,
  { event, attempts }: InLog,
  deadlineMs: number,
): Promise<AttemptedDelivery | undefined> {
  for (;;) {
    const now = await api.delivery(subscription.id, event);
    if (now === undefined || now.attempts > attempts || Date.now() > deadlineMs) return now;
    await delay(OUTCOME_ASK_MS);
  }
}

/** One replay at a time: what was asked for just before is waited for. */
async function inTurn<T>(replay: () => Promise<T>): Promise<T> {
  const deadlineMs = Date.now() + TURN_WITHIN_MS;
  for (;;) {
    try {
      return await replay();
    } catch (error) {
      const isTaken = error instanceof ServiceProblem && error.code === "replay-in-progress";
      if (!isTaken || Date.now() > deadlineMs) throw error;
      await delay(OUTCOME_ASK_MS);
    }
  }
}
