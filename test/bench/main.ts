/**
 * `npm run bench`: measures, prints a table and leaves it as JSON. No figure decides an exit code:
 * 0 measured, 1 not, 2 wrong usage.
 */
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { tableOf } from "../../src/cli/table.ts";
import { type DeliveryOptions, measureDelivery } from "./delivery.ts";
import { deliveryReport } from "./delivery-report.ts";
import { feedsReport } from "./feeds-report.ts";
import { type FeedsOptions, measureFeeds } from "./feeds.ts";
import { type LedgerOptions, measureLedger } from "./ledger.ts";
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

program
  .command("ledger")
  .description("what a publish and a search cost as the ledger grows")
  .option("--sizes <numbers>", "releases, comma-separated, growing", wholeNumbers, [100, 10_000, 100_000])
  .option("--publishes <number>", "how many are measured at each size", wholeNumber, 30)
  .option("--seed <number>", "of the generated releases", wholeNumber, 1)
  .action(ledger);

program
  .command("feeds")
  .description("how feeds are served beside the fastest and the plainest Worker, and what a publish costs")
  .option(
    "--sizes <numbers>",
    "releases there before a publish, comma-separated",
    wholeNumbers,
    [100, 10_000],
  )
  .option("--seed <number>", "of the generated releases", wholeNumber, 1)
  .option("--short", "less of everything, within a minute", false)
  .action(feeds);

program
  .command("delivery")
  .description("from the publish call to many subscriptions, beside a bare loop of as many POSTs")
  .option("--subscriptions <number>", "how many", wholeNumber, 1_000)
  .option("--rounds <number>", "how many publishes are measured of each kind", wholeNumber, 10)
  .option("--subrequests <number>", "what an invocation may make: SUBREQUESTS", wholeNumber, 10_000)
  .action(delivery);

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
  await keep({ wire: result });
}

async function ledger(options: LedgerOptions): Promise<void> {
  const results = await measureLedger(options, (done, total) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done}/${total} releases`);
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  console.log(
    tableOf(
      results.map(({ publish, search, ...counts }) => ({
        ...counts,
        publishMedianMs: publish.medianMs,
        ...Object.fromEntries(Object.entries(search).map(([name, { medianMs }]) => [name, medianMs])),
      })),
    ),
  );
  await keep({ ledger: results });
}

async function feeds(options: FeedsOptions): Promise<void> {
  const result = await measureFeeds(options, (done, total, of) => {
    // To the line's end, which the text before may have filled.
    if (process.stderr.isTTY) process.stderr.write(`\r${done}/${total} ${of}\u001b[K`);
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  console.log([feedsReport(result), machine()].join("\n"));
  await keep({ feeds: result });
}

async function delivery(options: DeliveryOptions): Promise<void> {
  const result = await measureDelivery(options, (what) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${what}\u001b[K`);
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  console.log([deliveryReport(result), machine()].join("\n"));
  await keep({ delivery: result });
}

/** Beside the results of other commands, which stay. */
async function keep(result: Record<string, unknown>): Promise<void> {
  const before = await readFile(RESULTS, "utf8").then(JSON.parse, () => ({}));
  const results = { ...before, at: new Date(), machine: machine(), node: process.version, ...result };
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

function wholeNumbers(text: string): number[] {
  return text.split(",").map(wholeNumber);
}
