import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DiffPart, diffTexts, unitsCompared } from "../../src/domain/difference.ts";

const EDITS = { editsMax: 1_000 };

function textOf(parts: readonly DiffPart[], without: DiffPart["op"]): string {
  return parts.flatMap(({ op, text }) => (op === without ? [] : [text])).join("");
}

describe("the difference of two texts", () => {
  it.each([
    [
      "en",
      "The summit of 1 December",
      "The summit of 2 December",
      ["The summit of ", "-1", "+2", " December"],
    ],
    ["hy", "Ինչո՞ւ է այդպես", "Ինչո՞ւ էր այդպես", ["Ինչո՞ւ ", "-է", "+էր", " այդպես"]],
    ["ar", "القمة يوم الأحد", "القمة يوم الاثنين", ["القمة يوم ", "-الأحد", "+الاثنين"]],
    ["zh", "外交部长访问北京。", "外交部长访问东京。", ["外交部长访问", "-北京", "+东京", "。"]],
    [
      "en",
      "The old man went home",
      "The young woman went home",
      ["The ", "-old man", "+young woman", " went home"],
    ],
    ["en", "A very big room", "A room", ["A ", "-very big ", "room"]],
    ["en", "same", "same", ["same"]],
  ])("in %s is one of whole words", (lang, before, after, expected) => {
    const marks = { equal: "", insert: "+", delete: "-" };
    const parts = diffTexts(before, after, lang, EDITS)?.map(({ op, text }) => marks[op] + text);
    expect(parts).toEqual(expected);
  });

  it("holds each character of both, whatever they are", () => {
    const word = fc.constantFrom(
      "a",
      "b",
      "ab",
      "1",
      "北京",
      "东京",
      "։",
      "。",
      " ",
      "\n",
      "\u{1F600}",
      "e\u0301",
    );
    const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(""));
    fc.assert(
      fc.property(text, text, fc.constantFrom("en", "zh", "hy"), (before, after, lang) => {
        const parts = diffTexts(before, after, lang, EDITS) ?? [];
        expect(textOf(parts, "insert")).toBe(before);
        expect(textOf(parts, "delete")).toBe(after);
        expect(parts.every(({ text: part }) => part !== "")).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("compares only what lies between the common ends", () => {
    const end = " the same words again and again".repeat(10_000);
    expect(unitsCompared(`one${end}`, `two${end}`)).toBe(6);
    expect(diffTexts(`one${end}`, `two${end}`, "en", { editsMax: 10, unitsMax: 6 })).toMatchObject([
      { op: "delete", text: "one" },
      { op: "insert", text: "two" },
      { op: "equal" },
    ]);
    expect(diffTexts(`one${end}`, `two${end}`, "en", { editsMax: 10, unitsMax: 5 })).toBeUndefined();
    expect(diffTexts("a b c d", "e f g h", "en", { editsMax: 3 })).toBeUndefined();
  });
});
