import { beforeAll, describe, expect, it } from "vitest";
import { app } from "../../../src/http/app.ts";
import { env } from "cloudflare:workers";
import { createExecutionContext } from "cloudflare:test";
import { BASE_URL, publish, release, request, send, subscriberIdle } from "../../support/service.ts";
import { arrivals, endpoint } from "../../support/subscriptions.ts";

const today = new Date().toISOString().slice(0, 10);
const [energy, trade] = [
  release({ title: "Talks on energy", topics: ["energy"], date: today }),
  release({ title: "Talks on trade", topics: ["trade"], date: today, lang: "ru" }),
];
const old = release({ title: "Old talks on energy", topics: ["energy"], date: "2020-12-01" });

beforeAll(async () => {
  await send("PUT", "/api/v1/registry", {
    types: [],
    topics: [
      { slug: "energy", names: { en: "Energy", hy: "Էներգետիկա" } },
      { slug: "trade", names: { en: "Trade" } },
    ],
    people: [],
    organisations: [],
    places: [],
  });
  for (const text of [energy, trade, old]) await publish(text);
});

const page = async (query = "", headers: Record<string, string> = {}) => {
  const answer = await request(`/subscribe${query}`, { headers });
  return { status: answer.status, headers: answer.headers, html: await answer.text() };
};

const post = async (fields: Record<string, string>, headers: Record<string, string> = {}) => {
  const answer = await request("/subscribe", {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "cf-connecting-ip": `2001:db8:${Math.floor(Math.random() * 0xffff).toString(16)}::1`,
      ...headers,
    },
    body: new URLSearchParams(fields).toString(),
  });
  return { status: answer.status, headers: answer.headers, html: await answer.text() };
};

describe("choosing what to receive", () => {
  it("shows what would have matched in the last 90 days, and the addresses of its feeds", async () => {
    const { status, html, headers } = await page("?lang=en&topic=energy");
    expect(status).toBe(200);
    expect(html).toContain("Matching texts of the last 90 days: 1<");
    expect(html).toContain("Talks on energy</a>");
    expect(html).not.toContain("Old talks on energy");
    expect(html).not.toContain("Talks on trade");
    for (const format of ["rss", "atom", "json"])
      expect(html).toContain(`data-copy="${BASE_URL}/en/topics/energy/feed.${format}"`);
    expect(html).toMatch(/<input type="checkbox" name="topic" value="energy" checked>/);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-security-policy")).toContain("form-action 'self'");
  });

  it("offers everything before anything is chosen, and says so where nothing matches yet", async () => {
    expect((await page()).html).toContain("Matching texts of the last 90 days: 2<");
    const { html } = await page("?q=unheard");
    expect(html).toContain("No text of the last 90 days matches.");
    expect(html).toContain(`data-copy="${BASE_URL}/feed.atom?q=unheard"`);
  });

  it("names what is wrong with a filter, and offers no feed of it", async () => {
    for (const [query, fault] of [
      ["?topic=enrgy", "energy"],
      ["?lang=xx", "lang"],
      ["?type=Not%20a%20slug", "type"],
      ["?topics=energy", "topics is no parameter of this call; the nearest is topic<"],
      ["?lang[]=en", "lang\\[\\] is no parameter of this call; the nearest is lang<"],
      ["?from=2026-01-01", "from is no parameter of this call<"],
    ] as const) {
      const { status, html } = await page(query);
      expect(status).toBe(422);
      expect(html).toMatch(
        new RegExp(`This must be corrected</h2><ul><li><span lang="en" dir="ltr">[^<]*${fault}`),
      );
      expect(html).not.toContain("In a feed reader");
    }
  });

  it("is in the language that was chosen, that of the texts, or the one that the browser prefers", async () => {
    const lang = async (query: string, accept = "") =>
      /<html lang="([^"]+)"/.exec((await page(query, { "accept-language": accept })).html)?.[1];
    expect(await lang("")).toBe("en");
    expect(await lang("", "de, hy-AM;q=0.8, en;q=0.7")).toBe("hy");
    expect(await lang("", "en;q=0.2, hy;q=0, ru;q=0.9")).toBe("ru");
    expect(await lang("?lang=ru", "hy")).toBe("ru");
    expect(await lang("?lang=ru&ui=hy", "en")).toBe("hy");
    expect((await page("?ui=hy")).html).toContain("> Էներգետիկա</label>");
    // Another language keeps what was chosen.
    expect((await page("?topic=energy&q=talks")).html).toContain(
      `href="${BASE_URL}/subscribe?topic=energy&#x26;q=talks&#x26;ui=hy"`,
    );
  });

  it("is linked by every list, filled in", async () => {
    const html = await (await request("/en/topics/energy")).text();
    expect(html).toContain('href="/subscribe?topic=energy&#x26;lang=en"');
  });
});

