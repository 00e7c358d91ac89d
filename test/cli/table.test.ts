import { expect, test } from "vitest";
import { lineOf, tableOf } from "../../src/cli/table.ts";

const ROWS = [
  { desk: "Agency", waiting: 12, reason: null },
  { desk: "A\u001b[2Jdesk", waiting: 3, reason: "gone\nfor good" },
];

test("a table has its columns below each other, and numbers to the right", () => {
  expect(tableOf(ROWS)).toBe(
    [
      "desk       waiting  reason", //
      "Agency          12  –",
      "A [2Jdesk        3  gone for good",
    ].join("\n"),
  );
});

test("a line for programs has tabs between its cells and nothing in them that ends it", () => {
  expect(ROWS.map(lineOf)).toEqual(["Agency\t12\t", "A [2Jdesk\t3\tgone for good"]);
});
