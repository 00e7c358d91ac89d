import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Filter,
  filter,
  type Filterable,
  filterFromQuery,
  findContradiction,
  matches,
} from "../../src/domain/filter.ts";
import * as z from "zod/mini";

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

describe("findContradiction", () => {
  it.each([
    [{ lang: ["en"], not: { lang: ["en", "ru"] } }, "lang"],
    [{ topic: ["csto", "osce"], not: { topic: ["csto", "osce"] } }, "topic"],
    [{ q: "summit", not: { q: "summit" } }, "q"],
    // A release of both topics does not match, one of the other does.
    [{ topic: ["csto", "osce"], not: { topic: ["osce"] } }, undefined],
    [{ lang: ["en"], not: { topic: ["en"] } }, undefined],
    [{ not: { lang: ["en"] } }, undefined],
    [{}, undefined],
  ])("of %j is %s", (filter, field) => {
    expect(findContradiction(filter)).toBe(field);
  });

  it("leaves no release that matches", () => {
    const some = (...values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
    const conditions = { topic: some("a", "b", "c"), q: fc.constantFrom("peace", "war", "-war") };
    const part = fc.record(conditions, { requiredKeys: [] });
    const release = fc.record({
      topics: some("a", "b", "c"),
      words: fc.constantFrom(" peace ", " war ", " "),
    });
    fc.assert(
      fc.property(part, part, release, (asked, not, { topics, words }) => {
        const filter: Filter = { ...asked, not };
        fc.pre(findContradiction(filter) !== undefined);
        const facts = { lang: "en", type: "speech", people: [], organisations: [], places: [] };
        expect(matches(filter, { ...facts, topics, words })).toBe(false);
      }),
    );
  });
});
