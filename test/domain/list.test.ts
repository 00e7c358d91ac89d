import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addressOf,
  boundsOfList,
  isCombination,
  listAddress,
  parseListAddress,
} from "../../src/domain/list.ts";
import { canonicalSearch, parseSearch } from "../../src/domain/search.ts";

const LANGUAGES = ["en", "hy", "ru", "zh-Hant"];

function parsed(address: string) {
  const url = new URL(address, "https://press.example");
  return parseListAddress(url.pathname, url.searchParams, LANGUAGES);
}

/** The canonical address of a requested one. */
function canonical(address: string): string {
  const found = parsed(address);
  if (found?.kind !== "list") throw new Error(`no list at ${address}: ${JSON.stringify(found)}`);
  return addressOf(found.place);
}

describe("the address of a list", () => {
  it.each([
    "/",
    "/en",
    "/zh-Hant",
    "/feed.rss",
    "/hy/feed.json",
    "/en/topics/csto",
    "/en/types/speech/feed.atom",
    "/archive/3/feed.rss",
    "/en/topics/csto/archive/12/feed.json",
    "/?topic=csto",
    "/en/feed.rss?type=speech&topic=csto&topic=osce",
    "/en/archive/2/feed.atom?type=speech&topic=csto",
    "/feed.rss?lang=en&lang=hy",
    "/en?topic=csto&topic=osce",
    "/en/feed.json?q=%22peace+talks%22+-war&from=2020-12-01&to=2020-12-31",
    "/en?not.type=speech",
  ])("%s is its own", (address) => {
    expect(canonical(address)).toBe(address);
  });

  it.each([
    ["order", "/en?topic=osce&type=speech&topic=csto", "/en?type=speech&topic=csto&topic=osce"],
    ["case", "/EN/Topics/CSTO/Feed.RSS?TYPE=Speech", "/en/feed.rss?type=speech&topic=csto"],
    ["duplicates", "/en?topic=csto&topic=csto", "/en/topics/csto"],
    ["unknown parameters", "/en?utm_source=x&fbclid=y", "/en"],
    ["empty values", "/en?topic=&q=+", "/en"],
    ["a language by query", "/?lang=EN", "/en"],
    ["a facet by query", "/en/feed.atom?topic=csto", "/en/topics/csto/feed.atom"],
    ["a facet by both", "/en/topics/csto?topic=osce&topic=csto", "/en/topics/csto"],
    ["more than the facet", "/en/topics/csto?q=peace", "/en?topic=csto&q=peace"],
    ["a slash at the end", "/en/topics/csto/", "/en/topics/csto"],
    ["a search as typed", "/en?q=War+PEACE+peace", "/en?q=peace+war"],
    ["an instant with an offset", "/?from=2020-12-01T10:00:00%2B04:00", "/?from=2020-12-01T06:00:00Z"],
    ["an offset's plus unescaped", "/?from=2020-12-01T10:00:00+04:00", "/?from=2020-12-01T06:00:00Z"],
    ["bounds in capitals", "/?FROM=%202020-12-01&To=2020-12-02", "/?from=2020-12-01&to=2020-12-02"],
    ["a bound twice", "/?from=&from=2020-12-01&FROM=2020-12-01", "/?from=2020-12-01"],
  ])("is one, whatever the %s", (_name, asked, expected) => {
    expect(canonical(asked)).toBe(expected);
  });

  it.each([
    "/de",
    "/de/feed.rss",
    "/en/colours/red",
    "/en/releases/x",
    "/feed.xml",
    "/topics/csto",
    "/archive/0/feed.rss",
    "/en/archive/x",
  ])("%s is none", (address) => {
    expect(parsed(address)).toBeUndefined();
  });

  it.each([
    ["/en?topic=a%20b", 400, "/topic/0"],
    ["/en?from=yesterday", 400, "/from"],
    ["/en?from=2021-01-01&to=2020-12-31", 400, "/to"],
    ["/en?from=2020-12-01&from=2020-12-02", 400, "/from"],
    ["/en?to=2020-12-02&to=2020-12-01", 400, "/to"],
    ["/en?lang=hy", 400, "/lang"],
    ["/en/topics/csto?topic=osce", 400, "/topic"],
    ["/?lang=de", 404, "/lang"],
    [`/en?${Array.from({ length: 60 }, (_, index) => `topic=t${index}`).join("&")}`, 400, ""],
  ])("%s is refused with %i", (address, status, path) => {
    const found = parsed(address);
    expect(found).toMatchObject({ kind: "refused", status });
    expect(found?.kind === "refused" ? found.issues[0]?.path : undefined).toBe(path);
  });

  it("is the same for every spelling of any combination", () => {
    const values = fc.array(fc.constantFrom("csto", "OSCE", "un", "a-b"), { minLength: 1, maxLength: 3 });
    const text = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.constantFrom("Խաղաղություն և", '"two words" -no'),
    );
    const pair = fc.oneof(
      fc.tuple(
        fc.constantFrom("topic", "Person", "organisation", "place", "type", "not.topic", "not.type"),
        values,
      ),
      fc.tuple(fc.constantFrom("q", "not.q"), fc.array(text, { minLength: 1, maxLength: 2 })),
      fc.tuple(
        fc.constant("lang"),
        fc.array(fc.constantFrom("en", "HY", "ru"), { minLength: 1, maxLength: 2 }),
      ),
      fc.tuple(fc.constant("utm_source"), fc.array(fc.string(), { maxLength: 1 })),
    );
    const flat = fc
      .array(pair, { maxLength: 5 })
      .map((pairs) => pairs.flatMap(([name, all]) => all.map((value): [string, string] => [name, value])));
    fc.assert(
      fc.property(flat, fc.array(fc.nat(), { minLength: 30, maxLength: 30 }), (pairs, order) => {
        const shuffled = pairs
          .map((each, index) => ({ each, at: order[index] ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ each }) => each);
        // Several searches become one. Their order does not matter, unless a quotation mark of one
        // reaches into the next.
        const address = (all: [string, string][]) => `/feed.rss?${new URLSearchParams(all).toString()}`;
        const first = canonical(address(pairs));
        expect(canonical(first)).toBe(first);
        if (
          !pairs.some(
            ([name, value]) =>
              name.endsWith("q") && /["\u2018-\u201F«»‹›「」『』〈〉《》⟪⟫〝〞〟｢｣＂❝❞]/u.test(value),
          )
        )
          expect(canonical(address(shuffled))).toBe(first);
      }),
      { numRuns: 300 },
    );
  });

  it("does not change what a search finds", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }),
      fc
        .array(
          fc.constantFrom(
            ..."peace -war “two « » 」 ‘ ’ - Élan ½ և ﬁn İ Ինչո՞ւ ﷺ 和平2 น้ำ ｶﾞ ٢٠ \u00ad ʼ".split(" "),
            '"',
          ),
          {
            maxLength: 8,
          },
        )
        .map((parts) => parts.join(" ")),
    );
    const asSets = (search: string) => {
      const { all, none } = parseSearch(search);
      const set = (phrases: readonly (readonly string[])[]) =>
        [...new Set(phrases.map((words) => words.join(" ")))].sort();
      return { all: set(all), none: set(none) };
    };
    fc.assert(
      fc.property(text, (search) => {
        expect(asSets(canonicalSearch(search))).toEqual(asSets(search));
        expect(canonicalSearch(canonicalSearch(search))).toBe(canonicalSearch(search));
      }),
      { numRuns: 500 },
    );
  });
});

describe("a list", () => {
  it("is a combination unless its address has no query", () => {
    const at = (address: string) => {
      const found = parsed(address);
      return found?.kind === "list" ? [isCombination(found.place.list), listAddress(found.place.list)] : [];
    };
    expect(at("/en/topics/csto/feed.rss")).toEqual([false, "/en/topics/csto"]);
    expect(at("/archive/3/feed.rss?topic=csto")).toEqual([true, "/?topic=csto"]);
  });

  it("reaches from the first second of a day to the last second of a day", () => {
    expect(boundsOfList({ from: "2020-12-01", to: "2020-12-01" }, "Asia/Yerevan")).toEqual({
      from: Date.UTC(2020, 10, 30, 20) / 1000,
      to: Date.UTC(2020, 11, 1, 20) / 1000 - 1,
    });
  });
});
