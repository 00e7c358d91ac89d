import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oneLine, sanitizeText } from "../../src/domain/text.ts";

const anyText = fc.string({ unit: "binary" });

describe("text that every output can carry", () => {
  it("loses the characters that XML forbids and nothing else", () => {
    expect(sanitizeText("a\u0000\u0008b\u000b\uffffc")).toBe("abc");
    expect(sanitizeText("\ud800x")).toBe("\ufffdx");
    expect(sanitizeText("a\r\nb\rc\td")).toBe("a\nb\nc\td");
    expect(sanitizeText("Հայաստան 👩‍👩‍👧 é e\u0301 \u200f\u202e")).toBe("Հայաստան 👩‍👩‍👧 é e\u0301 \u200f\u202e");
  });

  it("has the characters that Windows-1252 means, and no C1 controls", () => {
    expect(sanitizeText("It\u0092s \u0093so\u0094 \u0096 \u0080 5\u0085\u0081")).toBe("It’s “so” – € 5…");
    expect(oneLine("A\u0092s")).toBe("A’s");
  });

  it("keeps no-break spaces in a line, and no other white space", () => {
    expect(oneLine("\u00a0Déclaration\u00a0: «\u202fla  paix\u202f»\n ?\u00a0")).toBe(
      "Déclaration\u00a0: «\u202fla paix\u202f» ?",
    );
    expect(oneLine("a \u00a0 b")).toBe("a\u00a0b");
    expect(oneLine("\u00a0\u202f ")).toBe("");
    expect(oneLine("\ufeffWett\ufeffbewerb")).toBe("Wettbewerb");
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
