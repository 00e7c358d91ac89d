/**
 * `communique replay`: sends a desk again, now, what it did not get.
 */
import { setTimeout as delay } from "node:timers/promises";
import { ServiceProblem } from "../api-client.ts";
import { counted } from "../content/file-fault.ts";
import { Refusal } from "../cli-error.ts";
import { releaseNamed } from "../release-name.ts";
import { shown } from "../shown-text.ts";
import { adviceOn, withAdvice } from "./hints.ts";
import { commandLine } from "../command-line.ts";
import { deskNamed, nameOf } from "./find.ts";
import { deliveryInWords, isReplayable, isUnderWay } from "./delivery-words.ts";
import { eventNamed } from "./event-name.ts";
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
  const desk = await deskNamed(api, named);
  switch (asked.kind) {
    case "span":
      return replaySpan(api, desk, asked.span, to);
    case "event":
      return sendAgain(api, desk, [await eventNamed(api, desk, asked.event)], to);
    case "release":
      return replayRelease(api, desk, await releaseNamed(asked.release, api.client), to);
  }
}

async function replaySpan(
  api: SubscriptionsApi,
  desk: Subscription,
  asked: ReplaySpan,
  to: URL,
): Promise<void> {
  const { after, to: last } = await withAdvice(desk, to, () => api.replay(desk.id, asked));
  if (last <= after) {
    console.log("Nothing has happened then: nothing is sent.");
    return;
  }
  const told =
    last === after + 1
      ? `Event ${last} goes to ${shown(nameOf(desk))} once more, if its filter takes it.`
      : `Events ${after + 1} to ${last} go to ${shown(nameOf(desk))} once more, as far as its filter takes them.`;
  console.log(told);
  console.log(adviceOn(desk, to) ?? `What becomes of them: ${commandLine(to, "deliveries", desk.id)}`);
}

/** What of it has not arrived, whether it is in the log or was never put there; else all of it once more. */
async function replayRelease(
  api: SubscriptionsApi,
  desk: Subscription,
  release: string,
  to: URL,
): Promise<void> {
  const { data } = await api.log(desk.id, { release, limit: Infinity });
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
      (row) => `${row.sequence}  ${row.type}  ${deliveryInWords({ ...row, log: [] }, desk, Date.now())}`,
    );
    throw new Refusal(
      [
        `There is nothing of release ${release} that ${shown(nameOf(desk))} can be sent:`,
        ...(reasons.length > 0 ? reasons : ["nothing has happened to it that anybody was told of"]),
        `See what it asks for: ${commandLine(to, "subscriptions", desk.id)}`,
      ].join("\n"),
    );
  }
  for (const { sequence } of never) {
    if (sequence === null) continue;
    await withAdvice(desk, to, () =>
      inTurn(() => api.replay(desk.id, { after: sequence - 1, to: sequence })),
    );
    console.log(`Event ${sequence} goes to ${shown(nameOf(desk))}.`);
  }
  await sendAgain(api, desk, again, to);
  if (never.length > 0) {
    console.log(
      adviceOn(desk, to) ?? `What becomes of it: ${commandLine(to, "deliveries", desk.id, release)}`,
    );
  }
}

/** Sends them now, in their order, and says what the desk answered. @throws Refusal if it refused any */
async function sendAgain(
  api: SubscriptionsApi,
  desk: Subscription,
  events: readonly InLog[],
  to: URL,
): Promise<void> {
  for (const { event } of events) await withAdvice(desk, to, () => api.redeliver(desk.id, event));
  const failures: string[] = [];
  const deadlineMs = Date.now() + OUTCOME_WITHIN_MS;
  for (const one of events) {
    const outcome = await outcomeOf(api, desk, one, deadlineMs);
    if (outcome === undefined) continue;
    const line = `${one.sequence ?? one.event}  ${outcome.type}  ${shown(deliveryInWords(outcome, desk, Date.now()))}`;
    if (outcome.state === "delivered") console.log(line);
    else failures.push(line);
  }
  if (failures.length === 0) return;
  throw new Refusal(
    [
      ...failures,
      `${counted(failures.length, "event")} did not arrive. What the desk answered: ` +
        commandLine(to, "deliveries", desk.id, "--event", String(events.at(-1)?.sequence ?? "")),
    ].join("\n"),
  );
}

/** The delivery after the next attempt, or as it stands when the time is up; undefined if it has left the log. */
async function outcomeOf(
  api: SubscriptionsApi,
  desk: Subscription,
  { event, attempts }: InLog,
  deadlineMs: number,
): Promise<AttemptedDelivery | undefined> {
  for (;;) {
    const now = await api.delivery(desk.id, event);
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
      const isTaken = error instanceof ServiceProblem && /in progress/.test(error.message);
      if (!isTaken || Date.now() > deadlineMs) throw error;
      await delay(OUTCOME_ASK_MS);
    }
  }
}
