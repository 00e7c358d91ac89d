/**
 * `npm run chaos`: kills and recovers as often as asked, prints a table and leaves it as JSON. Exit
 * codes: 0 recovered each time, 1 not, 2 wrong usage.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { buildOf } from "../built/build.ts";
import type { Build } from "../built/on-workerd.ts";
import { killBeforeDelivery } from "./kill-before-delivery.ts";
import { killOverEmbargo } from "./kill-over-embargo.ts";
import { killWhileFanningOut } from "./kill-while-fanning-out.ts";
import { killWhileProjecting } from "./kill-while-projecting.ts";
import type { Outcome } from "./outcome.ts";
import { receiverDown, receiverDownServiceKilled } from "./receiver-outage.ts";
import { PROJECT_ROOT } from "./process-tree.ts";
import { randomSeed, seededRandom } from "./seeded-random.ts";
import { Stage } from "./stage.ts";
import { tableOf } from "../../src/cli/table.ts";

const RESULTS = join(import.meta.dirname, "../../chaos-results.json");

type Scenario = (stage: Stage, round: number, random: () => number) => Promise<Outcome>;
/** What a round consists of; each kind of trouble in `kill before delivery` takes its turn. */
const SCENARIOS: Record<string, Scenario> = {
  "before-delivery": killBeforeDelivery,
  "while-fanning-out": killWhileFanningOut,
  "while-projecting": killWhileProjecting,
  "receiver-down": receiverDown,
  "receiver-down-killed": receiverDownServiceKilled,
  "over-embargo": killOverEmbargo,
};

/** `wrangler-dev`: as `npm start` runs it; `workerd`: the built Worker without anything in front. */
const RUNTIMES = ["wrangler-dev", "workerd"] as const;

interface Row extends Outcome {
  round: number;
}

interface Failure {
  scenario: string;
  round: number;
  error: string;
}

interface Options {
  rounds: number;
  seed: number;
  only: string[];
  runtime: (typeof RUNTIMES)[number];
}

const command = new Command("chaos")
  .description("Kills the running service with SIGKILL, restarts it, and checks that nothing was lost.")
  .option("--rounds <number>", "how often each scenario is run", wholeNumber, 3)
  .option("--seed <number>", "replays the chances of an earlier run", wholeNumber, randomSeed())
  .option(
    "--only <scenario>",
    `one of ${Object.keys(SCENARIOS).join(", ")}; may be given again`,
    scenarioName,
  )
  .addOption(
    new Option(
      "--runtime <runtime>",
      "wrangler dev, as npm start runs it, or the built Worker on workerd alone",
    )
      .choices(RUNTIMES)
      .default(RUNTIMES[0]),
  )
  .showHelpAfterError("(--help says what is possible)")
  .exitOverride();

try {
  command.parse();
  const {
    rounds,
    seed,
    only = Object.keys(SCENARIOS),
    runtime,
  } = command.opts<Partial<Options> & Omit<Options, "only">>();
  process.exitCode = (await run({ rounds, seed, only, runtime })) ? 0 : 1;
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

/** @returns whether the service recovered each time */
async function run({ rounds, seed, only, runtime }: Options): Promise<boolean> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  console.log(`seed ${seed}; replay with --seed ${seed} --rounds ${rounds}`);
  const build = runtime === "workerd" ? await buildOf(PROJECT_ROOT) : undefined;
  const rows: Row[] = [];
  const failures: Failure[] = [];
  for (const name of only) {
    const failure = await runScenario(name, rounds, seed, build, (row) => rows.push(row));
    if (failure) failures.push(failure);
  }
  console.log(
    `\n${tableOf(rows.map((row) => ({ ...row })))}\n${failures.length === 0 ? "recovered each time" : `not recovered: ${failures.length}`}`,
  );
  await writeFile(
    RESULTS,
    `${JSON.stringify({ seed, rounds, runtime, at: new Date(), rows, failures }, undefined, 2)}\n`,
  );
  return failures.length === 0;
}

/** @returns what was not recovered from: it would break the rounds that follow, so none follows */
async function runScenario(
  name: string,
  rounds: number,
  seed: number,
  build: Build | undefined,
  onRow: (row: Row) => void,
): Promise<Failure | undefined> {
  // Chances of its own for each scenario, so that --only replays it too.
  const random = seededRandom(seed);
  let round = 0;
  try {
    await using stage = await Stage.set(build);
    for (; round < rounds; round += 1) {
      const outcome = await SCENARIOS[name]?.(stage, round, random);
      if (outcome) onRow({ round, ...outcome });
      console.log(`${name} ${round + 1}/${rounds} ${outcome?.course ?? ""}`);
    }
    return undefined;
  } catch (error) {
    console.log(`${name} ${round + 1}/${rounds} NOT RECOVERED: ${String(error)}`);
    return { scenario: name, round, error: String(error) };
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

function scenarioName(text: string, before: readonly string[] = []): string[] {
  if (!(text in SCENARIOS))
    throw new InvalidArgumentError(`It must be one of ${Object.keys(SCENARIOS).join(", ")}.`);
  return [...before, text];
}
