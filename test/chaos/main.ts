/**
 * `npm run chaos`: rounds of work and trouble on one service, prints a table and leaves it as JSON.
 * Exit codes: 0 nothing was violated, 1 something was, 2 wrong usage.
 */
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { faultyBuild } from "./faulty/build.ts";
import { type TroubleKind, TROUBLES } from "./plan.ts";
import { type RoundResult, runRounds } from "./rounds.ts";
import { randomSeed } from "./seeded-random.ts";
import { tableOf } from "../../src/cli/table.ts";
import { totalsOf } from "./totals.ts";

const RESULTS = join(import.meta.dirname, "../../chaos-results.json");

interface Options {
  rounds: number;
  seed: number;
  only?: TroubleKind[];
  log?: string;
}

const command = new Command("chaos")
  .description(
    "Authors publish and desks subscribe while the service and the receivers are killed and calls fail; " +
      "after each round it checks that nothing was lost, doubled, overtaken or wrongly signed.",
  )
  .option("--rounds <number>", "how many rounds; 10 are enough for CI", wholeNumber, 100)
  .option("--seed <number>", "replays the choices of an earlier run", wholeNumber, randomSeed())
  .addOption(
    new Option(
      "--only <trouble...>",
      "these kinds of trouble alone; a seed replays only with the same",
    ).choices(TROUBLES),
  )
  .option("--log <file>", "keeps what the service says")
  .showHelpAfterError("(--help says what is possible)")
  .exitOverride();

try {
  command.parse();
  process.exitCode = (await run(command.opts<Options>())) ? 0 : 1;
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

/** @returns whether nothing was violated */
async function run({ rounds, seed, only, log }: Options): Promise<boolean> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  console.log(`seed ${seed}; replay with --seed ${seed} --rounds ${rounds}`);
  const said = log === undefined ? undefined : createWriteStream(log);
  const results = await runRounds({
    rounds,
    seed,
    ...(only === undefined ? {} : { kinds: only }),
    build: await faultyBuild(),
    onLine: (line) => said?.write(`${line}\n`),
    onRound: (result) => {
      const line = lineOf(result, rounds);
      console.log(line);
      said?.write(`${line}\n`);
    },
  });
  said?.end();
  const totals = totalsOf(results);
  const violations = results.reduce((sum, result) => sum + result.violations.length, 0);
  console.log(`\n${tableOf(totals.map((row) => ({ ...row })))}\n`);
  console.log(violations === 0 ? "nothing was violated" : `violations: ${violations}; seed ${seed}`);
  await writeFile(
    RESULTS,
    `${JSON.stringify({ seed, rounds, at: new Date(), totals, results }, undefined, 2)}\n`,
  );
  return violations === 0;
}

function lineOf(result: RoundResult, rounds: number): string {
  const { round, course, events, deliveries, attempts, recoveredMs, violations } = result;
  const did = `${events} events, ${deliveries} deliveries, ${attempts} attempts, recovered in ${recoveredMs} ms`;
  return [
    `${round + 1}/${rounds} ${course}: ${did}`,
    ...violations.map((what) => `  VIOLATION: ${what}`),
  ].join("\n");
}

function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}
