import { describe, expect, it } from "vitest";
import { searchableWords } from "../../src/domain/filter.ts";
import { RUN_CHARACTERS_PER_WORD, SEARCH_WORDS_MAX } from "../../src/domain/limits.ts";
import { canonicalSearch, countSearchWords, isFound, parseSearch } from "../../src/domain/search.ts";

describe("a search", () => {
  it("is parsed as people type it", () => {
    expect(parseSearch('peace "joint statement" -war -"cease fire" "open')).toEqual({
      all: [["peace"], ["joint", "statement"], ["open"]],
      none: [["war"], ["cease", "fire"]],
    });
  });

  it.each([
    ["“joint statement”", ["joint statement"]],
    ["„joint statement“ peace", ["joint statement", "peace"]],
    ["”joint statement” ‟peace talks”", ["joint statement", "peace talks"]],
    ["« joint statement » peace", ["joint statement", "peace"]],
    ["»joint statement« ‹peace talks›", ["joint statement", "peace talks"]],
    ["「和平 条约」", ["和平 条约"]],
    ["关于『和平 条约』的声明", ["关于", "和平 条约", "的声明"]],
    ["《和平 条约》 〈a b〉 〝a c〟 ＂a d＂", ["和平 条约", "a b", "a c", "a d"]],
    ["‘joint statement’ O’Brien ‚a b‘", ["joint statement", "o brien", "a b"]],
    ["‘the ministry’s answer’", ["the", "ministry s", "answer"]],
    ["l’« État de droit »", ["l", "etat de droit"]],
    ["«Հայաստանի ձայն»ը", ["հայաստանի ձայն", "ը"]],
    ['צה"ל צבא צה”ל', ["צה ל", "צבא", "צה ל"]],
    ['\u200f"joint statement"', ["joint statement"]],
    ['5" pipe', ["5", "pipe"]],
    ['"“joint statement”"', ["joint statement"]],
    ["“open phrase", ["open phrase"]],
  ])("knows the phrases of %s", (text, phrases) => {
    expect(parseSearch(text).all.map((words) => words.join(" "))).toEqual(phrases);
  });

  it("excludes phrases in quotation marks of any language", () => {
    expect(parseSearch("-“cease fire” -«перемирие сегодня» peace")).toEqual({
      all: [["peace"]],
      none: [
        ["cease", "fire"],
        ["перемирие", "сегодня"],
      ],
    });
  });

  it("finds whole words, and no phrase across the end of the title", () => {
    const words = searchableWords({ title: "Peace talks", summary: "end", text: "the war" });
    const found = (q: string) => isFound(words, parseSearch(q));
    expect([
      found("peace"),
      found("pea"),
      found('"talks end"'),
      found('"the war"'),
      found("peace -war"),
    ]).toEqual([true, false, false, true, false]);
  });

  it("counts characters of scripts without spaces as parts of words", () => {
    expect(countSearchWords("和")).toBe(1);
    expect(countSearchWords("和".repeat(RUN_CHARACTERS_PER_WORD))).toBe(1);
    expect(countSearchWords("和".repeat(RUN_CHARACTERS_PER_WORD + 1))).toBe(2);
    expect(countSearchWords("和".repeat(RUN_CHARACTERS_PER_WORD * SEARCH_WORDS_MAX))).toBe(SEARCH_WORDS_MAX);
    expect(countSearchWords("GDP增长5 -น้ำ")).toBe(4);
  });

  it.each([
    ["“Joint Statement” -«A b» Élève", '"joint statement" -"a b" élève'],
    ["外交部发言人宣布会谈", "外交部发言人宣布会谈"],
    ["Ինչո՞ւ Wett\u00adbewerb ســـلام ٢٠٢٠", "2020 wettbewerb ինչու سلام"],
  ])("%s has the address %s", (text, address) => {
    expect(canonicalSearch(text)).toBe(address);
    expect(canonicalSearch(address)).toBe(address);
  });
});
