import { describe, expect, it } from "vitest";
import {
  fill,
  PHRASE_NAMES,
  type Phrases,
  phrasesByLanguage,
  placeholdersIn,
} from "../../src/domain/phrases.ts";
import { CONTENT_FIELDS } from "../../src/domain/edition-content.ts";
import type { ReleaseHistory } from "../../src/domain/history.ts";
import { parse } from "../../src/domain/issues.ts";
import { FEED_FORMATS, languageList } from "../../src/domain/list.ts";
import type { ReleaseView } from "../../src/domain/release.ts";
import type { Site } from "../../src/domain/site.ts";
import { buildFeed, buildRetiredFeed, writers } from "../../src/feeds/build-feed.ts";
import { dayInWords, instantInWords, languageName, listTitle } from "../../src/i18n/phrases.ts";
import { en } from "../../src/i18n/en.ts";
import {
  languagesWithoutWording,
  phrasesIn,
  validateWording,
  WORDED_LANGUAGES,
} from "../../src/i18n/wording.ts";
import { subscribePage } from "../../src/site/subscribe-page.ts";
import { subscribedPage } from "../../src/site/subscribed-page.ts";
import { directoryPage } from "../../src/site/directory-page.ts";
import { facetPage } from "../../src/site/facet-page.ts";
import { feedPreview } from "../../src/site/feed-preview.ts";
import { historyPage } from "../../src/site/history-page.ts";
import { listPage, retiredListPage } from "../../src/site/list-page.ts";
import { notFoundPage } from "../../src/site/not-found-page.ts";
import { killedPage } from "../../src/site/killed-page.ts";
import { releasePage } from "../../src/site/release-page.ts";

const LANGUAGES = "en hy ru fr de es pt it nl pl uk ka tr az el ro ar fa he zh-Hans zh-Hant ja".split(" ");
const OTHERS = LANGUAGES.filter((lang) => lang !== "en");

/** All texts of a language, by the path of each. */
function textsOf(phrases: Phrases): [path: string, text: string][] {
  const { dates: _dates, name: _name, ...texts } = phrases;
  return Object.entries(texts).flatMap(([key, value]): [string, string][] =>
    typeof value === "string"
      ? [[key, value]]
      : Object.entries(value as Record<string, string>).map(([name, text]) => [`${key}/${name}`, text]),
  );
}

describe("the wording", () => {
  it("is there in every language that we promise", () => {
    expect([...WORDED_LANGUAGES].sort((a, b) => a.localeCompare(b))).toEqual(
      [...LANGUAGES].sort((a, b) => a.localeCompare(b)),
    );
    expect(languagesWithoutWording({ languages: LANGUAGES })).toEqual([]);
  });

  it.each(LANGUAGES)("of %s has every phrase, with the placeholders of English", (lang) => {
    const phrases = phrasesIn(lang);
    expect(textsOf(phrases).map(([path]) => path)).toEqual(
      expect.arrayContaining(textsOf(en).map(([path]) => path)),
    );
    for (const [path, text] of textsOf(en)) {
      const own = Object.fromEntries(textsOf(phrases))[path] ?? "";
      expect([path, placeholdersIn(own)]).toEqual([path, placeholdersIn(text)]);
      expect(own.trim(), path).not.toBe("");
    }
    // What a site may send in phrases.yaml.
    expect(parse(phrasesByLanguage, { [lang]: phrases }).ok).toBe(true);
    expect(dayInWords("2020-12-01", lang)).not.toContain(lang === "en" ? "M12" : "December 1");
  });

  it.each([
    ["de-AT", "de"],
    ["pt-BR", "pt"],
    ["zh", "zh-Hans"],
    ["zh-CN", "zh-Hans"],
    ["zh-TW", "zh-Hant"],
    ["zh-HK", "zh-Hant"],
    ["en-GB", "en"],
  ])("of %s is that of %s", (lang, expected) => {
    expect(phrasesIn(lang)).toBe(phrasesIn(expected));
  });

  it.each(["eo", "az-Cyrl", "az-Arab", "kk"])("of %s is missing, and said to be", (lang) => {
    expect(languagesWithoutWording({ languages: ["en", lang] })).toEqual([lang]);
    expect(validateWording({ languages: ["en", lang] })).toEqual([
      { path: `/phrases/${lang}`, message: expect.stringContaining(`no wording in ${lang}`) },
    ]);
  });

  it("may be replaced by the site, phrase by phrase", () => {
    const site = {
      languages: ["de"],
      phrases: { de: { older: "Frühere Texte", types: { qa: "Fragen an die Ministerin" } } },
    };
    const phrases = phrasesIn("de-AT", site);
    expect(phrases.older).toBe("Frühere Texte");
    expect(phrases.types).toEqual({ ...phrasesIn("de").types, qa: "Fragen an die Ministerin" });
    expect(phrasesIn("en", site)).toEqual(en);
  });

  it("of a language that left the site, and that we do not know, is that of its default language", () => {
    const site = { languages: ["ka"] };
    expect(phrasesIn("eo", site).older).toBe(phrasesIn("ka").older);
    expect(languageName("eo", site)).not.toBe(phrasesIn("ka").name);
  });
});

