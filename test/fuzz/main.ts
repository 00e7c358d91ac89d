/**
 * `npm run fuzz`: requests that nobody should send, against the built service. Prints a table and writes it as JSON.
 * Exit codes: 0 nothing found, 1 a failure, 2 wrong usage.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { tableOf } from "../../src/cli/table.ts";
import { randomSeed } from "../chaos/random.ts";
import { run, type RunOptions } from "./run.ts";

const RESULTS = join(import.meta.dirname, "../../fuzz-results.json");
/** Milliseconds between two updates of the progress line. */
const PROGRESS_MS = 200;

const command = new Command("fuzz")
  .description(
    "Sends changed requests to every route of the service, and checks that none is answered with a failure or late, " +
      "and that strangers change nothing.",
  )
  .option("--seed <number>", "repeat the requests of an earlier run", wholeNumber, randomSeed())
  .option("--requests <number>", "number of requests; CI uses 20000", wholeNumber, 20_000)
  .option("--from <number>", "number of the first request", wholeNumber, 1)
  .option("--connections <number>", "requests at the same time; with --admin one", wholeNumber, 4)
  .option("--admin", "send most requests with the admin token", false)
  .showHelpAfterError("(see --help)")
  .exitOverride();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
try {
  command.parse();
  process.exitCode = (await fuzz(command.opts<RunOptions>())) ? 0 : 1;
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

/** @returns whether nothing was found */
async function fuzz(options: RunOptions): Promise<boolean> {
  const { seed, requests, from, admin } = options;
  const repeat = `--seed ${seed} --requests ${requests}${from === 1 ? "" : ` --from ${from}`}${admin ? " --admin" : ""}`;
  console.log(`seed ${seed}; repeat with ${repeat}`);
  const startedMs = performance.now();
  let shownMs = 0;
  const { totals, failures, sent } = await run(options, (done) => {
    if (!process.stderr.isTTY || performance.now() - shownMs < PROGRESS_MS) return;
    shownMs = performance.now();
    process.stderr.write(`\r${done}/${requests} requests\u001b[K`);
  });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const rows = totals.rows();
  console.log(tableOf(rows.map((row) => ({ ...row }))));
  for (const failure of failures) console.log(`\n${failure}`);
  console.log(
    `\n${sent} requests in ${seconds} s; ${failures.length === 0 ? "nothing found" : `failures: ${failures.length}`}`,
  );
  const result = { seed, requests: sent, from, admin, seconds, at: new Date(), failures, routes: rows };
  await writeFile(RESULTS, `${JSON.stringify(result, undefined, 2)}\n`);
  return failures.length === 0;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}
