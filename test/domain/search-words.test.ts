import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  holdsPhrase,
  indexEntries,
  joinWords,
  phraseQuery,
  searchWords,
} from "../../src/domain/search-words.ts";

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
    // Marks inside Armenian words; the hyphen and the comma-like mark are between words.
    ["Ինչո՞ւ է այդպե՛ս, վա՜յ, ա՟բ, ՙա", ["ինչու", "է", "այդպես", "վայ", "աբ", "ա"]],
    ["Հայ֊ռուս՝ այո", ["հայ", "ռուս", "այո"]],
    // Letters that NFKD does not take apart
    ["Vœux CŒUR Læsø ÆRØ", ["voeux", "coeur", "laeso", "aero"]],
    ["Łódź Đorđević ısparta IŞIK Ħal Ŧ", ["lodz", "dordevic", "isparta", "isik", "hal", "t"]],
    ["Þór það Ŋ Əliyev Ⱥ ƒ", ["thor", "thad", "n", "aliyev", "a", "f"]],
    // What nobody sees
    ["Wett\u00adbe\u200bwerb\u2060s\ufeffrecht\u200e", ["wettbewerbsrecht"]],
    [
      "می\u200cخواهم क\u200dष \u202bab\u202c \u3164",
      ["میخواهم", "कष", "ab"].map((word) => searchWords(word)[0]),
    ],
    ["a\u034fb a\ufe0fb a\u{e0061}b", ["ab", "ab", "ab"]],
    // Arabic script and digits of other scripts
    ["الســـلام عَلَيْكُمْ ٢٠٢٠", ["السلام", "عليكم", "2020"]],
    ["ایران کتاب مدرسة", ["ايران", "كتاب", "مدرسه"]],
    ["२०२० ๒๐๒๐ ２０２０ ۲۰۲۰ \u{116d9}\u{116da}", ["2020", "2020", "2020", "2020", "90"]],
    // Apostrophes that are letters, and those that are not
    ["мʼяк м’як oʻzbek Gorʹkij", ["м", "як", "м", "як", "o", "zbek", "gorkij"]],
    // Vowel signs are no diacritics; a nukta is one
    ["दिल्ली दल क़ानून", ["दिल्ली", "दल", "कानून"]],
    // A run of a script without spaces ends at other scripts and at marks
    ["外交部发言人，GDP增长5%于2020年", ["外交部发言人", "gdp", "增长", "5", "于", "2020", "年"]],
    ["ｶﾞス がか 대한민국은 2020년", ["ガス", "がか", "대한민국은", "2020", "년"]],
  ])("of %j are %j", (text, words) => {
    expect(searchWords(text)).toEqual(words);
  });

  it("of words are the same words", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const words = searchWords(text);
        expect(searchWords(words.join(" "))).toEqual(words);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a run of a script without spaces", () => {
  const holds = (text: string, phrase: string) =>
    holdsPhrase(joinWords(searchWords(text)), searchWords(phrase));

  it.each([
    ["外交部发言人宣布会谈", "发言人"],
    ["外交部发言人宣布会谈", "人"],
    ["外交部發言人談話", "談話"],
    ["会谈于2020年举行", "2020年"],
    ["会谈于2020年举行", "于2020"],
    ["首相がアルメニアを訪問した", "アルメニア"],
    ["การประชุมระหว่างประเทศ", "ประชุม"],
    ["កិច្ចប្រជុំអន្តរជាតិ", "អន្តរជាតិ"],
    ["ກອງປະຊຸມສາກົນ", "ສາກົນ"],
    ["မြန်မာနိုင်ငံ", "နိုင်ငံ"],
    ["대한민국은 평화를", "대한민국"],
    ["สวัสดี", "สวัสด"],
  ])("%s contains %s", (text, phrase) => {
    expect(holds(text, phrase)).toBe(true);
  });

  it.each([
    ["外交部发言人", "人发言"],
    ["发言。人", "发言人"],
    ["위대 한국", "대한"],
    ["2020年", "020年"],
    ["gdp增长", "dp"],
    ["ガス", "カス"],
    ["a b", "年"],
  ])("%s does not contain %s", (text, phrase) => {
    expect(holds(text, phrase)).toBe(false);
  });

  it("is indexed by its characters, and does not run into the next", () => {
    expect(indexEntries(joinWords(searchWords("GDP发言。人 น้ำ")))).toBe("gdp 发 言 __ 人 __ น้ํ า");
    expect(phraseQuery(searchWords("GDP发言。人"))).toBe('"gdp 发 言 __ 人" *');
    expect(phraseQuery(searchWords("GDP a"))).toBe('"gdp a"');
  });

  it("makes the index little larger than the text, and leaves other texts as they are", () => {
    const long = "外".repeat(300_000);
    expect(indexEntries(joinWords([long])).length).toBe(599_999);
    expect(indexEntries(" a text ")).toBe(" a text ");
  });
});
