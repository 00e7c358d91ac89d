import { expect, test } from "vitest";
import { parseRegistryFile } from "../../../src/cli/content/registry-file.ts";

/** `LINE field: message` */
function issues(text: string | Uint8Array): string[] {
  const parsed = parseRegistryFile("/content/registry.yaml", Buffer.from(text));
  if (!Array.isArray(parsed)) return [];
  return parsed.map(({ line, field, message }) => `${line} ${field ?? "-"}: ${message}`);
}

const CSTO = "topics:\n  - slug: csto\n    names:\n      en: CSTO\n";

test.each([
  ["a value without names", "topics:\n  - slug: csto\n", /^2 topics\/0\/names: is required$/],
  [
    "a value with names in no language",
    "topics:\n  - slug: csto\n    names: {}\n",
    /^3 topics\/0\/names: must hold a name/,
  ],
  ["an empty name", `${CSTO}      hy:\n`, /^5 topics\/0\/names\/hy: is empty/],
  ["a name that reads as a number", `${CSTO}      hy: 2020\n`, /^5 topics\/0\/names\/hy: must be text/],
  ["an invalid language tag", `${CSTO}      armenian!: x\n`, /^5 topics\/0\/names\/armenian!: /],
  ["an invalid slug", CSTO.replace("csto", "CSTO"), /^2 topics\/0\/slug: must be lower-case/],
  ["an unknown field", `${CSTO}    alias: x\n`, /^5 topics\/0\/alias: is not a known field/],
  ["an unknown facet", `${CSTO}topic: []\n`, /^5 topic: is not a known field/],
  ["an invalid link", `${CSTO}    link: odkb\n`, /^5 topics\/0\/link: must be an absolute/],
  [
    "a slug that is given twice",
    `${CSTO}  - slug: csto\n    names: { en: x }\n`,
    /topics.*must not hold a slug twice/,
  ],
  ["text that is not YAML", "topics: [a\n", /^2 -: is not valid YAML/],
  ["a list", "- a\n", /^1 -: must have one field per line, as in `topics: …`$/],
  ["an empty file", "# to be written\n", /^1 -: must have one field per line/],
  [
    "bytes that are not UTF-8",
    Buffer.from(`${CSTO}      fr: Caf\xe9\n`, "latin1"),
    /^5 -: has bytes that are not UTF-8/,
  ],
])("%s is reported with its line", (_, text, fault) => {
  expect(issues(text)).toEqual([expect.stringMatching(fault)]);
});

test("a registry may begin with a byte order mark and omit facets", () => {
  const parsed = parseRegistryFile("/content/registry.yaml", Buffer.from(`\uFEFF${CSTO}`));
  expect(parsed).toMatchObject({
    content: { topics: [{ slug: "csto", names: { en: "CSTO" }, spellings: [] }], people: [] },
  });
});