describe("dates", () => {
  it.each([
    ["de", "1. Dezember 2020"],
    ["tr", "1 Aralık 2020"],
    ["az", "1 dekabr 2020"],
    ["ka", "1 დეკემბერი, 2020"],
    ["uk", "1 грудня 2020 р."],
    ["ar", "1 ديسمبر 2020"],
    ["he", "1 בדצמבר 2020"],
    ["fa", "۱۱ آذر ۱۳۹۹"],
    ["zh-Hant", "2020年12月1日"],
    ["ja", "2020年12月1日"],
  ])("are written in %s as %s", (lang, words) => {
    expect(dayInWords("2020-12-01", lang)).toBe(words);
  });

  it("have their time in the digits and words of the language", () => {
    const instant = Date.parse("2020-12-01T06:00:00Z") / 1000;
    const at = (lang: string) => instantInWords(instant, lang, { languages: [], timeZone: "Asia/Yerevan" });
    expect([at("de"), at("hy"), at("fr")]).toEqual([
      "1. Dezember 2020, 10:00 GMT+4",
      "1 դեկտեմբերի, 2020 թ., 10:00 GMT+4",
      "1er décembre 2020, 10:00 UTC+4",
    ]);
  });
});

describe("the names of languages", () => {
  it("are their own", () => {
    expect(LANGUAGES.map((lang) => languageName(lang)).join(" ")).toBe(
      "English Հայերեն Русский Français Deutsch Español Português Italiano Nederlands Polski Українська ქართული Türkçe Azərbaycanca Ελληνικά Română العربية فارسی עברית 简体中文 繁體中文 日本語",
    );
  });
});

