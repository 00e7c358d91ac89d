/**
 * Prints the results of the delivery benchmark.
 */
import { tableOf } from "../../src/cli/table.ts";
import type { DeliveryResult } from "./delivery.ts";

/** Targets: the least rate relative to the bare loop, and the highest p99 with dead endpoints relative to without. */
const TARGETS = { oursToBare: 0.2, p99Ratio: 1.5 };

export function deliveryReport(result: DeliveryResult): string {
  const { options, bodyBytes, one, all, bare, amongDead, recipients } = result;
  const healthy = options.subscriptions - amongDead.dead;
  return [
    tableOf([
      {
        "start of the publish call to verified receipt, ms": "one subscription",
        p50: one.publishToReceiptMs,
        p99: null,
        max: null,
      },
      {
        "start of the publish call to verified receipt, ms": `${options.subscriptions} subscriptions`,
        p50: all.p50Ms,
        p99: all.p99Ms,
        max: all.maxMs,
      },
      {
        "start of the publish call to verified receipt, ms": `${healthy} healthy ones, with ${amongDead.dead} dead`,
        p50: amongDead.p50Ms,
        p99: amongDead.p99Ms,
        max: amongDead.maxMs,
      },
    ]),
    "",
    tableOf(
      bare.map(({ atOnce, perSecond, oursToBare }) => ({
        "POSTs at a time in the bare loop": atOnce,
        "bare, a second": perSecond,
        "ours, a second": all.perSecond,
        "ours : bare": oursToBare,
        "at least": TARGETS.oursToBare,
      })),
    ),
    "",
    tableOf([
      {
        "p99 of the healthy ones, ms": amongDead.p99Ms,
        "without dead ones": amongDead.p99MsWithout,
        ratio: amongDead.p99Ratio,
        "at most": TARGETS.p99Ratio,
      },
    ]),
    `recipients of the last release: ${recipients.delivered} have it, ${recipients.lacking} lack it; known after ${recipients.ms} ms`,
    `${bodyBytes} bytes an event; answer to the publish call after ${one.publishToAnswerMs} ms; SUBREQUESTS ${options.subrequests}`,
  ].join("\n");
}
