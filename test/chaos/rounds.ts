/**
 * A run: rounds of work and failures in one environment, each followed by all checks.
 */
import { setTimeout as delay } from "node:timers/promises";
import { ArrivalCheck } from "./arrival-check.ts";
import { injectFault } from "./inject-fault.ts";
import { Random } from "./random.ts";
import { checkDocuments } from "./documents-check.ts";
import { checkLedger } from "./ledger-check.ts";
import { checkLog } from "./log-check.ts";
import { describe, type Plan, drawPlan, type FailureKind, FAILURE_KINDS } from "./plan.ts";
import { endFailures, waitForDeliveries, waitUntilIdle } from "./wait-until-idle.ts";
import { Environment } from "./environment.ts";
import type { Build } from "../../src/cli/start/on-workerd.ts";

/** The result of a round, as chaos-results.json holds it. */
export interface RoundResult {
  round: number;
  /** The failure that the round counts under. */
  trouble: FailureKind;
  /** The plan as one line. */
  course: string;
  /** New events, the deliveries that follow from them, and their attempts. */
  events: number;
  deliveries: number;
  attempts: number;
  /** Milliseconds from the end of all failures and calls until the service is idle. */
  recoveredMs: number;
  violations: string[];
}

interface RunOptions {
  rounds: number;
  seed: number;
  /** All kinds by default. */
  kinds?: readonly FailureKind[];
  build: Build;
  /** Called with each line of the service's output. */
  onLine?: (line: string) => void;
  onRound?: (result: RoundResult) => void;
}

/** After so many rounds, and after the last, the ledger and KV are checked as a whole. */
const ROUNDS_PER_REBUILD = 10;
const SUBSCRIPTION_ACTIONS = { least: 1, most: 4 };
const SUBSCRIPTION_PAUSE_MS = 1_000;
/** Part of the seed: another name would change the choices of all seeds. */
const STREAM = "desks";

/** Stops after the first round with violations, because later rounds would repeat them. */
export async function runRounds({
  rounds,
  seed,
  kinds = FAILURE_KINDS,
  build,
  onLine,
  onRound,
}: RunOptions): Promise<RoundResult[]> {
  await using environment = await Environment.start(build, onLine);
  const arrivals = environment.subscriptions.map(
    (subscription) => new ArrivalCheck(subscription, environment.expectedState, environment.keys),
  );
  const results: RoundResult[] = [];
  let before = { events: 0, deliveries: 0, attempts: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const plan = drawPlan(seed, round, kinds, Environment.endpointCount);
    const { recoveredMs, violations } = await play(environment, plan, seed).catch(failed);
    const isCheckpoint = round + 1 === rounds || (round + 1) % ROUNDS_PER_REBUILD === 0;
    const checked =
      violations.length === 0
        ? await check(environment, arrivals, isCheckpoint).catch(failed)
        : { attempts: before.attempts, violations };
    const after = {
      events: environment.expectedState.events.length,
      deliveries: environment.subscriptions.reduce((sum, { expected }) => sum + expected.events.size, 0),
      attempts: checked.attempts,
    };
    const result = {
      round,
      trouble: plan.failures[0].kind,
      course: describe(plan),
      events: after.events - before.events,
      deliveries: after.deliveries - before.deliveries,
      attempts: Math.max(0, after.attempts - before.attempts),
      recoveredMs,
      violations: checked.violations,
    };
    before = after;
    results.push(result);
    onRound?.(result);
    if (result.violations.length > 0) break;
  }
  return results;
}

/** The result of a round that ended in an error. */
function failed(error: unknown): { recoveredMs: number; attempts: number; violations: string[] } {
  return { recoveredMs: 0, attempts: 0, violations: [`the round ended in an error: ${String(error)}`] };
}

/** Runs all checks. Call this when the service is idle. */
async function check(
  environment: Environment,
  arrivals: readonly ArrivalCheck[],
  isCheckpoint: boolean,
): Promise<{ attempts: number; violations: string[] }> {
  const logs = await Promise.all(environment.subscriptions.map(checkLog));
  return {
    attempts: logs.reduce((sum, { attempts }) => sum + attempts, 0),
    violations: [
      ...arrivals.flatMap((check) => check.violations()),
      ...logs.flatMap((log) => log.violations),
      ...(isCheckpoint ? await checkLedger(environment) : []),
      ...(isCheckpoint ? await checkDocuments(environment) : []),
    ],
  };
}

/** Plays one round. Resolves when the service is idle, or at the deadline. */
async function play(
  environment: Environment,
  plan: Plan,
  seed: number,
): Promise<{ recoveredMs: number; violations: string[] }> {
  const { round, isSilent } = plan;
  const knownEvents = environment.expectedState.events.length;
  await Promise.all([
    ...environment.authors.map((author, number) =>
      author.work(new Random(seed, "author", number, round), isSilent),
    ),
    actOnSubscriptions(environment, new Random(seed, STREAM, round), isSilent),
    renewAtHub(environment, new Random(seed, "followers", round)),
    ...plan.failures.map((failure, index) => injectFault(environment, failure, seed + round + index)),
  ]);
  await endFailures(environment);
  const endedMs = performance.now();
  const missing = await waitForDeliveries(environment, knownEvents);
  const left = missing.length === 0 ? await waitUntilIdle(environment) : [];
  return {
    recoveredMs: Math.round(performance.now() - endedMs),
    violations: [
      ...environment.expectedState.violations,
      ...environment.subscriptions.flatMap((subscription) => subscription.violations),
      ...environment.followers.flatMap((follower) => follower.violations),
      ...missing,
      ...left,
    ],
  };
}

/** Renews the subscriptions of the hub, each at a time of its own in the round. */
async function renewAtHub({ followers }: Environment, random: Random): Promise<void> {
  const renewals = followers.map((follower) => ({
    follower,
    afterMs: random.between(0, SUBSCRIPTION_PAUSE_MS),
  }));
  await Promise.all(
    renewals.map(async ({ follower, afterMs }) => {
      await delay(afterMs);
      await follower.renew();
    }),
  );
}

async function actOnSubscriptions(
  { subscriptions }: Environment,
  random: Random,
  isSilent: boolean,
): Promise<void> {
  const actions = Array.from(
    { length: random.integer(SUBSCRIPTION_ACTIONS.least, SUBSCRIPTION_ACTIONS.most) },
    () => ({
      subscription: random.pick(subscriptions),
      afterMs: random.between(0, SUBSCRIPTION_PAUSE_MS),
      random: new Random(random.integer(0, 2 ** 31)),
    }),
  );
  // One action after the other, so that the actions of a subscription never contradict each other.
  for (const { subscription, afterMs, random: own } of actions) {
    await delay(afterMs);
    if (!(await subscription.act(own)) && isSilent) return;
  }
}
