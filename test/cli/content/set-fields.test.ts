import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseFrontMatter } from "../../../src/cli/content/front-matter.ts";
import { setFields } from "../../../src/cli/content/set-fields.ts";

const FILE = `---
# By the press office
id: 6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11
title: "A: title"
summary: >
  Folded over
  two lines.

# Filed under
topics: [a, b]
---

Body --- with dashes.
---
`;

test("new fields come last, and every other byte stays", () => {
  expect(setFields(FILE, { status: "killed", reason: "Not ours: a #draft" })).toBe(
    FILE.replace("topics: [a, b]\n", 'topics: [a, b]\nstatus: killed\nreason: "Not ours: a #draft"\n'),
  );
});

test("a field that is removed takes all its lines with it, and no comment of the next", () => {
  expect(setFields(FILE, { summary: undefined })).toBe(FILE.replace(/summary: >\n.*\n.*\n/, ""));
  const retracted = setFields(FILE, { status: "withdrawn", reason: "Why" }) ?? "";
  expect(setFields(retracted, { status: undefined, reason: undefined, updated: undefined })).toBe(FILE);
});

test("line ends of Windows and a byte order mark stay", () => {
  const windows = `\uFEFF${FILE.replaceAll("\n", "\r\n")}`;
  expect(setFields(windows, { status: "killed" })).toBe(
    windows.replace("topics: [a, b]\r\n", "topics: [a, b]\r\nstatus: killed\r\n"),
  );
});

test.each([
  ["---\n{ title: x, id: y }\n---\nText\n"],
  ["---\n  title: x\n  id: y\n---\nText\n"],
  ["No front matter\n"],
])("a layout without a place for a line is left alone: %j", (text) => {
  expect(setFields(text, { status: "killed" })).toBeUndefined();
});

test("whatever the reason is, the file says it", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (reason) => {
      const line = reason.replace(/\s+/g, " ").trim();
      fc.pre(line !== "" && !/[\p{Cc}\u2028\u2029\uFEFF]/u.test(line));
      const changed = setFields(FILE, { status: "killed", reason: line });
      const parsed = parseFrontMatter(changed ?? "");
      expect(parsed).toMatchObject({ fields: { status: "killed", reason: line } });
    }),
  );
});
