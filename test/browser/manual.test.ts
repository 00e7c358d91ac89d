import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BuiltService } from "../built/built-service.ts";
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

/** One of each kind. */
const PAGES = [
  "/docs",
  "/docs/webhooks",
  "/docs/read",
  "/docs/errors",
  "/docs/api",
  "/docs/api/subscriptions",
];
const ON_A_PHONE = new Set(PICTURES === undefined ? ["/docs/webhooks", "/docs/api/subscriptions"] : PAGES);

describe.skipIf(!HAS_CHROMIUM)(`the manual in a browser (${SKIPPED})`, () => {
  let service: BuiltService;
  let browser: Browser;

  beforeAll(async () => {
    service = await BuiltService.start({
      ADMIN_TOKEN: "manual-admin-token-0123456789-0123456789-abcdefg",
      SECRETS_KEY: "bWFudWFsLXNlY3JldHMta2V5LW9mLWVub3VnaC1ieXRlcyE=",
    });
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await service?.[Symbol.asyncDispose]();
  });

  const open = (path: string, options: BrowserContextOptions = WIDE) =>
    openPage(browser, new URL(path, service.url), options);

  describe.each(PAGES)("%s", (path) => {
    it.each([
      ["wide", WIDE] as const,
      ...(ON_A_PHONE.has(path) ? [["on a phone in the dark", PHONE_IN_THE_DARK] as const] : []),
    ])("has no fault, asks no other host, and needs no sideways scrolling, %s", async (name, how) => {
      const { page, faults } = await open(path, how);
      await page.waitForLoadState("networkidle");
      expect(faults).toEqual([]);
      await keepPicture(page, `${path} ${name}`);
      const widths = [how.viewport.width, 640, 320];
      expect(await overflowAt(page, widths)).toEqual(widths.map((width) => [width, 0]));
      await page.context().close();
      // The policy keeps out the script of the judge, too.
      const judged = await open(path, { ...how, bypassCSP: true });
      expect(await accessibilityFaults(judged.page)).toEqual([]);
      await judged.page.context().close();
    });
  });

  it("a reader without JavaScript has every page in the menu, and no search that does nothing", async () => {
    const { page } = await open("/docs", { ...PHONE_IN_THE_DARK, javaScriptEnabled: false });
    expect(await page.getByRole("search").isVisible()).toBe(false);
    await page.getByRole("link", { name: "Verify a delivery" }).first().click();
    expect(await page.locator("h1").textContent()).toBe("Verify a delivery");
    await page.context().close();
  });

  it("a reader finds a code by the search, with the keyboard alone", async () => {
    const { page, faults } = await open("/docs");
    await page.getByRole("searchbox", { name: "Search the manual" }).focus();
    await page.keyboard.type("rate-reached");
    await page.locator("#found li").first().waitFor();
    expect(await page.getByRole("status").textContent()).toMatch(/^Found: \d+$/);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/docs/errors#rate-reached");
    expect(await page.locator(":target").textContent()).toContain("rate-reached");
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("a search finds texts by all of its words, and says when there is nothing", async () => {
    const { page } = await open("/docs/limits");
    const field = page.getByRole("searchbox", { name: "Search the manual" });
    await field.fill("zapier hook");
    await page
      .locator("#found")
      .getByRole("link", { name: /Zapier/ })
      .first()
      .waitFor();
    await field.fill("zapier xylophone");
    await page.getByText("Nothing found").waitFor();
    await field.fill("");
    await page.locator("#found:empty").waitFor({ state: "attached" });
    await page.context().close();
  });

  it("a phone shows the text first, and the menu at a tap", async () => {
    const { page } = await open("/docs/webhooks", PHONE_IN_THE_DARK);
    const link = page.getByRole("link", { name: "Catch up" }).first();
    expect(await link.isVisible()).toBe(false);
    await page.getByText("Pages", { exact: true }).click();
    await link.click();
    await page.waitForURL("**/docs/catch-up");
    await page.context().close();
  });
});
