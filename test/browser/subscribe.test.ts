import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import words from "../../src/i18n/subscription-page/hy.json" with { type: "json" };
import { pollUntil } from "../chaos/poll-until.ts";
import { Receiver } from "../chaos/receiver.ts";
import { ADMIN_TOKEN, PressOffice } from "../readers/press-office.ts";
import {
  accessibilityFaults,
  HAS_CHROMIUM,
  keepPicture,
  launchChromium,
  overflowAt,
  PHONE_IN_THE_DARK,
  SKIPPED,
  WIDE,
} from "./chromium.ts";

const SECRET = `whsec_${Buffer.from("a secret that the receiver knows").toString("base64")}`;
const armenian = words as Readonly<Record<string, string>>;
const DEVICES = [
  ["wide", WIDE],
  ["on a phone in the dark", PHONE_IN_THE_DARK],
] as const;

describe.skipIf(!HAS_CHROMIUM)(`a person who subscribes (${SKIPPED})`, () => {
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

  async function judge(page: Page, name: string): Promise<void> {
    await keepPicture(page, name);
    expect(await accessibilityFaults(page)).toEqual([]);
    const size = page.viewportSize();
    expect(await overflowAt(page, [320])).toEqual([[320, 0]]);
    if (size !== null) await page.setViewportSize(size);
  }

  /** What the page says about the subscription, by label. */
  const factsOf = (page: Page) =>
    page.locator("#facts > div").evaluateAll((rows) => {
      const facts: Record<string, string[]> = {};
      for (const row of rows)
        (facts[row.querySelector("dt")?.textContent ?? ""] ??= []).push(
          row.querySelector("dd")?.textContent ?? "",
        );
      return facts;
    });

  it("gets what is ticked, and keeps what is written when the page is loaded again", async () => {
    const today = new Date().toISOString().slice(0, 10);
    await office.publish({ slug: "ticked", title: "Ticked", topics: ["energy"], date: today });
    await using receiver = await Receiver.open();
    receiver.trust(SECRET);
    const page = await browser.newPage();
    await page.goto(new URL("/subscribe?lang=en&not.topic=trade", office.url).href);
    await page.locator("summary", { hasText: "Topics" }).click();
    await page.getByLabel("Energy").check();
    await page.getByLabel("Address of the webhook").fill(receiver.url);
    // What is written below stays, and no address has it.
    await page.getByLabel("Your own secret").fill(SECRET);
    await page.getByRole("button", { name: "Show what matches" }).click();
    await page.waitForURL(/topic=energy/);
    expect(page.url()).not.toContain("whsec");
    expect(await page.getByLabel("Your own secret").inputValue()).toBe(SECRET);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    // What is ticked counts, also without another look at what matches.
    await page.getByLabel("English").uncheck();
    await page.getByRole("main").getByRole("button", { name: "Subscribe" }).click();
    await page.getByText("never shown again").waitFor();
    // A reload does not send the form again, and neither does the language menu.
    await page.reload();
    await page.getByText("Active since").waitFor();
    await page.goBack();
    await page.goForward();
    await page.getByText("Active since").waitFor();
    const facts = await factsOf(page);
    expect(facts).toMatchObject({ Topics: ["Energy", "except Trade"] });
    expect(facts).not.toMatchObject({ Languages: ["English"] });
    // What has no boxes stays after a change of something else.
    await page.getByLabel("Name", { exact: true }).fill("Day desk");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    expect(await factsOf(page)).toMatchObject({ Name: ["Day desk"], Topics: ["Energy", "except Trade"] });
    await page.close();
  });

  it("keeps the token, what is being written, and what the page does not offer", async () => {
    await using receiver = await Receiver.open();
    // Strangers see no value of the registry before a release has it.
    await office.publish({ slug: "council", organisations: ["council"] });
    const answer = await fetch(new URL("/api/v1/subscriptions", office.url), {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({
        url: receiver.url,
        events: ["release.published", "operational"],
        filter: { organisation: ["council"], not: { q: "old" } },
        verify: false,
      }),
    });
    expect(answer.status).toBe(201);
    const { id, token, secret } = await answer.json<{ id: string; token: string; secret: string }>();
    const page = await browser.newPage();
    await page.goto(new URL(`/subscriptions/${id}#${token}`, office.url).href);
    await page.getByText("Active since").waitFor();
    const chosen = { Organisations: ["The Council"], "Words in the text": ["except old"] };
    expect(await factsOf(page)).toMatchObject(chosen);

    // The link to the text of the page is the first one of the page.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(new URL(page.url()).hash).toBe(`#${token}`);
    expect(await page.locator(":focus").getAttribute("id")).toBe("main");

    await page.getByLabel("Name", { exact: true }).fill("Desk");
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("A test is on its way").waitFor();
    // The receiver answers when it has the secret. The page shows that without a reload.
    await page.getByRole("row", { name: /Test.*Waiting/ }).waitFor();
    receiver.trust(secret);
    await page.getByRole("row", { name: /Test.*Delivered/ }).waitFor();
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Desk");
    await page.getByLabel("Corrected").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    const events = ["Published, Corrected, Report on another subscription"];
    expect(await factsOf(page)).toMatchObject({ Name: ["Desk"], Events: events, ...chosen });

    // A change in another tab stays, and so does what is ticked here.
    const other = await browser.newPage();
    await other.goto(page.url());
    await other.getByText("Active since").waitFor();
    await other.getByLabel("English").check();
    await other.getByRole("button", { name: "Save" }).click();
    await other.getByText("Saved.").waitFor();
    await other.close();
    await page.getByLabel("Withdrawn").check();
    await page.locator("summary", { hasText: "Topics" }).click();
    await page.getByLabel("Energy").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Energy", { exact: true }).first().waitFor();
    await page.getByText("Saved.").waitFor();
    expect(await factsOf(page)).toMatchObject({ Languages: ["English"], Topics: ["Energy"], ...chosen });

    // A click while the page is still reading the log has its turn afterwards.
    const log = Promise.withResolvers<void>();
    await page.route("**/deliveries?*", async (route) => {
      await log.promise;
      await route.continue();
    });
    await page.reload();
    await page.getByText("Active since").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    log.resolve();
    await page.getByText("Paused since").waitFor();
    await page.unroute("**/deliveries?*");

    // What cannot be shown says so.
    await page.route("**/subscription/words/*", (route) => route.abort());
    await page.reload();
    await page.getByText("The service did not answer. Try again.").waitFor();
    await page.close();
  });

  it("has no secret to replace where the subscription is of a chat", async () => {
    await using receiver = await Receiver.open();
    const page = await browser.newPage();
    await page.goto(new URL("/subscribe", office.url).href);
    await page.getByLabel("Delivered as").selectOption("Slack");
    await page.getByLabel("Address of the webhook").fill(receiver.url);
    await page.getByRole("main").getByRole("button", { name: "Subscribe" }).click();
    await page.getByRole("link", { name: "Your subscription" }).click();
    await page.getByText("Active since").waitFor();
    expect(await page.getByRole("button", { name: "New link to this page" }).isVisible()).toBe(true);
    expect(await page.getByRole("button", { name: "New secret" }).isVisible()).toBe(false);
    expect(await page.getByText("the former secret signs").isVisible()).toBe(false);
    await page.close();
  });

  it.each(DEVICES)(
    "chooses, looks, subscribes, watches, asks why, pauses and deletes, %s",
    async (name, options) => {
      const today = new Date().toISOString().slice(0, 10);
      const slug = `news-${name.length}`;
      await office.publish({ slug, title: `News ${name}`, topics: ["energy"], date: today });
      const trade = {
        slug: `trade-${name.length}`,
        title: `Trade ${name}`,
        topics: ["trade"],
        date: today,
      };
      await office.publish(trade);
      await using receiver = await Receiver.open();
      receiver.trust(SECRET);
      // The judge's own script needs the policy off; the rest of the walk is with it.
      const judging = await browser.newContext({ ...options, bypassCSP: true });
      const context = await browser.newContext(options);
      const page = await context.newPage();
      await page.goto(new URL("/subscribe", office.url).href);

      // The keyboard alone reaches and sets the filters.
      await page.locator("summary", { hasText: "Topics" }).focus();
      await page.keyboard.press("Enter");
      await page.getByLabel("Energy").focus();
      await page.keyboard.press("Space");
      await page.getByLabel("English").focus();
      await page.keyboard.press("Space");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/subscribe?*topic=energy*");
      await page.getByRole("link", { name: `News ${name}` }).waitFor();
      expect(await page.getByRole("link", { name: trade.title }).count()).toBe(0);
      const feed = await page.getByRole("main").getByRole("link", { name: "Atom" }).getAttribute("href");
      expect(feed).toBe("/en/topics/energy/feed.atom");
      expect(await (await fetch(new URL(feed ?? "", office.url))).text()).toContain(`News ${name}`);
      const filtered = await judging.newPage();
      await filtered.goto(page.url());
      await judge(filtered, `subscribe ${name}`);

      // A mistake is named, and nothing that was written is lost.
      await page.getByLabel("Address of the webhook").fill("http://desk.example/hook");
      await page.getByLabel("Name of this").fill(`Desk ${name}`);
      await page.getByRole("main").getByRole("button", { name: "Subscribe" }).click();
      await page.getByRole("alert").getByRole("link", { name: "Address of the webhook" }).click();
      const address = page.getByLabel("Address of the webhook");
      expect(await address.getAttribute("aria-describedby")).toBe("url-fault");
      expect(await page.locator(":focus").getAttribute("id")).toBe("url");
      await judge(page, `subscribe with a fault ${name}`);
      expect(await page.getByLabel("Name of this").inputValue()).toBe(`Desk ${name}`);
      await page.getByLabel("Address of the webhook").fill(receiver.url);
      await page.getByLabel("Your own secret").fill(SECRET);
      await page.getByRole("main").getByRole("button", { name: "Subscribe" }).click();
      await page.getByText("never shown again").waitFor();
      expect(await page.locator("code").textContent()).toBe(SECRET);

      const requests: string[] = [];
      page.on("request", (request) =>
        requests.push(`${request.url()} ${JSON.stringify(request.headers()["referer"])}`),
      );
      await page.getByRole("link", { name: "Your subscription" }).click();
      await page.getByText("Active since").waitFor();
      const token = new URL(page.url()).hash.slice(1);
      expect(token).not.toBe("");
      expect(requests.filter((each) => each.includes(token))).toEqual([]);
      expect(receiver.rejected).toEqual([]);

      const text = await office.publish({ slug: `more-${name.length}`, topics: ["energy"], date: today });
      await pollUntil("the event arrives", 30_000, async () =>
        receiver.arrivals.some(({ message }) => message.data.release?.id === text.id) ? true : undefined,
      );
      await page.reload();
      await page.getByRole("row", { name: /Published.*Delivered.*Statement of the Ministry/ }).waitFor();

      await page.getByLabel("Address or id").fill(new URL(`/en/releases/${trade.slug}`, office.url).href);
      await page.getByRole("button", { name: "Explain" }).click();
      await page.getByText("the filter does not match: it asks for topic energy").waitFor();

      await page.getByRole("button", { name: "Send a test" }).click();
      await page.getByRole("row", { name: /Test/ }).waitFor();
      const judged = await judging.newPage();
      await judged.goto(page.url());
      await judged.getByText("Active since").waitFor();
      await judge(judged, `subscription ${name}`);

      await page.getByRole("button", { name: "New link to this page" }).click();
      await page.getByText("Keep the new link").waitFor();
      await judged.reload();
      await judged.getByText("does not open the subscription").waitFor();

      await page.getByLabel("Name", { exact: true }).fill("Night desk");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Saved.").waitFor();
      await page.getByText("Night desk").waitFor();

      // Another choice, by the same boxes as on /subscribe.
      expect(await factsOf(page)).toMatchObject({ Topics: ["Energy"], Languages: ["English"] });
      await page.locator("summary", { hasText: "Topics" }).scrollIntoViewIfNeeded();
      await page.getByLabel("Trade").check();
      await page.getByLabel("Words in the text").fill("talks");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Energy, Trade").waitFor();
      expect(await factsOf(page)).toMatchObject({ "Words in the text": ["talks"] });

      // The page in another language needs the token too, and no request has it.
      await page.getByRole("navigation").getByRole("link", { name: "Հայերեն" }).click();
      await page.getByText(armenian["deliveries"] ?? "", { exact: true }).waitFor();
      await page.getByText("Night desk").waitFor();
      expect(requests.filter((each) => each.includes(token))).toEqual([]);
      await keepPicture(page, `subscription in Armenian ${name}`);
      expect(await overflowAt(page, [320])).toEqual([[320, 0]]);
      await page.goBack();
      await page.getByText("Active since").waitFor();
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByText("Paused since").waitFor();
      await page.getByRole("button", { name: "Resume" }).click();
      await page.getByText("Active since").waitFor();

      page.on("dialog", (dialog) => dialog.accept());
      await page.getByRole("button", { name: "Delete this subscription" }).click();
      await page.getByText("The subscription is deleted.").waitFor();
      await page.reload();
      await page.getByText("This subscription is deleted.").waitFor();
      await judging.close();
      await context.close();
    },
  );
});
