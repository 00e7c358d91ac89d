import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pollUntil } from "../chaos/poll-until.ts";
import { newRelease, ApiClient } from "../chaos/api-client.ts";
import { BuiltService } from "../built/built-service.ts";
import { HAS_CHROMIUM, keepPicture, launchChromium, openPage, SKIPPED } from "./chromium.ts";

const ADMIN_TOKEN = "browser-admin-token-0123456789-0123456789-abcdefg";
const WIDTHS = { wide: 1280, phone: 375 };

describe.skipIf(!HAS_CHROMIUM)(`feeds and lists in a browser (${SKIPPED})`, () => {
  let service: BuiltService;
  let browser: Browser;

  beforeAll(async () => {
    service = await BuiltService.start({
      ADMIN_TOKEN,
      SECRETS_KEY: "YnJvd3Nlci1zZWNyZXRzLWtleS1vZi1lbm91Z2gtYnl0ZXM=",
    });
    const api = new ApiClient(service.url, ADMIN_TOKEN);
    const topics = ["collective-security", "nagorno-karabakh", "trade-and-investment"];
    for (const [index, [lang, title]] of RELEASES.entries()) {
      await api.publish(
        newRelease(title, {
          lang,
          type: index % 2 === 0 ? "statement" : "speech",
          date: `2020-12-0${index + 1}`,
          topics: topics.slice(0, 1 + (index % 3)),
        }),
      );
    }
    await pollUntil("the directory lists the topics", 10_000, async () =>
      (await (await fetch(new URL("/feeds", service.url))).text()).includes("trade-and-investment")
        ? true
        : undefined,
    );
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await service?.[Symbol.asyncDispose]();
  });

  const open = (path: string, width: number) =>
    openPage(browser, new URL(path, service.url), {
      viewport: { width, height: 900 },
      permissions: ["clipboard-read", "clipboard-write"],
    });

  describe.each(Object.entries(WIDTHS))("%s", (name, width) => {
    it.each(["/feeds", "/en/feed.rss", "/hy/feed.atom", "/en", "/en/topics/collective-security"])(
      "%s fits the width, logs no errors and asks no other host",
      async (path) => {
        const { page, faults } = await open(path, width);
        const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        expect([overflow, faults]).toEqual([0, []]);
        expect(await page.locator("h1").count()).toBe(1);
        await keepPicture(page, `${path} ${name}`);
        await page.context().close();
      },
    );
  });

  it("a click copies the URL of a feed", async () => {
    const { page } = await open("/feeds", WIDTHS.wide);
    const row = page.locator("#en tr", { hasText: "collective-security" });
    await row.getByRole("button", { name: "Copy" }).click();
    await row.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(
      new URL("/en/topics/collective-security/feed.atom", service.url).href,
    );
    await page.context().close();
  });

  it("an opened feed explains itself in its language", async () => {
    const { page } = await open("/ru/feed.rss", WIDTHS.wide);
    expect(await page.locator("h2").first().textContent()).toBe("Это лента");
    expect(await page.locator("article h3").allTextContents()).toEqual([RELEASES[3]?.[1]]);
    await page.context().close();
  });

  it("a page of another origin receives events from the stream", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    // Chromium lets only pages from a loopback address call a loopback address.
    await using other = createServer((_request, response) => {
      response.setHeader("content-type", "text/html").end("<title>Another site</title>");
    }).listen(0, "127.0.0.1");
    await once(other, "listening");
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    const stream = new URL("/api/v1/events/stream", service.url).href;
    await page.evaluate(`new Promise((opened, failed) => {
        globalThis.received = [];
        const source = new EventSource(${JSON.stringify(stream)});
        source.onopen = opened;
        source.onerror = () => failed(new Error("the stream failed"));
        source.addEventListener("release.published", ({ lastEventId, data }) =>
          received.push([lastEventId, JSON.parse(data).data.release.title]));
      })`);
    const api = new ApiClient(service.url, ADMIN_TOKEN);
    const { sequence } = await api.publish(newRelease("Ապրիլի 24", { lang: "hy", date: "2020-12-24" }));
    await page.waitForFunction("received.length > 0");
    expect(await page.evaluate("received")).toEqual([[String(sequence), "Ապրիլի 24"]]);
    await context.close();
  });
});

const RELEASES: [lang: string, title: string][] = [
  ["en", "Statement of the Ministry of Foreign Affairs on the session of the Council"],
  ["en", "Remarks by the Minister at the joint press conference"],
  ["hy", "ՀԱՊԿ արտաքին գործերի նախարարների խորհրդի նիստը կայացավ"],
  ["ru", "Состоялось заседание Совета министров иностранных дел ОДКБ"],
  ["fr", "La session du Conseil des ministres des affaires étrangères s’est tenue"],
  ["en", "Comment on trade and investment"],
];
