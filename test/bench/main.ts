/**
 * `npm run bench`: measures, prints a table and writes it as JSON.
 * Exit codes: 0 measured, 1 failed, 2 wrong usage. No figure decides an exit code.
 */
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { tableOf } from "../../src/cli/table.ts";
import { type CpuOptions, measureCpu } from "./cpu.ts";
import { type DeliveryOptions, measureDelivery } from "./delivery.ts";
import { deliveryReport } from "./delivery-report.ts";
import { feedsReport } from "./feeds-report.ts";
import { type FeedsOptions, measureFeeds } from "./feeds.ts";
import { type LedgerOptions, measureLedger } from "./ledger.ts";
import { measurePages, type PagesOptions } from "./pages.ts";
import { measureStrangers, type StrangersOptions } from "./strangers.ts";
import { measureWire, RUNTIMES, type WireOptions, type WireResult } from "./wire.ts";

const RESULTS = join(import.meta.dirname, "../../bench-results.json");

type Measure = keyof WireResult["figures"];
const MEASURES: Record<Measure, string> = {
  publishToReceipt: "start of the publish call to receipt",
  publishToAnswer: "start of the publish call to its answer",
  publishToFeed: "start of the publish call to GET /feed.json",
  barePostToReceipt: "bare POST of the same bytes to receipt",
};

const program = new Command("bench")
  .description("Measures the service on this machine.")
  .showHelpAfterError("(see --help)")
  .exitOverride();

program
  .command("wire", { isDefault: true })
  .description("from the publish call to an endpoint and to the feed, beside a bare POST")
  .option("--publishes <number>", "number of measured publishes", wholeNumber, 20)
  .option("--pause-ms <number>", "pause between publishes, in milliseconds", wholeNumber, 1_100)
  .addOption(
    new Option("--runtime <runtime>", "the runtime of the service").choices(RUNTIMES).default(RUNTIMES[0]),
  )
  .action(wire);

program
  .command("ledger")
  .description("the cost of a publish and of searches as the ledger grows")
  .option(
    "--sizes <numbers>",
    "numbers of releases, comma-separated, ascending",
    wholeNumbers,
    [100, 10_000, 100_000],
  )
  .option("--publishes <number>", "number of measured publishes at each size", wholeNumber, 30)
  .option("--seed <number>", "seed of the generated releases", wholeNumber, 1)
  .action(ledger);

program
  .command("feeds")
  .description("feeds beside a constant and a rendering Worker, and the cost of a publish")
  .option(
    "--sizes <numbers>",
    "numbers of releases before the publishes, comma-separated",
    wholeNumbers,
    [100, 10_000],
  )
  .option("--seed <number>", "seed of the generated releases", wholeNumber, 1)
  .option("--short", "fewer requests and publishes, within a minute", false)
  .action(feeds);

program
  .command("pages")
  .description("the page of a release and a list, beside a constant Worker")
  .option("--rounds <number>", "rounds of each, a third of a second long", wholeNumber, 25)
  .option("--seed <number>", "seed of the generated releases", wholeNumber, 1)
  .action(pages);

program
  .command("delivery")
  .description("from the publish call to many subscriptions, beside a bare loop of as many POSTs")
  .option("--subscriptions <number>", "number of subscriptions", wholeNumber, 1_000)
  .option("--rounds <number>", "number of measured publishes of each kind", wholeNumber, 10)
  .option("--subrequests <number>", "SUBREQUESTS of the service", wholeNumber, 10_000)
  .action(delivery);

program
  .command("cpu")
  .description("the CPU time of each kind of request at ordinary input")
  .option("--releases <number>", "releases in the ledger", wholeNumber, 1_000)
  .option("--requests <number>", "measured requests of each kind", wholeNumber, 50)
  .action(cpu);

program
  .command("strangers")
  .description("each call of strangers at its most expensive, beside a publish a second")
  .option("--sizes <numbers>", "numbers of releases, comma-separated", wholeNumbers, [1_000, 10_000])
  .option("--seconds <number>", "how long each call is played", wholeNumber, 10)
  .option("--seed <number>", "seed of the generated releases", wholeNumber, 1)
  .action(strangers);

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
  await saveResult({ wire: result });
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
  await saveResult({ ledger: results });
}

async function feeds(options: FeedsOptions): Promise<void> {
  const result = await measureFeeds(options, (done, total, of) => {
    // Erases the rest of a longer earlier line.
    if (process.stderr.isTTY) process.stderr.write(`\r${done}/${total} ${of}\u001b[K`);
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  console.log([feedsReport(result), machine()].join("\n"));
  await saveResult({ feeds: result });
}

async function pages(options: PagesOptions): Promise<void> {
  const rates = await measurePages(options, (done, total) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done}/${total} rounds\u001b[K`);
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  const rows = rates.map(({ perSecond, oursToConstant, byCpu, ...rate }) => ({
    ...rate,
    "ours a second": perSecond.ours,
    "constant a second": perSecond.constant,
    "ours to constant": oursToConstant,
    "by CPU time": byCpu,
  }));
  console.log([tableOf(rows), machine()].join("\n"));
  await saveResult({ pages: rates });
}

async function delivery(options: DeliveryOptions): Promise<void> {
  const result = await measureDelivery(options, (what) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${what}\u001b[K`);
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  console.log([deliveryReport(result), machine()].join("\n"));
  await saveResult({ delivery: result });
}

async function cpu(options: CpuOptions): Promise<void> {
  const results = await measureCpu(options, (what) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${what}\u001b[K`);
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  const rows = results.map(({ request, requests, cpuMs }) => ({ request, requests, "CPU ms": cpuMs }));
  console.log([tableOf(rows), machine()].join("\n"));
  await saveResult({ cpu: results });
}

async function strangers(options: StrangersOptions): Promise<void> {
  const results = await measureStrangers(options, (what) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${what}\u001b[K`);
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  const rows = results.map(({ releases, call, statuses, answers, publish, publishRatio }) => ({
    call,
    releases,
    statuses,
    sent: answers.count,
    "median ms": answers.medianMs,
    "p95 ms": answers.p95Ms,
    "max ms": answers.maxMs,
    "publish ms": publish.medianMs,
    "to alone": publishRatio,
  }));
  console.log([tableOf(rows), machine()].join("\n"));
  await saveResult({ strangers: results });
}

/** Keeps the results of other commands in the file. */
async function saveResult(result: Record<string, unknown>): Promise<void> {
  const before = await readFile(RESULTS, "utf8").then(JSON.parse, () => ({}));
  const results = { ...before, at: new Date(), machine: machine(), node: process.version, ...result };
  await writeFile(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
}

function machine(): string {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model ?? "unknown"}`;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}

function wholeNumbers(text: string): number[] {
  return text.split(",").map(wholeNumber);
}
