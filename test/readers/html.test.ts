import { HtmlValidate } from "html-validate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAGES, PressOffice } from "./press-office.ts";

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // Matters of taste: how a doctype and a telephone number are written, and how long a title is.
    "doctype-style": "off",
    "tel-non-breaking": "off",
    "long-title": "off",
    // A filter with several values has a box for each, as HTML allows.
    "form-dup-name": "off",
  },
});

async function faultsOf(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
}

describe("html-validate", () => {
  let office: PressOffice;
  beforeAll(async () => {
    office = await PressOffice.open();
  });
  afterAll(async () => {
    await office[Symbol.asyncDispose]();
  });

  it.each(Object.entries(PAGES))("accepts the page: %s", async (_kind, path) => {
    const html = await (await fetch(new URL(path, office.url))).text();
    expect(html).toContain("<h1>");
    expect(await faultsOf(html)).toEqual([]);
  });

  it.each(["", "/events", "/errors", "/limits", "/api", "/api/subscriptions", "/api/schemas"])(
    "accepts the page of the manual: /docs%s",
    async (path) => {
      const html = await (await fetch(new URL(`/docs${path}`, office.url))).text();
      expect(html).toContain("<h1>");
      expect(await faultsOf(html)).toEqual([]);
    },
  );

  it("accepts the page for a person who opens a feed", async () => {
    const headers = { "sec-fetch-dest": "document" };
    const html = await (await fetch(new URL("/en/feed.rss", office.url), { headers })).text();
    expect(await faultsOf(html)).toEqual([]);
  });

  it("refuses what is wrong", async () => {
    expect((await faultsOf('<!doctype html><html><body><p id="a"><h1 id="a">')).length).toBeGreaterThan(2);
  });
});
