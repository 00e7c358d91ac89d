import { expect, test } from "vitest";
import { cutTo, dueTime, duration, relativeTime, widthOf, withRelativeTime } from "../../src/cli/terminal.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z");

test.each([
  [119_000, "119 s"],
  [120_000, "2 min"],
  [3_600_000 * 2, "2 h"],
  [86_400_000 * 2 - 1, "47 h"],
  [86_400_000 * 5, "5 d"],
])("%i ms is %s", (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test("times are relative to now, and the exact instant can be kept", () => {
  expect(relativeTime("2026-11-26T12:25:00Z", NOW)).toBe("in 25 min");
  expect(relativeTime("2026-11-26T10:00:00Z", NOW)).toBe("2 h ago");
  expect(dueTime("2026-11-26T12:25:00Z", NOW)).toBe("in 25 min");
  expect(dueTime("2026-11-26T10:00:00Z", NOW)).toBe("now");
  expect(relativeTime("unknown", NOW)).toBe("unknown");
  expect(withRelativeTime("2026-11-26T10:00:00Z", NOW)).toBe("2026-11-26T10:00:00Z (2 h ago)");
});

test("text is measured and cut by grapheme", () => {
  expect(widthOf("Գագաթնաժողով")).toBe(12);
  expect(widthOf("声明")).toBe(4);
  expect(cutTo("Statement", 9)).toBe("Statement");
  expect(cutTo("Statement on peace", 11)).toBe("Statement…");
  expect(cutTo("e\u0301e\u0301e\u0301e\u0301", 3)).toBe("e\u0301e\u0301…");
});
