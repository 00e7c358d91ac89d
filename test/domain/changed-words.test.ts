import { describe, expect, it } from "vitest";
import { changedWords, wordsIn } from "../../src/domain/changed-words.ts";

describe("the words that a change alters", () => {
  it.each([
    ["en", "The old man went home.", "The young man went home!", 1, [["old", "young"]]],
    ["en", "One two three", "One three", 1, [["two", ""]]],
    ["hy", "Ինչո՞ւ է այդպե՛ս լինում", "Ինչո՞ւ էր այդպե՛ս լինում", 1, [["է", "էր"]]],
    ["ar", "عقدت القمة يوم الأحد", "عقدت القمة يوم الاثنين", 1, [["الأحد", "الاثنين"]]],
    ["zh", "外交部长访问北京", "外交部长访问东京", 1, [["北京", "东京"]]],
    ["en", "a b c d", "w x y z", 4, [["a b c d", "w x y z"]]],
    ["en", "same, same", "same – same", 0, []],
    [
      "en",
      "½ of it\n\nSame\n\nlast",
      "¼ of it\n\nSame\n\nthe last",
      2,
      [
        ["½", "¼"],
        ["", "the"],
      ],
    ],
  ])("are counted in %s", (lang, before, after, count, changes) => {
    const found = changedWords(before, after, lang, 10);
    expect(found.count).toBe(count);
    expect(found.changes.map(({ from, to }) => [from.join(" "), to.join(" ")])).toEqual(changes);
  });

  it("are found in two places of a long text", () => {
    const lines = (first: string, last: string) =>
      [first, ...Array.from({ length: 20_000 }, () => "The same line of a long text."), last].join("\n");
    const found = changedWords(lines("old", "one"), lines("new", "two"), "en", 10);
    expect(found).toEqual({
      count: 2,
      changes: [
        { from: ["old"], to: ["new"] },
        { from: ["one"], to: ["two"] },
      ],
    });
  });

  it("are not counted in a line that is too long", () => {
    const line = "word ".repeat(30_000);
    const found = changedWords(`a ${line}b`, `c ${line}d`, "en", 10);
    expect(found.count).toBe(Infinity);
    expect(found.changes[0]?.from).toHaveLength(8);
  });

  it("are not counted to the end where there are too many", () => {
    const words = (word: string) => Array.from({ length: 20_000 }, (_, nth) => `${word}${nth}`).join(" ");
    const found = changedWords(words("a"), words("b"), "en", 200);
    expect(found.count).toBe(Infinity);
    expect(found.changes[0]?.from).toContain("a0");
  });

  it("have no marks and spaces among them", () => {
    expect(wordsIn("Ինչո՞ւ։ “Why?” – 1,5 %", "hy")).toEqual(["Ինչո՞ւ", "Why", "1,5"]);
  });
});
