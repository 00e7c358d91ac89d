/**
 * A run: rounds of work and trouble on one stage, each followed by a look at everything that must hold.
 */
import { setTimeout as delay } from "node:timers/promises";
import { ArrivalCheck } from "./arrival-check.ts";
import { cause } from "./inject-fault.ts";
import { Chance } from "./random.ts";
import { checkDocuments } from "./documents-check.ts";
import { checkLedger } from "./ledger-check.ts";
import { checkLog } from "./log-check.ts";
import { inWords, type Plan, planOf, type TroubleKind, TROUBLES } from "./plan.ts";
import { heal, settle, untouched } from "./wait-until-idle.ts";
import { Stage } from "./environment.ts";
import type { Build } from "../built/on-workerd.ts";

/** What a round came to. */
export interface RoundResult {
  round: number;
  /** The one that it is counted under. */
  trouble: TroubleKind;
  /** What happened, in words. */
  course: string;
  /** Events that were accepted, deliveries that followed from them, and attempts that these took. */
  events: number;
  deliveries: number;
  attempts: number;
  /** Milliseconds from the end of all trouble and work until nothing was left to be done. */
  recoveredMs: number;
  violations: string[];
}

interface RunOptions {
  rounds: number;
  seed: number;
  /** All, if not given. */
  kinds?: readonly TroubleKind[];
  build: Build;
  /** Each line that the service says. */
  onLine?: (line: string) => void;
  onRound?: (result: RoundResult) => void;
}

/** After so many rounds, and after the last, the ledger is read anew, and KV emptied and rebuilt. */
const ROUNDS_PER_REBUILD = 10;
const DESK_ACTIONS = { least: 1, most: 4 };
const DESK_PAUSE_MS = 1_000;

/** Ends with the first round that finds something: what follows would only say it again. */
export async function runRounds({
  rounds,
  seed,
  kinds = TROUBLES,
  build,
  onLine,
  onRound,
}: RunOptions): Promise<RoundResult[]> {
  await using stage = await Stage.set(build, onLine);
  const arrivals = stage.desks.map((desk) => new ArrivalCheck(desk, stage.book, stage.keys));
  const results: RoundResult[] = [];
  let before = { events: 0, deliveries: 0, attempts: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const plan = planOf(seed, round, kinds, Stage.receivers);
    const { recoveredMs, violations } = await play(stage, plan, seed).catch(broken);
    const isCheckpoint = round + 1 === rounds || (round + 1) % ROUNDS_PER_REBUILD === 0;
    const judged =
      violations.length === 0
        ? await judge(stage, arrivals, isCheckpoint).catch(broken)
        : { attempts: before.attempts, violations };
    const after = {
      events: stage.book.events.length,
      deliveries: stage.desks.reduce((sum, { expected }) => sum + expected.events.size, 0),
      attempts: judged.attempts,
    };
    const result = {
      round,
      trouble: plan.troubles[0].kind,
      course: inWords(plan),
      events: after.events - before.events,
      deliveries: after.deliveries - before.deliveries,
      attempts: Math.max(0, after.attempts - before.attempts),
      recoveredMs,
      violations: judged.violations,
    };
    before = after;
    results.push(result);
    onRound?.(result);
    if (result.violations.length > 0) break;
  }
  return results;
}

/** What could not even be played to its end, or looked at. */
function broken(error: unknown): { recoveredMs: number; attempts: number; violations: string[] } {
  return { recoveredMs: 0, attempts: 0, violations: [`ended in an error: ${String(error)}`] };
}

/** Looks at everything that must hold when nothing is left to be done. */
async function judge(
  stage: Stage,
  arrivals: readonly ArrivalCheck[],
  isCheckpoint: boolean,
): Promise<{ attempts: number; violations: string[] }> {
  const logs = await Promise.all(stage.desks.map(checkLog));
  return {
    attempts: logs.reduce((sum, { attempts }) => sum + attempts, 0),
    violations: [
      ...arrivals.flatMap((check) => check.violations()),
      ...logs.flatMap((log) => log.violations),
      ...(isCheckpoint ? await checkLedger(stage) : []),
      ...(isCheckpoint ? await checkDocuments(stage) : []),
    ],
  };
}

/** One round, until nothing is left to be done, or the time is up. */
async function play(
  stage: Stage,
  plan: Plan,
  seed: number,
): Promise<{ recoveredMs: number; violations: string[] }> {
  const { round, isSilent } = plan;
  const known = stage.book.events.length;
  await Promise.all([
    ...stage.authors.map((author, number) =>
      author.work(new Chance(seed, "author", number, round), isSilent),
    ),
    desksAct(stage, new Chance(seed, "desks", round), isSilent),
    ...plan.troubles.map((trouble, index) => cause(stage, trouble, seed + round + index)),
  ]);
  await heal(stage);
  const healedMs = performance.now();
  const missing = await untouched(stage, known);
  const left = missing.length === 0 ? await settle(stage) : [];
  return {
    recoveredMs: Math.round(performance.now() - healedMs),
    violations: [
      ...stage.book.violations,
      ...stage.desks.flatMap((desk) => desk.violations),
      ...missing,
      ...left,
    ],
  };
}

async function desksAct({ desks }: Stage, chance: Chance, isSilent: boolean): Promise<void> {
  const actions = Array.from({ length: chance.whole(DESK_ACTIONS.least, DESK_ACTIONS.most) }, () => ({
    desk: chance.pick(desks),
    afterMs: chance.between(0, DESK_PAUSE_MS),
    chance: new Chance(chance.whole(0, 2 ** 31)),
  }));
  // A desk does one thing after the other, or its own wishes would contradict each other.
  for (const { desk, afterMs, chance: own } of actions) {
    await delay(afterMs);
    if (!(await desk.act(own)) && isSilent) return;
  }
}
