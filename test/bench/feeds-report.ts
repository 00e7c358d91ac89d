/**
 * The feeds' figures for a terminal.
 */
import { tableOf } from "../../src/cli/table.ts";
import { CONTESTANTS, type FeedRate } from "./feed-rates.ts";
import type { FeedsResult } from "./feeds.ts";

/** What we want to be: ratios at least. */
const WANTED = {
  gzip: { constant: 0.9, rendering: 4 },
  identity: { constant: 0.9, rendering: 4 },
  "not modified": { constant: 0.9, rendering: 10 },
} as const;
/** CPU of a publish in a large ledger to that in a small one, at most. */
const CPU_RATIO_WANTED = 1.2;
/** Below this part of a core the Worker was waiting for requests, or for its turn. */
const BUSY_ENOUGH = 0.85;
const READS = {
  hotFeed: "1,000 GETs of one feed, forgotten at first",
  distinctFeeds: "1,000 GETs, each of another feed",
  distinctFeedsFirstTime: "the same, when nobody has asked for these before",
} as const;

export function feedsReport({ rates, reads, memory, publishes }: FeedsResult): string {
  const counts = [
    ...Object.entries(READS).map(([name, what]) => ({ what, ...reads[name as keyof typeof READS] })),
    ...publishes.map(({ releases, kvReads, kvWrites, objectCalls, rowsWritten }) => ({
      what: `a publish, ${releases} there`,
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
      { "MB held, by": "our isolate", ...memoryRow(memory.isolate) },
      { "MB held, by": "the process, KV's stand-in with it", ...memoryRow(memory.process) },
    ]),
    `${memory.requests} requests over ${memory.feeds} feeds, ${memory.perSecond} a second`,
    "",
    tableOf(
      publishes.map(({ releases, cpuMs, cpuRatio }) => ({
        "publish, releases there": releases,
        cpuMs,
        cpuRatio,
        "at most": CPU_RATIO_WANTED,
      })),
    ),
  ].join("\n");
}

function rateRow({ answer, bytes, perSecond, oursToConstant, oursToRendering, byCpu }: FeedRate) {
  return {
    "a second": answer,
    bytes,
    ...perSecond,
    "ours/constant": oursToConstant,
    "by CPU": byCpu.oursToConstant,
    "at least": WANTED[answer].constant,
    "ours/rendering": oursToRendering,
    "by CPU ": byCpu.oursToRendering,
    "at least ": WANTED[answer].rendering,
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

/** Where a figure says more about this machine than about the Worker. */
function warnings({ answer, busy }: FeedRate): string[] {
  return CONTESTANTS.flatMap((name) => {
    const part = busy[name];
    return part === null || part >= BUSY_ENOUGH
      ? []
      : [
          `${answer}, ${name}: its process had ${Math.round(part * 100)} % of a core; the generator or the machine was the limit`,
        ];
  });
}
