import { beforeAll, describe, expect, it } from "vitest";
import { NOT_SENT_CODES } from "../../../src/domain/codes.ts";
import { CONTENTS, EVENT_NAMES, SHAPES, SUBSCRIPTION_STATUSES } from "../../../src/domain/subscription.ts";
import { WORDED_LANGUAGES } from "../../../src/i18n/wording.ts";
import { BASE_URL, publish, release, request, requestUnread, send } from "../../support/service.ts";

const ID = `sub_${"0".repeat(32)}`;
const path = `/subscriptions/${ID}`;
const DELIVERY_STATES = ["pending", "held", "delivered", "failed", "replaced", "dropped", "not-sent"];

type Words = Record<string, string>;

async function wordsOf(lang: string): Promise<Words> {
  return (await requestUnread(`/subscription/words/${lang}.json`)).json();
}

describe("the page of a subscription", () => {
  beforeAll(async () => {
    await send("PUT", "/api/v1/registry", {
      types: [],
      topics: [{ slug: "energy", names: { en: "Energy", hy: "Էներգետիկա" } }],
      people: [],
      organisations: [],
      places: [],
    });
    await publish(release({ topics: ["energy"] }));
  });

  it("is the same for everybody, and its script is our own", async () => {
    const other = ID.replaceAll("0", "f");
    const [one, another] = await Promise.all([ID, other].map((id) => request(`/subscriptions/${id}`)));
    expect(await one?.text()).toBe((await another?.text())?.replaceAll(other, ID));
    expect(one?.headers.get("content-security-policy")).toContain("script-src 'self'; connect-src 'self'");
    expect(one?.headers.get("x-robots-tag")).toBe("noindex");
    expect((await request("/subscriptions/nothing")).status).toBe(404);
  });

  it("is in the language of the link, or in that of the browser", async () => {
    const chosen = await (await request(`${path}?ui=hy`)).text();
    expect(chosen).toContain('<html lang="hy"');
    expect(chosen).toContain('data-lang="hy"');
    expect(chosen).toContain(`href="${BASE_URL}${path}?ui=ru"`);
    expect(chosen).toContain("> Էներգետիկա</label>");
    const preferred = await (await request(path, { headers: { "accept-language": "ru" } })).text();
    expect(preferred).toContain('<html lang="ru"');
  });

  it("has its script and words as files", async () => {
    for (const name of [
      "main",
      "api",
      "elements",
      "filter",
      "log",
      "sections",
      "settings",
      "view",
      "words",
    ]) {
      const script = await requestUnread(`/subscription/${name}.js`);
      expect([name, script.status]).toEqual([name, 200]);
      expect(script.headers.get("content-type")).toContain("text/javascript");
    }
    expect((await request("/subscription/nothing.js")).status).toBe(404);
  });
});

describe("the words of the page of a subscription", () => {
  it("name every status, event, state and code of the API", async () => {
    const en = await wordsOf("en");
    const names = [
      ...SUBSCRIPTION_STATUSES.map((each) => `status.${each}`),
      ...[...EVENT_NAMES, "subscription.verify", "subscription.test"].map((each) => `event.${each}`),
      ...DELIVERY_STATES.map((each) => `delivery.${each}`),
      ...NOT_SENT_CODES.map((each) => `not-sent.${each}`),
      ...CONTENTS.map((each) => `content.${each}`),
      ...SHAPES.map((each) => `shape.${each}`),
    ];
    expect(names.filter((name) => !(name in en))).toEqual([]);
  });

  it.each(WORDED_LANGUAGES)("are complete in %s", async (lang) => {
    const [en, words] = [await wordsOf("en"), await wordsOf(lang)];
    expect(Object.keys(words)).toEqual(Object.keys(en));
    const placeholders = (text = "") => text.match(/\{\w+\}/g)?.sort() ?? [];
    for (const [name, text] of Object.entries(words)) {
      expect([name, text.trim()]).toEqual([name, text]);
      expect(text).not.toBe("");
      expect([name, placeholders(text)]).toEqual([name, placeholders(en[name])]);
      // A hint names the button as it is.
      if (/^not-sent\.(before|no-longer)/.test(name)) expect(text).toContain(words["replay"]);
    }
  });
});
