import { beforeAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { type Filter, matches, searchableWords } from "../../../src/domain/filter.ts";
import { SEARCH_WORDS_MAX } from "../../../src/domain/limits.ts";
import { findReleases } from "../../../src/newsroom/lists/search.ts";
import type { Sql } from "../../../src/runtime/sql.ts";
import { inNewsroom, ledgerRows, publish, release, request, send } from "../../support/service.ts";

const WORDS = ["peace", "war", "treaty", "border", "trade"];
const TOPICS = ["csto", "osce"];
/** Each release with every second word, third word and so on, so that the searches find different ones. */
const TEXTS = Array.from({ length: 24 }, (_, number) => ({
  title: `Text ${number}`,
  summary: "In short",
  body: WORDS.filter((_word, index) => number % (index + 2) === 0).join(" ") || "nothing",
  topics: TOPICS.filter((_topic, index) => number % (index + 2) === 0),
  lang: number % 3 === 0 ? "en" : "ru",
}));

beforeAll(async () => {
  for (const [number, text] of TEXTS.entries()) {
    await publish(release({ ...text, date: `2020-01-${String(number + 1).padStart(2, "0")}` }));
  }
});

const search = fc
  .array(fc.tuple(fc.constantFrom("", "-"), fc.constantFrom(...WORDS, "text", "absent", '"peace treaty"')), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.map(([minus, word]) => minus + word).join(" "));
/** Most filters leave most fields out: each further condition empties the result, in which no fault shows. */
const rarely = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const conditions = {
  q: fc.option(search, { nil: undefined }),
  topic: rarely(fc.subarray(TOPICS, { minLength: 1 })),
  lang: rarely(fc.constantFrom(["en"], ["ru"], ["en", "ru"])),
};
const filters = fc.record({ ...conditions, not: fc.option(fc.record(conditions), { nil: undefined }) });
const SEED = Math.trunc(Math.random() * 2 ** 31);

async function titlesFound(filter: Filter): Promise<string[]> {
  const all = await ledgerRows<{ published: number; title: string }>(
    `SELECT r.published, e.content ->> '$.title' AS title FROM releases r
     JOIN editions e ON e.release = r.id AND e.edition = r.edition`,
  );
  const titles = new Map(all.map(({ published, title }) => [published, title]));
  const found = await inNewsroom((_instance, { storage: { sql } }) => findReleases(sql, { filter }, 100));
  return found.map((published) => titles.get(published) ?? "");
}

function titlesMatched(filter: Filter): string[] {
  return TEXTS.filter((text) =>
    matches(filter, {
      ...text,
      type: "press-release",
      people: [],
      organisations: [],
      places: [],
      words: searchableWords({ title: text.title, summary: text.summary, text: text.body }),
    }),
  )
    .map(({ title }) => title)
    .toReversed();
}

describe(`a search in the ledger (seed ${SEED})`, () => {
  it("finds what the same filter matches in memory", async () => {
    await fc.assert(
      fc.asyncProperty(filters, async (given) => {
        const filter = JSON.parse(JSON.stringify(given)) as Filter;
        expect(await titlesFound(filter)).toEqual(titlesMatched(filter));
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it.each<Filter>([
    { q: "war" },
    { q: "-war" },
    { q: "war -treaty" },
    { not: { q: "war" } },
    { not: { q: "war treaty" } },
    { not: { q: "-war" } },
    { not: { q: "-war -treaty" } },
    { not: { q: "war -treaty" } },
    { q: "peace", not: { q: "-war" } },
    { q: "-peace", not: { q: "-war" } },
    { q: "peace -border", not: { q: "war -treaty" } },
    { topic: ["csto"], not: { q: "-war" } },
    { topic: ["csto"], not: { q: "-border", topic: ["osce"] } },
    { lang: ["ru"], q: "-border", not: { q: "-treaty" } },
  ])("finds some, and the same as in memory, by %j", async (filter) => {
    const matched = titlesMatched(filter);
    expect(matched.length).toBeGreaterThan(0);
    expect(matched.length).toBeLessThan(TEXTS.length);
    expect(await titlesFound(filter)).toEqual(matched);
  });

  it("asks the index of words once, whatever it excludes", async () => {
    const excluded = WORDS.map((word) => `-${word}`).join(" ");
    const everyKind: Filter[] = [
      { q: excluded },
      { q: `text ${excluded}` },
      { not: { q: WORDS.join(" ") } },
      { not: { q: excluded } },
      { topic: ["csto"], q: excluded, not: { topic: ["osce"], q: "absent" } },
    ];
    for (const filter of everyKind) {
      const queries = await inNewsroom((_instance, { storage: { sql } }) => {
        const seen: string[] = [];
        const recording: Sql = {
          exec: (query, ...bindings) => {
            seen.push(query);
            return sql.exec(query, ...bindings) as never;
          },
        };
        findReleases(recording, { filter }, 100);
        return seen;
      });
      expect(queries).toHaveLength(1);
      expect(queries[0]?.match(/MATCH/g), JSON.stringify(filter)).toHaveLength(1);
      expect(queries[0]).not.toMatch(/SELECT[^()]*FROM search(?! AS l)/);
    }
  });
});

const words = (count: number) => Array.from({ length: count }, (_, number) => `-w${number}`).join(" ");
const encoded = (count: number) => encodeURIComponent(words(count));

describe("a search with too many words", () => {
  it.each([
    ["the API", 422, (q: string) => request(`/api/v1/releases?q=${q}`)],
    ["the API, excluded", 422, (q: string) => request(`/api/v1/releases?not.q=${q}`)],
    ["events", 422, (q: string) => request(`/api/v1/events?after=0&q=${q}`)],
    ["a feed", 400, (q: string) => request(`/feed.json?q=${q}`)],
    [
      "a subscription",
      422,
      (q: string) =>
        send("POST", "/api/v1/subscriptions", {
          url: "http://127.0.0.1:1/",
          verify: false,
          filter: { q: decodeURIComponent(q) },
        }),
    ],
  ])("is refused by %s", async (_what, status, ask) => {
    const refused = await ask(encoded(SEARCH_WORDS_MAX + 1));
    expect(refused.status).toBe(status);
    expect(await refused.text()).toContain(`at most ${SEARCH_WORDS_MAX} words`);
    const taken = await ask(encoded(SEARCH_WORDS_MAX));
    expect(taken.status, await taken.text()).toBeLessThan(400);
  });

  it("counts the words into which a letter falls apart", async () => {
    // U+FDFA is one letter that stands for four words.
    const response = await request(`/api/v1/releases?q=${encodeURIComponent("ﷺ".repeat(7))}`);
    expect(response.status).toBe(422);
  });
});

describe("a filter with too many values", () => {
  it.each([
    ["the API", 422, "/api/v1/releases?"],
    ["events", 422, "/api/v1/events?after=0&"],
    ["a feed", 400, "/feed.json?"],
  ])("is refused by %s", async (_what, status, path) => {
    const topics = Array.from({ length: 1_000 }, (_, number) => `topic=n${number}`).join("&");
    const response = await request(path + topics);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain("names 1000 values; the limit is 50");
  });
});
