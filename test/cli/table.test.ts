import { expect, test } from "vitest";
import { lineOf, tableOf } from "../../src/cli/table.ts";
import { widthOf } from "../../src/cli/terminal.ts";

const ROWS = [
  { name: "Agency", waiting: 12, reason: null },
  { name: "A\u001b[2Jdesk", waiting: 3, reason: "gone\nfor good" },
];

test("a table has aligned columns, with numbers to the right", () => {
  expect(tableOf(ROWS)).toBe(
    [
      "name       waiting  reason", //
      "Agency          12  –",
      "A [2Jdesk        3  gone for good",
    ].join("\n"),
  );
});

test("a line for programs has tabs between its cells and no control characters in them", () => {
  expect(ROWS.map(lineOf)).toEqual(["Agency\t12\t", "A [2Jdesk\t3\tgone for good"]);
});

test("a table fits a width: the widest columns are cut, between graphemes", () => {
  const title = "Statement by the Foreign Ministry on the situation in the region";
  const family = "👨‍👩‍👧‍👦";
  const table = tableOf(
    [
      { event: 17, state: "delivered", release: title, reason: null },
      { event: 18, state: "pending", release: family.repeat(40), reason: "answered 500" },
    ],
    60,
  );
  const lines = table.split("\n");
  for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(60);
  expect(lines[1]).toContain("Statement by the Foreign");
  expect(lines[1]).toContain("…");
  expect(lines[2]).toMatch(new RegExp(`^ *18 +pending +(?:${family})+… +answered 500$`));
});

test("a table that fits is not cut", () => {
  expect(tableOf(ROWS, 80)).toBe(tableOf(ROWS));
});
