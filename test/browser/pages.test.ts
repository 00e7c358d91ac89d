import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAGES, PressOffice } from "../readers/press-office.ts";
import {
  accessibilityFaults,
  HAS_CHROMIUM,
  keepPicture,
  launchChromium,
  openPage,
  overflowAt,
  PHONE_IN_THE_DARK,
  PICTURES,
  SKIPPED,
  WIDE,
} from "./chromium.ts";

/** One of each layout; with COMMUNIQUE_PICTURES all kinds of page. */
const ON_A_PHONE = new Set(
  PICTURES === undefined
    ? ["home", "search", "index of people", "Arabic release", "history", "withdrawn release", "feeds"]
    : Object.keys(PAGES),
);

describe.skipIf(!HAS_CHROMIUM)(`the pages in a browser (${SKIPPED})`, () => {
  let office: PressOffice;
  let browser: Browser;

  beforeAll(async () => {
    office = await PressOffice.open();
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await office?.[Symbol.asyncDispose]();
  });

  async function open(path: string, options: BrowserContextOptions = WIDE): Promise<Page> {
    const { page } = await openPage(browser, new URL(path, office.url), options);
    return page;
  }

  describe.each(Object.entries(PAGES))("%s", (kind, path) => {
    it.each([
      ["wide", WIDE] as const,
      ...(ON_A_PHONE.has(kind) ? [["on a phone in the dark", PHONE_IN_THE_DARK] as const] : []),
    ])("has no fault that axe finds, and needs no sideways scrolling, %s", async (name, options) => {
      // The policy keeps all scripts off our pages, that of the judge too.
      const page = await open(path, { ...options, bypassCSP: true });
      expect(await accessibilityFaults(page)).toEqual([]);
      await keepPicture(page, `${kind} ${name}`);
      // 640 pixels are a wide window at 200 %; 320 are what WCAG asks for (1.4.10).
      expect(await overflowAt(page, [640, 320])).toEqual([
        [640, 0],
        [320, 0],
      ]);
      await page.context().close();
    });
  });

  it("a reader without JavaScript finds a release by its words, and narrows what is found", async () => {
    const page = await open("/en", { ...WIDE, javaScriptEnabled: false });
    await page.getByRole("searchbox").fill("Yerevan Agenda");
    await page.getByRole("button", { name: "Search" }).first().click();
    await page.waitForURL("**/en?q=*");
    expect(await page.locator(".tally").textContent()).toBe("Texts: 1");
    expect(await page.getByRole("searchbox").inputValue()).toBe("agenda yerevan");
    await page.getByText("Filter this list").click();
    await page.getByLabel("Topics").selectOption({ label: "Energy" });
    await page.getByRole("button", { name: "Search" }).last().click();
    await page.waitForURL("**/en?topic=energy&q=*");
    await page.locator(".rows").getByRole("link", { name: "Statement on the summit" }).click();
    expect(await page.locator("h1").textContent()).toBe("Statement on the summit");
    await page.context().close();
  });

  it("a reader goes from a topic to a release, to its translations, and to what it is filed under", async () => {
    const page = await open("/en");
    await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Topics" }).click();
    await page.getByRole("main").getByRole("link", { name: "Energy" }).click();
    await page.getByRole("link", { name: "Statement on the summit" }).click();
    await page.getByRole("navigation", { name: "Languages" }).getByRole("link", { name: "Հայերեն" }).click();
    expect(await page.locator("h1").textContent()).toBe("Հայտարարություն գագաթնաժողովի մասին");
    await page.getByRole("navigation").getByRole("link", { name: "العربية" }).click();
    expect(await page.locator("html").getAttribute("dir")).toBe("rtl");
    expect(await page.locator("h1").textContent()).toBe("بيان بشأن القمة");
    await page.locator("dd").getByRole("link", { name: "الطاقة" }).click();
    await page.waitForURL("**/ar/topics/energy");
    await page.context().close();
  });

  it("a reader goes from a text that a correction has left behind to the corrected one, and to what changed", async () => {
    const page = await open("/hy/releases/summit");
    await page.locator(".note").getByRole("link", { name: "English" }).click();
    expect(await page.locator(".note").textContent()).toContain("What changed: The end");
    await page.getByRole("link", { name: "All changes to this text" }).click();
    expect((await page.locator("ins").allTextContents()).join(" ")).toContain("Friday");
    await page.context().close();
  });

  it("a page of a release takes three requests to this site, under 30 kB, and no cookie", async () => {
    const context = await browser.newContext(WIDE);
    const page = await context.newPage();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    const response = await page.goto(new URL("/en/releases/summit", office.url).href);
    await page.waitForLoadState("networkidle");
    expect(requests.filter((url) => new URL(url).origin !== office.url.origin)).toEqual([]);
    // The page, its stylesheet and the logo; a browser keeps the icon of a site for all its pages.
    expect(requests.filter((url) => !url.endsWith("/icon.png"))).toHaveLength(3);
    expect((await response?.body())?.byteLength).toBeLessThan(30_000);
    expect(await context.cookies()).toEqual([]);
    await context.close();
  });

  it("the keyboard reaches the text first, and shows where it is", async () => {
    const page = await open("/en/releases/summit");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.className")).toBe("skip");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/summit#main");
    await page.keyboard.press("Tab");
    const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    expect(outline).toBe("solid");
    await page.context().close();
  });

  it("a printed release has a letterhead, its address and edition, and no menus", async () => {
    const page = await open("/en/releases/summit");
    await page.emulateMedia({ media: "print" });
    for (const hidden of ["nav", ".find", ".skip", ".offers", ".translations"])
      expect(await page.locator(`${hidden}:visible`).count(), hidden).toBe(0);
    expect(await page.locator(".site").isVisible()).toBe(true);
    expect(await page.locator(".printed").textContent()).toBe(
      `Address of this page: ${new URL("/en/releases/summit", office.url).href}`,
    );
    expect(await page.locator(".printed, .edition, .attachments .url, .publisher").count()).toBe(4);
    expect(await page.locator(".printed:visible, .edition:visible, .attachments .url:visible").count()).toBe(
      3,
    );
    const pdf = await page.pdf({
      format: "A4",
      ...(PICTURES === undefined ? {} : { path: join(PICTURES, "release.pdf") }),
    });
    expect(pdf.toString("latin1").match(/\/Type \/Page\b(?!s)/g)).toHaveLength(1);
    await page.context().close();
  });
});
