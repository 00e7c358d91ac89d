import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pollUntil } from "../chaos/poll-until.ts";
import { newRelease, ApiClient } from "../chaos/api-client.ts";
import { BuiltService } from "../built/built-service.ts";

const ADMIN_TOKEN = "browser-admin-token";
const CHROMIUM = "/usr/bin/chromium";
/** Where pictures are left for somebody to look at; nowhere if unset. */
const PICTURES = process.env["COMMUNIQUE_PICTURES"];
const WIDTHS = { wide: 1280, phone: 375 };

describe.skipIf(!existsSync(CHROMIUM))(
  "in a browser (skipped without /usr/bin/chromium: apt-get install chromium)",
  () => {
    let service: BuiltService;
    let browser: Browser;

    beforeAll(async () => {
      service = await BuiltService.start({
        ADMIN_TOKEN,
        SECRETS_KEY: "browser-secrets-key-of-enough-bytes",
      });
      const office = new ApiClient(service.url, ADMIN_TOKEN);
      const topics = ["collective-security", "nagorno-karabakh", "trade-and-investment"];
      for (const [index, [lang, title]] of TEXTS.entries()) {
        await office.publish(
          newRelease(title, {
            lang,
            type: index % 2 === 0 ? "statement" : "speech",
            date: `2020-12-0${index + 1}`,
            topics: topics.slice(0, 1 + (index % 3)),
          }),
        );
      }
      await pollUntil("the directory knows them", 10_000, async () =>
        (await (await fetch(new URL("/feeds", service.url))).text()).includes("trade-and-investment")
          ? true
          : undefined,
      );
      browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--disable-background-networking",
          "--disable-sync",
        ],
      });
    });

    afterAll(async () => {
      await browser?.close();
      await service?.[Symbol.asyncDispose]();
    });

    /** A page at a width, and what the browser has refused or complained of. */
    async function open(path: string, width: number): Promise<{ page: Page; complaints: string[] }> {
      const context = await browser.newContext({ viewport: { width, height: 900 } });
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await page.goto(new URL(path, service.url).href);
      return { page, complaints };
    }

    describe.each(Object.entries(WIDTHS))("%s", (name, width) => {
      it.each(["/feeds", "/en/feed.rss", "/hy/feed.atom", "/en", "/en/topics/collective-security"])(
        "%s fits, and nothing on it is refused",
        async (path) => {
          const { page, complaints } = await open(path, width);
          const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          expect([overflow, complaints]).toEqual([0, []]);
          expect(await page.locator("h1").count()).toBe(1);
          if (PICTURES !== undefined) {
            await mkdir(PICTURES, { recursive: true });
            await page.screenshot({
              path: join(PICTURES, `${path.replaceAll("/", "_")}-${name}.png`),
              fullPage: true,
            });
          }
          await page.context().close();
        },
      );
    });

    it("the address of a feed is copied with a click", async () => {
      const { page } = await open("/feeds", WIDTHS.wide);
      const row = page.locator("#en tr", { hasText: "collective-security" });
      await row.getByRole("button", { name: "Copy" }).click();
      await row.getByRole("button", { name: "Copied" }).waitFor();
      expect(await page.evaluate("navigator.clipboard.readText()")).toBe(
        new URL("/en/topics/collective-security/feed.atom", service.url).href,
      );
      await page.context().close();
    });

    it("a feed that is opened says what it is, in its language", async () => {
      const { page } = await open("/ru/feed.rss", WIDTHS.wide);
      expect(await page.locator("h2").first().textContent()).toBe("Это лента");
      expect(await page.locator("article h3").allTextContents()).toEqual([TEXTS[3]?.[1]]);
      await page.context().close();
    });
    it("a page of any site follows the events as they happen", async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      // Chromium lets nothing but a loopback page call a loopback address.
      await using other = createServer((_request, response) => {
        response.setHeader("content-type", "text/html").end("<title>Another site</title>");
      }).listen(0, "127.0.0.1");
      await once(other, "listening");
      await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
      const stream = new URL("/api/v1/events/stream", service.url).href;
      await page.evaluate(`new Promise((opened, failed) => {
        globalThis.told = [];
        const source = new EventSource(${JSON.stringify(stream)});
        source.onopen = opened;
        source.onerror = () => failed(new Error("the browser could not follow"));
        source.addEventListener("release.published", ({ lastEventId, data }) =>
          told.push([lastEventId, JSON.parse(data).data.release.title]));
      })`);
      const office = new ApiClient(service.url, ADMIN_TOKEN);
      const { sequence } = await office.publish(newRelease("Ապրիլի 24", { lang: "hy", date: "2020-12-24" }));
      await page.waitForFunction("told.length > 0");
      expect(await page.evaluate("told")).toEqual([[String(sequence), "Ապրիլի 24"]]);
      await context.close();
    });
  },
);

const TEXTS: [lang: string, title: string][] = [
  ["en", "Statement of the Ministry of Foreign Affairs on the session of the Council"],
  ["en", "Remarks by the Minister at the joint press conference"],
  ["hy", "ՀԱՊԿ արտաքին գործերի նախարարների խորհրդի նիստը կայացավ"],
  ["ru", "Состоялось заседание Совета министров иностранных дел ОДКБ"],
  ["fr", "La session du Conseil des ministres des affaires étrangères s’est tenue"],
  ["en", "Comment on trade and investment"],
];
