import { describe, expect, it } from "vitest";
import type { ReleaseView } from "../../src/domain/release.ts";
import { feedPreview } from "../../src/site/feed-preview.ts";
import { killedPage } from "../../src/site/killed-page.ts";
import { releasePage } from "../../src/site/release-page.ts";
import { listPage } from "../../src/site/list-page.ts";
import { languageList } from "../../src/domain/list.ts";
import { dayInWords, direction, languageName } from "../../src/i18n/phrases.ts";

const SITE = {
  baseUrl: "https://press.example",
  title: "Press & more",
  publisher: "The <Office>",
  languages: ["en", "hy", "ar"],
  timeZone: "Asia/Yerevan",
};

const RELEASE: ReleaseView = {
  id: "6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11",
  group: "g",
  lang: "en",
  type: "statement",
  title: '<script>"Q&A"</script>',
  summary: "</p><b>",
  url: "https://press.example/en/releases/q",
  edition: 2,
  status: "published",
  date: "2020-12-01",
  datePrecision: "day",
  published: "2020-11-30T20:00:00Z",
  updated: "2020-12-02T21:00:00Z",
  topics: ["csto"],
  people: [],
  organisations: [],
  places: [],
  names: { types: {}, topics: {}, people: {}, organisations: {}, places: {} },
  translations: [{ lang: "ar", id: "x", url: "https://press.example/ar/releases/q" }],
  content: { html: "<p>Text</p>", text: "Text" },
  note: "The <date>",
  attachments: [{ url: "https://files.example/a.pdf", type: "application/pdf", title: "The <act>" }],
  image: { url: "https://files.example/i.jpg", alt: 'A "room"', credit: "MFA" },
};

describe("a release's page", () => {
  const html = releasePage(RELEASE, "/en/releases/q", SITE);

  it("escapes texts", () => {
    // In an attribute it is text. The data for search engines is JSON, in which no tag can end the script.
    const withoutAttributes = html.replaceAll(/ content="[^"]*"/g, "");
    expect(withoutAttributes).not.toContain("<script>");
    expect(withoutAttributes.match(/<\/script>/g)).toHaveLength(1);
    const [, data = ""] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html) ?? [];
    expect(JSON.parse(data)).toMatchObject({ "@type": "NewsArticle", headline: '<script>"Q&A"</script>' });
    expect(html).toContain("The &#x3C;Office>");
    expect(html).toContain("The &#x3C;date>");
    expect(html).toContain('alt="A &#x22;room&#x22;"');
  });

  it("shows the dates, with the day of the correction in the site's time zone", () => {
    expect(html).toContain('<time datetime="2020-12-01">1 December 2020</time>');
    expect(html).toContain("Updated 3 December 2020.");
    const exact = releasePage(
      { ...RELEASE, datePrecision: "second", date: "2020-12-01T10:00:00+04:00" },
      "/",
      SITE,
    );
    expect(exact).toContain("1 December 2020, 10:00 GMT+4");
  });

  it("links its translations, for people and for crawlers", () => {
    for (const [lang, path] of [
      ["en", "en"],
      ["ar", "ar"],
      ["x-default", "en"],
    ]) {
      const href = `https://press.example/${path}/releases/q`;
      expect(html).toContain(`<link rel="alternate" hreflang="${lang}" href="${href}">`);
    }
    expect(html).toContain('lang="ar" hreflang="ar">العربية</a>');
  });

  it("leads to its translation from the language menu, and to the list of a language without one", () => {
    expect(html).toContain(
      '<a href="https://press.example/ar/releases/q" lang="ar" hreflang="ar">العربية</a>',
    );
    expect(html).toContain('<a href="/hy" lang="hy" hreflang="hy">Հայերեն</a>');
  });

  it("names its permanent address, also after a kill", () => {
    const link = `<link rel="shortlink" href="https://press.example/r/${RELEASE.id}">`;
    expect(html).toContain(link);
    expect(killedPage({ ...RELEASE, status: "killed", reason: "Not ours" }, SITE)).toContain(link);
  });

  it("is written from right to left if its language is", () => {
    expect(releasePage({ ...RELEASE, lang: "ar" }, "/", SITE)).toContain('<html lang="ar" dir="rtl">');
  });
});

describe("a list", () => {
  it("says in its language that it is empty", () => {
    expect(
      listPage(
        { list: languageList("hy"), title: "T", lang: "hy" },
        {},
        { releases: [], known: undefined },
        SITE,
      ),
    ).toContain("Այստեղ դեռ ոչինչ");
  });

  it("marks each release with its language and direction", () => {
    expect(
      listPage(
        { list: languageList(undefined), title: "T" },
        {},
        { releases: [{ ...RELEASE, lang: "ar" }], known: undefined },
        SITE,
      ),
    ).toContain('<article lang="ar" dir="rtl"');
    expect(
      listPage(
        { list: languageList("ar"), title: "T", lang: "ar" },
        {},
        { releases: [{ ...RELEASE, lang: "en" }], known: undefined },
        SITE,
      ),
    ).toContain('<article lang="en" dir="ltr"');
  });
});

describe("a feed opened in a browser", () => {
  it("marks each release with its language and direction", () => {
    const items = [
      {
        title: "T",
        url: "https://x.example/",
        summary: "S",
        date_published: "2020-12-01T10:00:00Z",
        language: "ar",
      },
    ];
    const place = { list: languageList(undefined), format: "json" } as const;
    expect(feedPreview(place, JSON.stringify({ title: "All", items }), SITE)).toContain(
      '<article lang="ar" dir="rtl"',
    );
  });
});

describe("languages", () => {
  it.each([
    ["en", "1 December 2020"],
    ["hy", "1 դեկտեմբերի, 2020 թ."],
    ["ru", "1 декабря 2020 г."],
    ["fr", "1er décembre 2020"],
    ["fr-CA", "1er décembre 2020"],
  ])("%s writes a day so: %s", (lang, words) => {
    expect(dayInWords("2020-12-01", lang)).toBe(words);
  });

  it("have names and directions of their own", () => {
    expect(["en", "hy", "ru", "fr"].map((lang) => languageName(lang))).toEqual([
      "English",
      "Հայերեն",
      "Русский",
      "Français",
    ]);
    expect(["en", "hy", "ar", "he", "fa", "ur", "uz-Arab"].map(direction)).toEqual([
      "ltr",
      "ltr",
      "rtl",
      "rtl",
      "rtl",
      "rtl",
      "rtl",
    ]);
  });
});
