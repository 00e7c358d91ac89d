import { expect, test } from "vitest";
import type { VisibleEvent } from "../../../src/cli/listen/received-event.ts";
import { EventPrinter } from "../../../src/cli/listen/shown-events.ts";

const event = (sequence: number): VisibleEvent => ({
  kind: "release",
  type: "release.published",
  sequence,
  lang: "en",
  title: `Title ${sequence}`,
  url: "https://press.example/",
});

function opened(): { shown: EventPrinter; lines: () => string[] } {
  const printed: string[] = [];
  const shown = new EventPrinter((line) => void printed.push(line));
  const brief = (line: string) => `${/Title \d+/.exec(line)?.[0] ?? ""} ${line.split("  ").at(-1) ?? ""}`;
  return { shown, lines: () => printed.map(brief) };
}

test("what arrives while older events are read comes behind them, and nothing comes twice", () => {
  const { shown, lines } = opened();
  shown.hold();
  shown.arrived({ verified: true, event: event(3), again: false });
  shown.fetched(event(1));
  shown.arrived({ verified: true, event: event(4), again: false });
  shown.arrived({ verified: true, event: event(5), again: false });
  shown.fetched(event(3));
  shown.fetched(event(4));
  shown.caughtUp(4);
  shown.arrived({ verified: true, event: event(4), again: true });
  shown.arrived({ verified: true, event: event(5), again: true });
  shown.arrived({ verified: true, event: event(6), again: false });
  expect(lines()).toEqual([
    "Title 1 fetched, not signed",
    "Title 3 fetched, not signed",
    "Title 4 fetched, not signed",
    "Title 5 verified",
    "Title 5 verified, again",
    "Title 6 verified",
  ]);
});

test("what is not verified shows all the same", () => {
  const { shown, lines } = opened();
  shown.hold();
  shown.arrived({ verified: false, reason: "forged" });
  shown.caughtUp(9);
  expect(lines()[0]).toContain("NOT verified: forged");
});
