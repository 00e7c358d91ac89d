/**
 * Prints the results of the feed benchmark.
 */
import { tableOf } from "../../src/cli/table.ts";
import { CONTESTANTS, type FeedRate } from "./feed-rates.ts";
import type { FeedsResult } from "./feeds.ts";

/** Targets: the least ratios. */
const TARGETS = {
  gzip: { constant: 0.9, rendering: 4 },
  identity: { constant: 0.9, rendering: 4 },
  "not modified": { constant: 0.9, rendering: 10 },
} as const;
/** Target: the highest ratio of the CPU time of a publish in a large ledger to that in a small one. */
const CPU_RATIO_TARGET = 1.2;
/** Below this share of a core, the Worker was waiting for requests or for the CPU. */
const BUSY_ENOUGH = 0.85;
const READS = {
  hotFeed: "1,000 GETs of one feed, not cached at first",
  distinctFeeds: "1,000 GETs of different feeds",
  distinctFeedsFirstTime: "the same, never requested before",
} as const;

export function feedsReport({ rates, reads, memory, publishes }: FeedsResult): string {
  const counts = [
    ...Object.entries(READS).map(([name, what]) => ({ what, ...reads[name as keyof typeof READS] })),
    ...publishes.map(({ releases, kvReads, kvWrites, objectCalls, rowsWritten }) => ({
      what: `a publish with ${releases} releases`,
      kvReads,
      kvWrites,
      objectCalls,
      rowsWritten,
    })),
  ];
  return [
    tableOf(rates.map(rateRow)),
    ...rates.flatMap(warnings),
    "",
    tableOf(counts),
    "",
    tableOf([
      { "memory, MB": "isolate of the service", ...memoryRow(memory.isolate) },
      { "memory, MB": "process, including its KV", ...memoryRow(memory.process) },
    ]),
    `${memory.requests} requests over ${memory.feeds} feeds, ${memory.perSecond} a second`,
    "",
    tableOf(
      publishes.map(({ releases, cpuMs, cpuRatio }) => ({
        "publish, releases in the ledger": releases,
        cpuMs,
        cpuRatio,
        "at most": CPU_RATIO_TARGET,
      })),
    ),
  ].join("\n");
}

function rateRow({ answer, bytes, perSecond, oursToConstant, oursToRendering, byCpu }: FeedRate) {
  return {
    "answers a second": answer,
    bytes,
    ...perSecond,
    "ours/constant": oursToConstant,
    "by CPU": byCpu.oursToConstant,
    "at least": TARGETS[answer].constant,
    "ours/rendering": oursToRendering,
    "by CPU ": byCpu.oursToRendering,
    "at least ": TARGETS[answer].rendering,
  };
}

function memoryRow({ afterWarmUp, tenths }: FeedsResult["memory"]["isolate"]) {
  const known = tenths.filter((each) => each !== null);
  return {
    "after the warm-up": afterWarmUp,
    "at most": known.length === 0 ? null : Math.max(...known),
    "at the end": tenths.at(-1) ?? null,
    "after each tenth": tenths.map((each) => each ?? "–").join(" "),
  };
}

/** Warns about figures that the machine or the load generator limited. */
function warnings({ answer, busy }: FeedRate): string[] {
  return CONTESTANTS.flatMap((name) => {
    const part = busy[name];
    return part === null || part >= BUSY_ENOUGH
      ? []
      : [
          `${answer}, ${name}: its process had ${Math.round(part * 100)} % of a core; the load generator or the machine was the limit`,
        ];
  });
}
