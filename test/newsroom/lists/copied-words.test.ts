import { beforeAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { matches } from "../../../src/domain/filter.ts";
import { SEARCH_WORDS_MAX } from "../../../src/domain/limits.ts";
import { countSearchWords } from "../../../src/domain/search.ts";
import { findReleases } from "../../../src/newsroom/lists/search.ts";
import { inNewsroom, ledgerRows, publish, release, request } from "../../support/service.ts";

const found = async (q: string) => {
  const response = await request(`/api/v1/releases?q=${encodeURIComponent(q)}`);
  return (await response.json<{ data: { title: string }[] }>()).data.map(({ title }) => title);
};

describe("a release is found", () => {
  const TEXTS: [title: string, body: string, searches: string[]][] = [
    ["Armenian", "Ինչո՞ւ է այդպե՛ս Հայաստա՛նի մասին։", ["ինչու", "Ինչո՞ւ", "այդպես", "ՀԱՅԱՍՏԱՆԻ"]],
    [
      "Latin",
      "Nos vœux de Læsø, Łódź, København, Đorđević, Isparta.",
      ["voeux", "vœux", "laeso", "lodz", "kobenhavn", "dordevic", "ısparta", "nos -lodz2"],
    ],
    [
      "Unseen",
      "Das Wett\u00adbewerbs\u200brecht\u2060s ist geo&shy;graphisch.",
      ["wettbewerbsrechts", "geographisch"],
    ],
    [
      "Chinese",
      "外交部发言人宣布会谈，于2020年12月举行。",
      ["发言人", "会谈", "人", "外交部发言人宣布会谈", "2020年", "谈"],
    ],
    [
      "Japanese",
      "首相がアルメニアを訪問し、ガス協定に署名した。",
      ["アルメニア", "訪問", "ｱﾙﾒﾆｱ", "署名した"],
    ],
    ["Thai", "การประชุมระหว่างประเทศจัดขึ้นที่นี่", ["ประชุม", "ระหว่างประเทศ", "ที่นี่"]],
    ["Korean", "대한민국은 평화 회담을 환영한다.", ["대한민국", "회담", "평화"]],
    ["Burmese", "မြန်မာနိုင်ငံတော်", ["နိုင်ငံ"]],
    ["Arabic", "بيان ٢٠٢١ عن الســـلام", ["2021", "٢٠٢١", "۲۰۲۱", "السلام", "الســلام"]],
    [
      "Quotes",
      "A treaty of peace, and a peace treaty.",
      ["“peace treaty”", "«peace treaty»", "„treaty of peace“"],
    ],
  ];

  beforeAll(async () => {
    for (const [title, body] of TEXTS) await publish(release({ title, body }));
  });

  it.each(TEXTS.flatMap(([title, , searches]) => searches.map((q) => [title, q])))(
    "with %s text by %s",
    async (title, q) => {
      expect(await found(q)).toEqual([title]);
    },
  );

  it.each(["人发言", "谈于", "“peace of”", "민국회", "カス", "年 -举行"])("but not by %s", async (q) => {
    expect(await found(q)).toEqual([]);
  });

  it("at a list whose address holds the search as it was typed, and stays short", async () => {
    const q = "外交部发言人宣布会谈";
    const response = await request(`/feed.json?q=${encodeURIComponent(q)}`);
    expect(response.status).toBe(200);
    expect((await response.json<{ items: { title: string }[] }>()).items.map(({ title }) => title)).toEqual([
      "Chinese",
    ]);
    const moved = await request(`/feed.json?q=${encodeURIComponent("Wett\u00adbewerb “A b”")}`);
    expect(moved.status).toBe(301);
    expect(decodeURIComponent(moved.headers.get("location") ?? "")).toMatch(
      /\/feed\.json\?q="a\+b"\+wettbewerb$/,
    );
  });

  it("by a sentence of twenty words without spaces, and a longer one is refused", async () => {
    const characters = (count: number) => encodeURIComponent("和".repeat(count));
    expect((await request(`/api/v1/releases?q=${characters(80)}`)).status).toBe(200);
    expect((await request(`/api/v1/releases?q=${characters(81)}`)).status).toBe(422);
  });
});

const LETTERS = {
  latin: "vœux Læsø Łódź Đorđević ısparta STRAẞE ﬁnance Élan Þór Əliyev don’t o’clock ŋŧħ",
  armenian: "ինչու այդպես Հայաստանի Երևան ԵՐԵՎԱՆ Երեւան",
  cyrillic: "Ещё Заявлений країна мʼяк",
  arabic: "السلام كتاب ایران ٢٠٢٠ مدرسة",
  hebrew: "שָׁלוֹם צה״ל",
  indic: "दिल्ली क़ानून বাংলা தமிழ்",
  han: "外交部 发言人 宣布 会谈 𠮷野",
  kana: "アルメニア がある ｶﾞｽ 東京タワー",
  thai: "การประชุม น้ำ ประเทศ",
  others: "អន្តរជាតិ ສາກົນ မြန်မာ 대한민국은 2020 １２ Ⅷ",
};
type Script = keyof typeof LETTERS;
const UNSPACED = new Set<Script>(["han", "kana", "thai"]);
const INSIDE: Partial<Record<Script, string[]>> = {
  armenian: ["՛", "՜", "՞"],
  arabic: ["ـ", "\u064e"],
  latin: ["\u0301"],
};
const UNSEEN = ["\u00ad", "\u2060", "\u200c", "\u200d", "\ufeff", "\u200e", "\u200b"];

/** A word of a script, with marks and unseen characters between some of its letters. */
const word = fc
  .constantFrom(...(Object.keys(LETTERS) as Script[]))
  .chain((script) =>
    fc
      .tuple(
        fc.constantFrom(...LETTERS[script].split(" ")),
        fc.array(
          fc.oneof(
            { weight: 2, arbitrary: fc.constant("") },
            { weight: 1, arbitrary: fc.constantFrom(...UNSEEN, ...(INSIDE[script] ?? [])) },
          ),
          { minLength: 12, maxLength: 12 },
        ),
        UNSPACED.has(script)
          ? fc.constantFrom("", "", "，", " ")
          : fc.constantFrom(" ", " ", ", ", " – ", "-", "’", " «", "» ", "” “", "/", "… "),
      )
      .map(
        ([letters, inside, after]) =>
          Array.from(new Intl.Segmenter().segment(letters), ({ segment }, index) =>
            index === 0 ? segment : (inside[index] ?? "") + segment,
          ).join("") + after,
      ),
  );
const text = fc.array(word, { minLength: 4, maxLength: 12 }).map((words) => words.join("").trim());

const SEED = Math.trunc(Math.random() * 2 ** 31);

describe(`what a person copies out of a page (seed ${SEED})`, () => {
  it("finds the release, in the ledger and in memory", { timeout: 60_000 }, async () => {
    const ids: string[] = [];
    for (const body of fc.sample(text, { numRuns: 40, seed: SEED })) {
      ids.push((await publish(release({ title: "T", summary: "S", body }))).id);
    }
    const pages = await ledgerRows<{ published: number; text: string; words: string }>(
      `SELECT r.published, e.text, w.words FROM releases r JOIN editions e ON e.release = r.id
       JOIN edition_words w ON w.release = r.id WHERE r.id IN (${ids.map((id) => `'${id}'`).join(", ")})`,
    );
    expect(pages).toHaveLength(ids.length);
    const copy = fc.tuple(
      fc.constantFrom(...pages),
      fc.nat(),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom("double-click", "spaces", "phrase"),
    );
    await inNewsroom(async (_instance, { storage: { sql } }) => {
      fc.assert(
        fc.property(copy, ([page, at, length, how]) => {
          const words = how === "double-click" ? clickedWords(page.text) : page.text.split(SPACES);
          const start = at % words.length;
          const chosen = words.slice(start, how === "phrase" ? start + length : start + 1).join(" ");
          const bare = chosen.replace(/^-+/, "");
          const q = how === "phrase" ? `"${bare.replace(QUOTES, "")}"` : bare;
          fc.pre(countSearchWords(q) <= SEARCH_WORDS_MAX);
          const compared = {
            lang: "en",
            type: "x",
            topics: [],
            people: [],
            organisations: [],
            places: [],
          };
          const inMemory = pages.filter(({ words }) => matches({ q }, { ...compared, words }));
          expect(inMemory, q).toContain(page);
          const inLedger = new Set<number>(findReleases(sql, { filter: { q } }, 100));
          expect(
            pages.filter(({ published }) => inLedger.has(published)),
            q,
          ).toEqual(inMemory);
        }),
        { numRuns: 300, seed: SEED },
      );
    });
  });
});

/** JavaScript counts U+FEFF as white space; browsers show nothing there. */
const SPACES = /[^\S\ufeff]+/u;
const QUOTES = /["“”„«»]/gu;

/**
 * What browsers select at a double click. They take a zero-width space for the end of a word, which a search does
 * not: such words are left out here.
 */
function clickedWords(text: string): string[] {
  const words = [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)]
    .filter(
      ({ isWordLike, index, segment }) =>
        isWordLike && !`${text[index - 1]}${text[index + segment.length]}`.includes("\u200b"),
    )
    .map(({ segment }) => segment);
  return words.length > 0 ? words : [""];
}
