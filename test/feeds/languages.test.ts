import { describe, expect, it } from "vitest";
import type { ReleaseView } from "../../src/domain/release.ts";
import { buildFeed } from "../../src/feeds/build-feed.ts";
import { listTitle, phrasesIn } from "../../src/i18n/phrases.ts";

const SITE = {
  baseUrl: "https://press.example",
  title: "Press",
  publisher: "Ministry",
  languages: ["fr", "ar"],
  timeZone: "UTC",
};

function entryOf(fields: Partial<ReleaseView>) {
  const release: ReleaseView = {
    id: "6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11",
    group: "g",
    lang: "fr",
    type: "statement",
    title: "Titre",
    summary: "S",
    url: "https://press.example/fr/releases/x",
    edition: 1,
    status: "published",
    date: "2020-12-01",
    datePrecision: "day",
    published: "2020-12-01T00:00:00Z",
    updated: "2020-12-01T00:00:00Z",
    topics: [],
    people: [],
    organisations: [],
    places: [],
    names: { types: {}, topics: {}, people: {}, organisations: {}, places: {} },
    translations: [],
    content: { html: "<p>Texte</p>", text: "Texte" },
    attachments: [],
    ...fields,
  };
  const list = { filter: {} };
  return buildFeed(
    { list, title: "T" },
    {},
    { releases: [release], departed: [], since: 0, summarised: new Set() },
    SITE,
  ).entries[0];
}

describe("the content of an entry", () => {
  it.each(["ar", "he", "fa"])("says that it is written from right to left: %s", (lang) => {
    expect(entryOf({ lang })?.html).toBe('<div dir="rtl"><p>Texte</p></div>');
  });

  it.each(["fr", "hy", "ru"])("says nothing of it in other languages: %s", (lang) => {
    expect(entryOf({ lang })?.html).toBe("<p>Texte</p>");
  });

  it("has French spaces before the colons that we set", () => {
    const entry = entryOf({ status: "withdrawn", reason: "Erreur", note: "La date" });
    expect(entry?.title).toBe("Retiré\u00a0: Titre");
    expect(entry?.html).toContain("Motif\u00a0: Erreur");
    expect(entry?.html).toContain("Ce qui a changé\u00a0: La date");
  });
});

describe("the French phrases", () => {
  it("never let a line begin with a mark", () => {
    expect(JSON.stringify(phrasesIn("fr"))).not.toMatch(/ [;:!?»]|« /);
  });
});

describe("the title of a search in French", () => {
  it("has French quotation marks", () => {
    expect(listTitle({ filter: { lang: ["fr"], q: "paix" } }, SITE, undefined)).toContain(
      "«\u00a0paix\u00a0»",
    );
  });
});
