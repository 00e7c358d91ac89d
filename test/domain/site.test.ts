import { describe, expect, it } from "vitest";
import { parse } from "../../src/domain/issues.ts";
import { textIn } from "../../src/domain/local-text.ts";
import { siteIdentity, textsIn, validateDefaultLanguage, withDefaults } from "../../src/domain/site.ts";

const SETTINGS = {
  baseUrl: "https://press.example",
  title: "Press releases",
  publisher: "Press Office",
  languages: ["en", "hy", "pt-BR"],
  timeZone: "UTC",
};

const issuesOf = (given: unknown) => {
  const parsed = parse(siteIdentity, given);
  return parsed.ok ? [] : parsed.issues;
};

describe("a text by language", () => {
  it.each([
    ["hy", "Նախարարություն"],
    ["pt-BR", "Ministério"],
    ["ru", "Ministry"],
    ["en-GB", "Ministry"],
  ])("of %s is %s", (lang, expected) => {
    const text = { hy: "Նախարարություն", en: "Ministry", pt: "Ministério" };
    expect(textIn(text, lang, ["en", "hy"])).toBe(expected);
  });

  it("may be one text for all languages", () => {
    expect(textIn("Ministry", "hy", ["en"])).toBe("Ministry");
  });
});

describe("the identity of a site", () => {
  it("takes everything that the office may say", () => {
    const given = {
      title: { en: "Ministry", hy: "Նախարարություն" },
      publisher: "Ministry of Foreign Affairs",
      description: { en: "Statements" },
      colour: "#0B3D6F",
      contact: {
        name: "Press",
        email: "press@mfa.example",
        phone: "+374 60 620000",
        address: { en: "Yerevan" },
      },
      links: [{ text: { en: "Imprint" }, url: "https://mfa.example/imprint" }],
      licence: "https://creativecommons.org/licenses/by/4.0/",
      ai: { search: "yes", answer: true, train: "no" },
      phrases: { en: { older: "Earlier" } },
    };
    expect(parse(siteIdentity, given)).toEqual({
      ok: true,
      value: { ...given, colour: "#0b3d6f", ai: { search: true, answer: true, train: false } },
    });
  });

  it.each([
    [{ titel: "x" }, "/titel", "is not a known field, or is misspelt; the nearest is title"],
    [{ contact: { mail: "x" } }, "/contact/mail", "the nearest is email"],
    [{ webhook: "x" }, "/webhook", /^is not a known field, or is misspelt$/],
    [{ title: 2026 }, "/title", "must be text"],
    [{ title: { en: " " } }, "/title/en", "must not be empty"],
    [{ title: {} }, "/title", "must hold a text in at least one language"],
    [{ title: { EN: "x" } }, "/title/EN", "must be BCP 47 language tags"],
    [{ publisher: "x".repeat(201) }, "/publisher", "must have at most 200 characters"],
    [{ colour: "blue" }, "/colour", "must be a colour such as #0b3d6f"],
    [
      { colour: "#ffcc00" },
      "/colour",
      /^has a contrast of 1\.51:1 against white; text and links need 4\.5:1\. The nearest that has it is #[0-9a-f]{6}$/,
    ],
    [{ contact: { email: "press" } }, "/contact/email", "must be an e-mail address"],
    [{ contact: { phone: "call us" } }, "/contact/phone", "must be a phone number"],
    [{ links: [{ text: "Imprint", url: "/imprint" }] }, "/links/0/url", "must be an absolute http"],
    [{ licence: "CC BY" }, "/licence", "must be an absolute http"],
    [{ licence: { en: "https://a.example/" } }, "/licence", "must be one URL for all languages"],
    [{ links: [{ text: "Imprint", url: {} }] }, "/links/0/url", "must be one URL for all languages"],
    [{ links: [{ text: "Imprint" }] }, "/links/0/url", "is required"],
    [{ ai: { train: "maybe" } }, "/ai/train", "must be yes or no"],
    [{ phrases: { en: { oldr: "x" } } }, "/phrases/en/oldr", "the nearest is older"],
    [{ phrases: { en: { since: "from" } } }, "/phrases/en/since", "must hold {date} once"],
    [{ phrases: { en: { older: "{n} older" } } }, "/phrases/en/older", "must not hold {…}"],
  ])("refuses %j", (given, path, message) => {
    expect(issuesOf(given)).toEqual([
      {
        path,
        message:
          typeof message === "string" ? expect.stringContaining(message) : expect.stringMatching(message),
      },
    ]);
  });

  it("names a colour that it takes", () => {
    const [issue] = issuesOf({ colour: "#ffcc00" });
    const [named] = /#[0-9a-f]{6}$/.exec(issue?.message ?? "") ?? [];
    expect(issuesOf({ colour: named })).toEqual([]);
  });

  it("lacks nothing that pages need, whatever was left out", () => {
    expect(withDefaults(undefined, SETTINGS)).toEqual({
      title: "Press releases",
      publisher: "Press Office",
      ai: { search: true, answer: true, train: false },
    });
    expect(textsIn(SETTINGS, "hy")).toEqual({
      title: "Press releases",
      publisher: "Press Office",
      contact: {},
      links: [],
    });
  });

  it("must have each text by language in the default language, too", () => {
    const given = { title: { hy: "Ն" }, description: { en: "D" }, links: [{ text: { hy: "Կ" }, url: "x" }] };
    expect(validateDefaultLanguage(given, ["en", "hy"]).map(({ path }) => path)).toEqual([
      "/title",
      "/links/0/text",
    ]);
    expect(validateDefaultLanguage({ title: { en: "T" } }, ["en-GB"])).toEqual([]);
  });
});
