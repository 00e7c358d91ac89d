/**
 * `npm run chaos`: rounds of work and failures on one service. Prints a table and writes it as JSON.
 * Exit codes: 0 no violation, 1 a violation, 2 wrong usage.
 */
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { faultyBuild } from "./faulty/build.ts";
import { type FailureKind, FAILURE_KINDS } from "./plan.ts";
import { type RoundResult, runRounds } from "./rounds.ts";
import { randomSeed } from "./random.ts";
import { tableOf } from "../../src/cli/table.ts";
import { totalsOf } from "./totals.ts";

const RESULTS = join(import.meta.dirname, "../../chaos-results.json");

interface Options {
  rounds: number;
  seed: number;
  only?: FailureKind[];
  log?: string;
}

const command = new Command("chaos")
  .description(
    "Publishes and delivers while the service and the endpoints are killed and calls fail. " +
      "After each round, checks that no event was lost, duplicated, reordered or wrongly signed.",
  )
  .option("--rounds <number>", "number of rounds; CI uses 10", wholeNumber, 100)
  .option("--seed <number>", "repeat the choices of an earlier run", wholeNumber, randomSeed())
  .addOption(
    new Option(
      "--only <failure...>",
      "play only these failures; a seed repeats a run only with the same failures",
    ).choices(FAILURE_KINDS),
  )
  .option("--log <file>", "write the output of the service to a file")
  .showHelpAfterError("(see --help)")
  .exitOverride();

try {
  command.parse();
  process.exitCode = (await run(command.opts<Options>())) ? 0 : 1;
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

/** @returns whether there was no violation */
async function run({ rounds, seed, only, log }: Options): Promise<boolean> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  console.log(`seed ${seed}; repeat with --seed ${seed} --rounds ${rounds}`);
  const logFile = log === undefined ? undefined : createWriteStream(log);
  const results = await runRounds({
    rounds,
    seed,
    ...(only === undefined ? {} : { kinds: only }),
    build: await faultyBuild(),
    onLine: (line) => logFile?.write(`${line}\n`),
    onRound: (result) => {
      const line = formatRound(result, rounds);
      console.log(line);
      logFile?.write(`${line}\n`);
    },
  });
  logFile?.end();
  const totals = totalsOf(results);
  const violations = results.reduce((sum, result) => sum + result.violations.length, 0);
  console.log(`\n${tableOf(totals.map(({ trouble, ...row }) => ({ failure: trouble, ...row })))}\n`);
  console.log(violations === 0 ? "no violations" : `violations: ${violations}; seed ${seed}`);
  await writeFile(
    RESULTS,
    `${JSON.stringify({ seed, rounds, at: new Date(), totals, results }, undefined, 2)}\n`,
  );
  return violations === 0;
}

function formatRound(result: RoundResult, rounds: number): string {
  const { round, course, events, deliveries, attempts, recoveredMs, violations } = result;
  const summary = `${events} events, ${deliveries} deliveries, ${attempts} attempts, recovered in ${recoveredMs} ms`;
  return [
    `${round + 1}/${rounds} ${course}: ${summary}`,
    ...violations.map((what) => `  VIOLATION: ${what}`),
  ].join("\n");
}

function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}
