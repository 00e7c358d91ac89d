import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sanitizeText, cutAtWord, deriveSummary, oneLine } from "../../src/domain/text.ts";

const LIMITS = { graphemes: 300, shortSentence: 120 };
const anyText = fc.string({ unit: "binary" });

describe("text that every output can carry", () => {
  it("loses the characters that XML forbids and nothing else", () => {
    expect(sanitizeText("a\u0000\u0008b\u000b\uffffc")).toBe("abc");
    expect(sanitizeText("\ud800x")).toBe("\ufffdx");
    expect(sanitizeText("a\r\nb\rc\td")).toBe("a\nb\nc\td");
    expect(sanitizeText("Հայաստան 👩‍👩‍👧 é e\u0301 \u200f\u202e")).toBe("Հայաստան 👩‍👩‍👧 é e\u0301 \u200f\u202e");
  });

  it("does not change when it is sanitised twice", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(sanitizeText(sanitizeText(text))).toBe(sanitizeText(text));
        expect(oneLine(oneLine(text))).toBe(oneLine(text));
        expect(oneLine(text)).not.toMatch(/[\n\t]/);
      }),
    );
  });
});

describe("a derived summary", () => {
  it("is the first sentence, or two if the first is short", () => {
    const long = `${"A sentence of some length that says something. ".repeat(3)}Another one.`;
    expect(
      deriveSummary("Short. Then a second. Then a third that is not needed for anything at all.", "en", {
        graphemes: 300,
        shortSentence: 10,
      }),
    ).toBe("Short. Then a second.");
    expect(deriveSummary(long, "en", LIMITS)).toBe(
      "A sentence of some length that says something. ".repeat(3).trim(),
    );
  });

  it("knows where an Armenian sentence ends", () => {
    expect(deriveSummary("Նիստը կայացավ։ Հետո ճաշ էր։", "hy", { graphemes: 300, shortSentence: 5 })).toBe(
      "Նիստը կայացավ։",
    );
  });

  it("cuts a long sentence at a word, by grapheme", () => {
    expect(cutAtWord("one two three", 9, "en")).toBe("one two…");
    expect(cutAtWord("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 2, "en")).toBe("👩‍👩‍👧👩‍👩‍👧…");
    const endless = deriveSummary("word ".repeat(10_000), "en", LIMITS);
    expect(endless.length).toBeLessThanOrEqual(301);
    expect(endless.endsWith("word…")).toBe(true);
  });

  it("is never longer than its limit, for any text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const summary = deriveSummary(text, "en", { graphemes: 20, shortSentence: 10 });
        expect([...new Intl.Segmenter("en").segment(summary)].length).toBeLessThanOrEqual(21);
      }),
    );
  });
});