describe("subscribing by the form", () => {
  it("shows the secret and the link with the token once, and asks the endpoint to confirm", async () => {
    const url = endpoint("echo");
    const { status, html, headers } = await post({ url, format: "standard", lang: "en", topic: "energy" });
    expect(status).toBe(201);
    expect(headers.get("cache-control")).toBe("no-store");
    const [, id = "", token = ""] = /href="\/subscriptions\/(sub_\w+)\?ui=en#([^"]+)"/.exec(html) ?? [];
    const [secret] = /whsec_[\w+/=]+/.exec(html) ?? [];
    expect(html).toContain(`Signing secret: <code dir="ltr">${secret}</code>`);
    expect(html).toMatch(/<h1>You are subscribed<\/h1><p>Energy – [^<]+ – English<\/p>/);
    await subscriberIdle(id);
    const view = await request(`/api/v1/subscriptions/${id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await view.json()).toMatchObject({
      url,
      status: "active",
      filter: { lang: ["en"], topic: ["energy"] },
    });
    expect(await arrivals({ endpoint: url })).toHaveLength(1);
  });

  it("keeps what was written and names what is wrong, and creates nothing", async () => {
    const { status, html } = await post({ url: "ftp://desk.example/", description: "Desk", lang: "hy" });
    expect(status).toBe(422);
    const { fault } = /<strong id="url-fault"[^>]*>(?<fault>[^<]+)<\/strong>/.exec(html)?.groups ?? {};
    expect(html).toMatch(/<input id="url"[^>]* aria-invalid="true" aria-describedby="url-fault"/);
    expect(html).toContain(
      `<li><a href="#url">Վեբհուքի հասցե (URL)</a>: <span lang="en" dir="ltr">${fault}</span></li>`,
    );
    expect(html).toContain('value="ftp://desk.example/"');
    expect(html).toContain('value="Desk"');
    expect(html).toContain('<input type="hidden" name="lang" value="hy">');
  });

  it("shows a fault of a whole object at its first field, which it opens", async () => {
    const { status, html } = await post({ format: "telegram" });
    expect(status).toBe(422);
    expect(html).toContain('<a href="#telegram-token">Bot token</a>');
    expect(html).toMatch(/<details open><summary>Telegram.*id="telegram-token-fault"/);
  });

  it("does not take a misspelt filter for none", async () => {
    const url = endpoint("echo");
    const { status, html } = await post({ url, topics: "energy" });
    expect(status).toBe(422);
    expect(html).toContain("topics is no parameter of this call; the nearest is topic</span></li>");
    expect(await arrivals({ endpoint: url })).toEqual([]);
  });

  it("shows no secret again after a mistake", async () => {
    const secret = `whsec_${btoa("0123456789abcdefghijklmnopqrstuv")}`;
    expect((await post({ url: "nothing", secret })).html).not.toContain(secret);
    const chat = "https://hooks.slack.com.example/services/T0/B0/abc";
    const refused = await post({ url: chat, format: "slack" });
    expect(refused.status).toBe(422);
    expect(refused.html).not.toContain("T0/B0");
    expect((await post({ url: endpoint("echo"), secret: "short" })).html).toContain(
      '<a href="#secret">Your own secret (optional)</a>: <span lang="en" dir="ltr">must be whsec_',
    );
  });

  it("does nothing when a page of another site sends the form", async () => {
    const url = endpoint("echo");
    const { status, html } = await post({ url }, { "sec-fetch-site": "cross-site" });
    expect(status).toBe(403);
    expect(html).toContain(url.replaceAll("&", "&#x26;"));
    expect(await arrivals({ endpoint: url })).toEqual([]);
  });

  it("subscribes a chat by its address alone, or by the bot and the chat of Telegram", async () => {
    const chats = [
      { format: "slack", url: "https://hooks.slack.com/services/T0/B0/abc" },
      {
        format: "telegram",
        "telegram.token": "123456:AAabcdefghijklmnopqrstuvwxyz012345678",
        "telegram.chat": "@news",
      },
    ];
    for (const fields of chats) {
      const { status, html } = await post(fields);
      expect([fields.format, status]).toEqual([fields.format, 201]);
      expect(html).not.toContain("whsec_");
      expect(html).not.toContain("confirm first");
    }
  });

  it("refuses what is no form", async () => {
    const answer = await post({ url: endpoint() }, { "content-type": "application/json" });
    expect(answer.status).toBe(415);
    expect(answer.html).toContain(
      "Send a form, with Content-Type: application/x-www-form-urlencoded.</span></li>",
    );
  });

  it("refuses a form that is too large", async () => {
    const { status, html } = await post({ url: endpoint(), description: "x".repeat(40_000) });
    expect(status).toBe(413);
    expect(html).toMatch(/This must be corrected<\/h2><ul><li><span[^>]*>A body may have \d+ bytes/);
  });

  it("is not offered where subscriptions are by invitation", async () => {
    const invited = { ...env, SUBSCRIPTIONS: "invited" };
    const ask = (init?: RequestInit) =>
      app.fetch(new Request(`${BASE_URL}/subscribe`, init), invited, createExecutionContext());
    const html = await (await ask()).text();
    expect(html).toContain("In a feed reader");
    expect(html).not.toContain('method="post"');
    const form = new URLSearchParams({ url: endpoint() });
    expect((await ask({ method: "POST", body: form })).status).toBe(401);
  });
});
