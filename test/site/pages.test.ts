import { describe, expect, it } from "vitest";
import type { ReleaseView } from "../../src/domain/release.ts";
import { feedPreview } from "../../src/site/feed-preview.ts";
import { killedPage } from "../../src/site/killed-page.ts";
import { releasePage } from "../../src/site/release-page.ts";
import { newsArticle } from "../../src/site/structured-data.ts";
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
  corrected: "2020-12-02T21:00:00Z",
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

  it("gives search engines the time of the correction, and not of a withdrawal in its place", () => {
    const withdrawn = { ...RELEASE, status: "withdrawn" as const, updated: "2020-12-05T10:00:00Z" };
    const correction = { "@type": "CorrectionComment", text: "The <date>", datePublished: RELEASE.corrected };
    expect(newsArticle(RELEASE, SITE).correction).toEqual(correction);
    expect(newsArticle(withdrawn, SITE).correction).toEqual(correction);
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

describe("what a release's page says of the release", () => {
  const full: ReleaseView = {
    ...RELEASE,
    places: ["yerevan"],
    names: {
      ...RELEASE.names,
      topics: { csto: "Collective security" },
      places: { yerevan: "Yerevan" },
    },
    attachments: [
      { url: "https://p.example/a.pdf", type: "application/pdf", title: "The act", size: 1_234_567 },
      { url: "https://p.example/a%20b", type: "image/svg+xml" },
    ],
  };
  const shown = (fields: Partial<ReleaseView> = {}, notes?: Parameters<typeof releasePage>[3]) =>
    releasePage({ ...full, ...fields }, "/en/releases/q", SITE, notes);

  it("links its type, its places and what it is filed under", () => {
    const html = shown();
    expect(html).toContain('<p class="kind"><a href="/en/types/statement">Statement</a></p>');
    expect(html).toContain('</time> · <a href="/en/places/yerevan">Yerevan</a>');
    expect(html).toContain('<dt>Topics</dt><dd><a href="/en/topics/csto">Collective security</a></dd>');
    expect(html).toContain("<dt>Published by</dt><dd>The &#x3C;Office></dd>");
  });

  it("links no list of a language that left the site", () => {
    const html = shown({ lang: "de" });
    expect(html).toContain("<dd>Collective security</dd>");
    expect(html).not.toContain("/de/topics");
  });

  it("names the type and size of its attachments in its language", () => {
    const html = shown();
    expect(html).toContain('>The act</a><span class="format"> (PDF, 1.2 MB)</span>');
    expect(html).toContain('>a b</a><span class="format"> (XML)</span>');
    const size = (lang: string, bytes: number) =>
      /class="format"> \((.*?)\)/.exec(
        shown({
          lang,
          attachments: [{ url: "https://p.example/a.pdf", type: "application/pdf", size: bytes }],
        }),
      )?.[1];
    expect([size("de", 1_234_567), size("fr", 48_210)]).toEqual(["PDF, 1,2 MB", "PDF, 48\u202fko"]);
  });

  it("says which edition it is, if there is more than one", () => {
    expect(shown()).toContain("Edition 2");
    expect(shown({ edition: 1 })).not.toContain("Edition");
  });

  it("says when it was withdrawn, and dates no earlier correction by that", () => {
    const html = shown({ status: "withdrawn", reason: "Wrong", corrected: "2020-12-02T10:00:00Z" });
    expect(html).toContain(
      '<strong>This text has been withdrawn.</strong> <time datetime="2020-12-03">3 December 2020, 01:00 GMT+4</time>. Reason: <bdi>Wrong</bdi>',
    );
    expect(html).toContain("Updated 2 December 2020. What changed: <bdi>The &#x3C;date></bdi>");
  });

  it("has the time of a correction on the day of the publication", () => {
    expect(shown({ corrected: "2020-12-01T08:00:00Z" })).toContain("Updated 1 December 2020, 12:00 GMT+4.");
  });

  it("leads to the corrected translation that it is behind, and mentions a withdrawn one", () => {
    const translations = [{ lang: "hy", id: "y", url: "https://p.example/hy", status: "withdrawn" as const }];
    const html = shown(
      { stale: true, translations },
      { behind: { lang: "ar", url: "https://p.example/ar" } },
    );
    expect(html).toContain(
      'Corrected text: <a href="https://p.example/ar" lang="ar" hreflang="ar">العربية</a>',
    );
    expect(html).toContain('Withdrawn in another language: <a href="https://p.example/hy"');
    expect(html).not.toContain("In other languages");
  });

  it("leads on where it was killed", () => {
    const html = killedPage({ ...full, status: "killed", reason: "Not ours" }, SITE);
    expect(html).toContain('<a href="/en">All texts</a>');
    expect(html).toContain('role="search" action="/en"');
  });
});

describe("the pages of a list", () => {
  const list = languageList("en");
  const titled = { list, title: "Press & more", lang: "en" };
  const contents = { releases: [RELEASE], known: undefined };

  it("are numbered from the newest, and link the last", () => {
    const archives = [7, 12, 6, 5, 4, 3, 11, 2, 9, 10, 8, 1];
    const html = listPage(titled, { previous: 7 }, { ...contents, count: 1_234, archives }, SITE);
    expect(html).toContain("Texts: 1,234");
    expect(html).toContain(
      '<a href="/en" aria-current="page">1</a><a href="/en/archive/7">2</a><a href="/en/archive/12">3</a>',
    );
    expect(html).toContain('<a href="/en/archive/9">10</a><span>…</span><a href="/en/archive/1">13</a>');
    expect(html).toContain('<a rel="next" href="/en/archive/7">Older texts</a>');
    const two = listPage(titled, { previous: 1 }, { ...contents, archives: [1] }, SITE);
    expect(two).toContain('<a href="/en/archive/1">2</a></p>');
  });

  it("promise no number and no count on an archive, but the days of its releases", () => {
    const releases = [RELEASE, { ...RELEASE, published: "2020-11-01T10:00:00Z" }];
    const html = listPage(titled, { archive: 3, previous: 2, next: 4 }, { ...contents, releases }, SITE);
    expect(html).toContain("<title>Press &#x26; more: 1 November 2020 – 1 December 2020</title>");
    expect(html).toContain("<h1>1 November 2020 – 1 December 2020</h1>");
    expect(html).toContain('<a rel="prev" href="/en/archive/4">Newer texts</a>');
    expect(html).toContain('<a href="/en">Newest texts</a>');
    expect(html).not.toContain('class="numbers"');
  });

  it("say of a search with several pages no number", () => {
    const search = { list: { filter: { lang: ["en"], q: "x" } }, title: "x", lang: "en" };
    expect(listPage(search, {}, { ...contents, archives: [1] }, SITE)).not.toContain('class="tally"');
    expect(listPage(search, {}, contents, SITE)).toContain("Texts: 1");
  });

  it("offer at most forty values in a filter", () => {
    const topics = Array.from({ length: 60 }, (_, index) => `topic-${index}`);
    const html = listPage(titled, {}, { ...contents, releases: [{ ...RELEASE, topics }] }, SITE);
    expect(html.match(/<option value="topic-/g)).toHaveLength(40);
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
        _communique: {},
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
