import { expect, test } from "vitest";
import type { VisibleEvent } from "../../../src/cli/listen/receiver.ts";
import { EventPrinter } from "../../../src/cli/listen/event-printer.ts";

const event = (sequence: number): VisibleEvent => ({
  kind: "release",
  type: "release.published",
  sequence,
  lang: "en",
  title: `Title ${sequence}`,
  url: "https://press.example/",
});

function openPrinter(): { printer: EventPrinter; lines: () => string[] } {
  const printed: string[] = [];
  const printer = new EventPrinter((line) => void printed.push(line));
  const brief = (line: string) => `${/Title \d+/.exec(line)?.[0] ?? ""} ${line.split("  ").at(-1) ?? ""}`;
  return { printer, lines: () => printed.map(brief) };
}

test("events that arrive during the catch-up are printed after it, and none twice", () => {
  const { printer, lines } = openPrinter();
  printer.hold();
  printer.arrived({ verified: true, event: event(3), again: false });
  printer.fetched(event(1));
  printer.arrived({ verified: true, event: event(4), again: false });
  printer.arrived({ verified: true, event: event(5), again: false });
  printer.fetched(event(3));
  printer.fetched(event(4));
  printer.caughtUp(4);
  printer.arrived({ verified: true, event: event(4), again: true });
  printer.arrived({ verified: true, event: event(5), again: true });
  printer.arrived({ verified: true, event: event(6), again: false });
  expect(lines()).toEqual([
    "Title 1 fetched, not signed",
    "Title 3 fetched, not signed",
    "Title 4 fetched, not signed",
    "Title 5 verified",
    "Title 5 verified, again",
    "Title 6 verified",
  ]);
});

test("a request that is not verified is printed too", () => {
  const { printer, lines } = openPrinter();
  printer.hold();
  printer.arrived({ verified: false, reason: "forged" });
  printer.caughtUp(9);
  expect(lines()[0]).toContain("NOT verified: forged");
});
