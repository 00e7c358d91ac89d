import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Filter,
  filter,
  type Filterable,
  filterFromQuery,
  matches,
  searchableWords,
} from "../../src/domain/filter.ts";
import { isFound, parseSearch, searchWords } from "../../src/domain/search.ts";
import * as z from "zod/mini";

describe("words", () => {
  it.each([
    ["Élève, à l’ÉCOLE!", ["eleve", "a", "l", "ecole"]],
    ["ОДКБ — Ещё й", ["одкб", "еще", "и"]],
    ["Երևան ԵՐԵՎԱՆ Երեւան ԵՐԵՒԱՆ", ["երեւան", "երեւան", "երեւան", "երեւան"]],
    ["և եւ եվ ԵՎ Եվ", ["եւ", "եւ", "եւ", "եւ", "եւ"]],
    ["Straße STRASSE STRAẞE", ["strasse", "strasse", "strasse"]],
    ["Σωκράτης ΣΩΚΡΑΤΗΣ σωκρατησ", ["σωκρατησ", "σωκρατησ", "σωκρατησ"]],
    ["İstanbul ﬁn ½", ["istanbul", "fin", "1", "2"]],
    ["", []],
    ["—…!", []],
  ])("of %j are %j", (text, words) => {
    expect(searchWords(text)).toEqual(words);
  });

  it("of words are the same words", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const words = searchWords(text);
        expect(searchWords(words.join(" "))).toEqual(words);
      }),
    );
  });
});

describe("a search", () => {
  it("is parsed as people type it", () => {
    expect(parseSearch('peace "joint statement" -war -"cease fire" "open')).toEqual({
      all: [["peace"], ["joint", "statement"], ["open"]],
      none: [["war"], ["cease", "fire"]],
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
});

describe("a filter", () => {
  const release: Filterable = {
    lang: "en",
    type: "speech",
    topics: ["csto", "peace"],
    people: ["ara"],
    organisations: [],
    places: [],
    words: " a word ",
  };
  const cases: [Filter, boolean][] = [
    [{}, true],
    [{ lang: ["en", "ru"] }, true],
    [{ lang: ["ru"] }, false],
    [{ topic: ["x", "peace"], type: ["speech"] }, true],
    [{ topic: ["peace"], place: ["x"] }, false],
    [{ q: "word" }, true],
    [{ q: "word -a" }, false],
    [{ not: { topic: ["peace"] } }, false],
    [{ not: { topic: ["x"], lang: ["ru"] } }, true],
    [{ lang: ["en"], not: { q: "word" } }, false],
  ];
  it.each(cases)("%j matches: %s", (asked, taken) => {
    expect(matches(asked, release)).toBe(taken);
  });

  const VOID = ["", " ", "😀", "-", '"—" …'];
  it.each(
    VOID.flatMap((q) => [
      [{ q }, {}],
      [{ topic: "x", q }, { topic: ["x"] }],
      [{ not: { q } }, {}],
      [{ not: {}, q }, {}],
      [
        { lang: "en", not: { q, topic: "x" } },
        { lang: ["en"], not: { topic: ["x"] } },
      ],
    ]),
  )("%j asks for nothing in what it searches for: %j", (given, meant) => {
    expect(JSON.stringify(z.parse(filter, given))).toBe(JSON.stringify(meant));
  });

  it("drops a search without a word, also from a query", () => {
    const query = new URLSearchParams({ topic: "x", q: "😀", "not.q": "…" });
    expect(filterFromQuery(query)).toEqual({ ok: true, value: { topic: ["x"] } });
  });

  it("keeps the spelling of a search, and exclusions", () => {
    const asked = { q: "-War 😀", not: { q: '"Cease fire"' } };
    expect(z.parse(filter, asked)).toEqual(asked);
  });

  it("has one spelling, whatever the order of its values", () => {
    const canonical = (value: unknown) => JSON.stringify(z.parse(filter, value));
    expect(canonical({ lang: ["ru", "EN", "ru"], topic: "x" })).toBe(
      canonical({ topic: ["x"], lang: ["en", "ru"] }),
    );
  });
});
