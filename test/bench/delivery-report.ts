/**
 * The delivery's figures for a terminal.
 */
import { tableOf } from "../../src/cli/table.ts";
import type { DeliveryResult } from "./delivery.ts";

/** What we want to be: ours to a bare loop at least, and p99 among dead endpoints to that without them at most. */
const WANTED = { oursToBare: 0.2, p99Ratio: 1.5 };

export function deliveryReport({ options, bodyBytes, one, all, bare, amongDead }: DeliveryResult): string {
  const healthy = options.subscriptions - amongDead.dead;
  return [
    tableOf([
      {
        "publish call's start to verified receipt, ms": "one subscriber",
        p50: one.publishToReceiptMs,
        p99: null,
        max: null,
      },
      {
        "publish call's start to verified receipt, ms": `${options.subscriptions} subscriptions`,
        p50: all.p50Ms,
        p99: all.p99Ms,
        max: all.maxMs,
      },
      {
        "publish call's start to verified receipt, ms": `${healthy} of them, ${amongDead.dead} being dead`,
        p50: amongDead.p50Ms,
        p99: amongDead.p99Ms,
        max: amongDead.maxMs,
      },
    ]),
    "",
    tableOf(
      bare.map(({ atOnce, perSecond, oursToBare }) => ({
        "bare loop, POSTs at a time": atOnce,
        "a second": perSecond,
        "ours a second": all.perSecond,
        "ours : bare": oursToBare,
        "at least": WANTED.oursToBare,
      })),
    ),
    "",
    tableOf([
      {
        "p99 of the healthy, ms": amongDead.p99Ms,
        without: amongDead.p99MsWithout,
        ratio: amongDead.p99Ratio,
        "at most": WANTED.p99Ratio,
      },
    ]),
    `${bodyBytes} bytes an event; the 2xx to the publisher after ${one.publishToAnswerMs} ms; SUBREQUESTS ${options.subrequests}`,
  ].join("\n");
}
