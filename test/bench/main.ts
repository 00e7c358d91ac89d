/**
 * `npm run bench`: measures, prints a table and leaves it as JSON. No figure decides an exit code:
 * 0 measured, 1 not, 2 wrong usage.
 */
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { tableOf } from "../chaos/table.ts";
import { measureWire, RUNTIMES, type WireOptions, type WireResult } from "./wire.ts";

const RESULTS = join(import.meta.dirname, "../../bench-results.json");

type Measure = keyof WireResult["figures"];
const MEASURES: Record<Measure, string> = {
  publishToReceipt: "publish call's start to receipt",
  publishToAnswer: "publish call's start to its 2xx",
  publishToFeed: "publish call's start to GET /feed.json",
  barePostToReceipt: "bare POST of the same bytes to receipt",
};

const program = new Command("bench")
  .description("Measures the service on this machine.")
  .showHelpAfterError("(--help says what is possible)")
  .exitOverride();

program
  .command("wire", { isDefault: true })
  .description("from the publish call to a receiver and to the feed, beside a bare POST")
  .option("--publishes <number>", "how many are measured", wholeNumber, 20)
  .option("--pause-ms <number>", "milliseconds between two publishes", wholeNumber, 1_100)
  .addOption(
    new Option("--runtime <runtime>", "what the service runs on").choices(RUNTIMES).default(RUNTIMES[0]),
  )
  .action(wire);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

async function wire(options: WireOptions): Promise<void> {
  const result = await measureWire(options, (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done}/${options.publishes} publishes`);
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  const rows = Object.entries(result.figures).map(([name, figures]) => ({
    measure: MEASURES[name as Measure],
    ...figures,
  }));
  console.log(
    [
      tableOf(rows),
      `${result.bodyBytes} bytes an event; publish to receipt is ${result.ratioToBarePost} times a bare POST; on ${options.runtime}, ${machine()}`,
    ].join("\n"),
  );
  const results = { at: new Date(), machine: machine(), node: process.version, wire: result };
  await writeFile(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
}

function machine(): string {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model ?? "unknown"}`;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}