/** Everything that the service shows in a site of one language, without a text of the office in English. */
function shownIn(lang: string): string[] {
  const site: Site = {
    baseUrl: "https://p.example",
    title: "Ttt",
    publisher: "Ppp",
    languages: [lang],
    timeZone: "UTC",
    contact: { name: "Nnn", email: "x@p.example" },
    licence: "https://l.example/",
  };
  const release: ReleaseView = {
    id: "6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11",
    group: "g",
    lang,
    type: "statement",
    title: "Xxx",
    summary: "Sss",
    url: `https://p.example/${lang}/releases/x`,
    edition: 2,
    status: "published",
    date: "2020-12-01T10:00:00Z",
    datePrecision: "second",
    published: "2020-12-01T10:00:00Z",
    updated: "2020-12-02T10:00:00Z",
    corrected: "2020-12-02T10:00:00Z",
    topics: ["ttt"],
    people: [],
    organisations: [],
    places: [],
    names: { types: {}, topics: { ttt: "Www" }, people: {}, organisations: {}, places: {} },
    translations: [
      { lang, id: "y", url: "https://p.example/y", status: "withdrawn" },
      { lang, id: "z", url: "https://p.example/z" },
    ],
    content: { html: "<p>Yyy</p>", text: "Yyy" },
    note: "Zzz",
    history: `https://p.example/${lang}/releases/x/history`,
    stale: true,
    source: "https://s.example/",
    attachments: [{ url: "https://p.example/a.pdf", type: "application/pdf" }],
  };
  const withdrawn: ReleaseView = { ...release, status: "withdrawn", reason: "Rrr" };
  const list = languageList(lang);
  const narrowed = {
    filter: { lang: [lang], type: ["speech"], q: "qqq", not: { type: ["qa"] } },
    from: "2020-12-01",
    to: "2020-12-31",
  };
  const titled = { list, title: listTitle(narrowed, site, undefined), lang };
  const releases = [
    release,
    withdrawn,
    ...["press-release", "speech", "interview", "visit", "qa"].map((type) => ({ ...release, type })),
  ];
  const summarised = new Set([Date.parse(release.published) / 1000]);
  const left = { lang, published: 0, at: 0, isOfNewest: true };
  const departed = [
    { ...left, id: "killed", reason: "Rrr" },
    { ...left, id: "refiled", reason: "" },
  ];
  const contents = { releases, departed, summarised, since: 0 };
  const feed = buildFeed(titled, {}, contents, site);
  const counts = [
    { lang, field: "lang", value: lang, count: 3 },
    ...["type", "topic", "person", "organisation", "place"].map((field) => ({
      lang,
      field,
      value: field === "type" ? "statement" : "ttt",
      count: 1,
    })),
  ];
  const value = { from: "Uuu", to: "Vvv" };
  const history: ReleaseHistory = {
    entries: (["published", "corrected", "revised", "withdrawn", "killed", "reinstated"] as const).map(
      (kind) => ({
        kind,
        at: 0,
        edition: 3,
        note: "Zzz",
        reason: "Rrr",
        fields: CONTENT_FIELDS.map((name) => ({ name, ...value })),
        more: "/x",
      }),
    ),
    hasEarlier: true,
  };
  const subscribing = {
    lang,
    filter: { topic: ["ttt"] },
    choices: { type: [], topic: [], person: [], organisation: [], place: [] },
    known: undefined,
    fields: {},
    issues: [{ path: "/url", message: "uuu" }],
  };
  return [
    listPage({ list: languageList(undefined), title: "Ttt" }, {}, { releases: [], known: undefined }, site),
    listPage({ ...titled, list: narrowed }, {}, { releases: [], known: undefined }, site),
    listPage(
      titled,
      {},
      { releases, known: undefined, count: 9, years: [2020, 2019], archives: [2, 1] },
      site,
    ),
    listPage(titled, { archive: 2, previous: 1, next: 3 }, { releases, known: undefined }, site),
    facetPage({ lang, facet: "topics" }, [{ value: "ttt", count: 1 }], undefined, site),
    retiredListPage(titled, 0, site),
    releasePage(release, "/x", site, { behind: { lang, url: "https://p.example/y" } }),
    releasePage(withdrawn, "/x", site),
    historyPage(release, history, "/x/history", site),
    historyPage({ ...withdrawn, status: "killed" }, history, "/x/history", site),
    killedPage({ ...withdrawn, status: "killed" }, site),
    notFoundPage("/x", site, { nearest: [{ name: "Www", path: "/w" }] }),
    notFoundPage("/x", site, { isMalformed: true }),
    directoryPage(counts, undefined, site),
    feedPreview({ list, format: "json" }, writers.json(feed), site),
    subscribePage({ ...subscribing, matches: { releases: [], count: 0, isMore: false } }, site),
    subscribePage({ ...subscribing, matches: { releases, count: 9, isMore: true } }, site),
    subscribedPage(
      { id: "x", filter: {}, secret: "x", token: "x", status: "pending" },
      lang,
      undefined,
      site,
    ),
    ...FEED_FORMATS.map((format) => writers[format](feed)),
    ...FEED_FORMATS.map((format) => writers[format](buildRetiredFeed(titled, 0, site))),
  ];
}

const MONTHS = "January February March April May June July August October December".split(" ");

describe("pages and feeds in a language", () => {
  // Messages in chats have tests of their own: test/webhooks/formats/chat.test.ts.
  const ofPages = textsOf(en).filter(([path]) => !path.startsWith("chat/"));
  const english = ofPages.map(([, text]) => fill(text, { date: "", name: "", number: "" }).trim());

  it.each(OTHERS)("of %s hold no English word of ours", (lang) => {
    const own = textsOf(phrasesIn(lang)).map(([, text]) => text.toLowerCase());
    const foreign = [...english, ...MONTHS].filter(
      (text) => /[a-z]{3}/i.test(text) && !own.some((each) => each.includes(text.toLowerCase())),
    );
    expect(foreign.length).toBeGreaterThan(PHRASE_NAMES.length - 10);
    for (const shown of shownIn(lang)) {
      const found = foreign.filter((text) =>
        new RegExp(`(?<!\\p{L})${text.replaceAll(/[.?]/g, "\\$&")}(?!\\p{L})`, "u").test(shown),
      );
      expect(found).toEqual([]);
    }
  });

  it("would be found to hold one, if they did", () => {
    const shown = shownIn("en").join("");
    const unseen = english.filter((text) => !shown.includes(text) && /[a-z]{3}/i.test(text));
    // The menu of a site with several languages, and words of texts.
    expect(unseen).toEqual([
      "Languages",
      "Footnotes",
      "Back to reference",
      "Video",
      "Audio",
      "Embedded content",
    ]);
  });

  it.each(["ar", "fa", "he"])("of %s are written from right to left", (lang) => {
    for (const page of shownIn(lang).filter((each) => each.startsWith("<!doctype html>"))) {
      expect(page).toContain(`<html lang="${lang}" dir="rtl">`);
    }
  });
});
