/**
 * Debian's Chromium, and what tests judge of a page in it.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export const HAS_CHROMIUM = existsSync(CHROMIUM);
/** For the title of tests that need it. */
export const SKIPPED = "skipped without /usr/bin/chromium: apt-get install chromium";
/** Folder for screenshots and printed pages; none are made if it is unset. */
export const PICTURES = process.env["COMMUNIQUE_PICTURES"];

export const WIDE = { viewport: { width: 1280, height: 900 } };
export const PHONE_IN_THE_DARK = { viewport: { width: 390, height: 800 }, colorScheme: "dark" } as const;

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-sync",
      // No other host has an address.
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
}

/** Opens a page in a context of its own. `faults`: errors on its console, and requests to other origins. */
export async function openPage(
  browser: Browser,
  url: URL,
  options: BrowserContextOptions,
): Promise<{ page: Page; faults: string[] }> {
  const page = await (await browser.newContext(options)).newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== url.origin) faults.push(request.url());
  });
  await page.goto(url.href);
  return { page, faults };
}

/** Keeps a screenshot of the whole page in {@link PICTURES}. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  const file = `${name.replaceAll(/[ /]/g, "-")}.png`;
  await page.screenshot({ path: join(PICTURES, file), fullPage: true });
}

/**
 * The faults of accessibility that axe-core finds: each rule with the elements that break it. Its script needs a
 * context with `bypassCSP`.
 */
export async function accessibilityFaults(page: Page): Promise<[rule: string, elements: string[]][]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    `axe.run({ runOnly: ${JSON.stringify(RULES)} })`,
  );
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

/** By how many pixels the page is wider than the window, at each width of the window. */
export async function overflowAt(page: Page, widths: readonly number[]): Promise<[number, unknown][]> {
  const overflows: [number, unknown][] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    overflows.push([width, await page.evaluate("document.documentElement.scrollWidth - innerWidth")]);
  }
  return overflows;
}
