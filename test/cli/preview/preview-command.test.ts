import { existsSync } from "node:fs";
import { request } from "node:http";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { contentFile, newContentFile } from "../support/content-folders.ts";
import { descendants, portsOf, running } from "../support/processes.ts";
import { runCli, spawnCli, type Running } from "../support/run-cli.ts";

const CHROMIUM = "/usr/bin/chromium";
const DAY_MS = 86_400_000;
const NEXT_YEAR = new Date(Date.now() + 365 * DAY_MS).toISOString().replace(/\.\d+/, "");

/** Milliseconds: on a loaded machine a new state takes that long. */
const SHOWN_WITHIN_MS = 60_000;

const secret = newContentFile(`embargo: ${NEXT_YEAR}\n`)
  .replace("2020-12-01", NEXT_YEAR.slice(0, 10))
  .replace(/title: .*/, "title: The secret summit");
const draft = newContentFile("draft: true\n")
  .replace("lang: en", "lang: hy")
  .replace(/title: .*/, "title: Նոր լուր");
const FILES = {
  "secret.md": secret,
  "hy/draft.md": draft,
  "old.md": contentFile("status: withdrawn\nreason: It was not ours\n"),
  "gone.md": contentFile("status: killed\nreason: It was not ours\n"),
  "broken.md": contentFile().replace("2020-12-01", "yesterday"),
};

let folder: string;
let temporary: string;
let preview: Running;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "communique-"));
  temporary = await mkdtemp(join(tmpdir(), "communique-"));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const port = await freePort();
  preview = spawnCli(["preview", folder, "--port", String(port)], { env: { TMPDIR: temporary } });
  url = `http://localhost:${port}`;
  await preview.said(`preview ready on ${url}\n`);
});
afterAll(async () => {
  preview.child.kill("SIGTERM");
  await preview.ended;
  for (const path of [folder, temporary]) await rm(path, { recursive: true, force: true });
});

async function page(path: string): Promise<string> {
  return (await fetch(url + path)).text();
}

function slugIn(content: string): string {
  return /^slug: (.*)$/m.exec(content)?.[1] ?? "";
}

test("embargoed texts and drafts are on pages and in feeds, with a mark, and no file is changed", async () => {
  const embargoed = await page("/en/releases/the-secret-summit");
  expect(embargoed).toContain("<h1>The secret summit</h1>");
  expect(embargoed).toMatch(
    new RegExp(`<aside class="preview-mark"[^>]*>Preview: under embargo until ${NEXT_YEAR}<br>`),
  );
  expect(await page("/hy/releases/nor-lur")).toContain(">Preview: draft<br>");
  const style = await page("/_preview/style.css");
  expect(style).toContain(`main a[href$="/hy/releases/nor-lur"]::after { content: " [" "draft" "]"; }`);
  for (const feed of ["rss", "atom", "json"]) {
    const text = await page(`/feed.${feed}`);
    expect(text).toContain("The secret summit");
    expect(text).toContain("Նոր լուր");
    expect(text).toContain(`${url}/en/releases/the-secret-summit`);
  }
  expect(await readFile(join(folder, "secret.md"), "utf8")).toBe(secret);
  expect(await readFile(join(folder, "hy/draft.md"), "utf8")).toBe(draft);
});

test("withdrawn and killed texts are as the file says", async () => {
  expect(await page(`/en/releases/${slugIn(FILES["old.md"])}`)).toContain("It was not ours");
  expect((await fetch(`${url}/en/releases/${slugIn(FILES["gone.md"])}`)).status).toBe(410);
});

test("faults are on a page of their own, and each page leads there", async () => {
  expect(await page("/en")).toContain('<a href="/_preview/faults">1 fault</a>');
  expect(await page("/_preview/faults")).toMatch(/broken\.md:7: date: must be a day/);
  expect(preview.output.stderr).toContain("broken.md:7: date: ");
});

test("the browser runs the preview's script alone, and keeps nothing", async () => {
  const answer = await fetch(`${url}/en`, { headers: { "if-none-match": "*" } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("etag")).toBeNull();
  const policy = answer.headers.get("content-security-policy") ?? "";
  const [, nonce] = /script-src 'nonce-([^']+)'; connect-src 'self'$/.exec(policy) ?? [];
  expect(await answer.text()).toContain(`<script nonce="${nonce}">new EventSource("/_preview/events")`);
});

test("only pages of the preview itself on this machine may read it, and nobody may write", async () => {
  const status = (headers: Record<string, string>, method = "GET"): Promise<number | undefined> =>
    new Promise((answered, failed) => {
      request(`${url}/feed.json`, { method, headers }, (answer) => {
        answer.resume();
        answered(answer.statusCode);
      })
        .on("error", failed)
        .end();
    });
  const { host } = new URL(url);
  expect(await status({ host })).toBe(200);
  expect(await status({ host: host.replace("localhost", "127.0.0.1") })).toBe(200);
  expect(await status({ host: host.replace("localhost", "press.example") })).toBe(421);
  expect(await status({ host, origin: "https://press.example" })).toBe(403);
  expect(await status({ host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" })).toBe(403);
  expect(await status({ host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" })).toBe(200);
  expect(await status({ host }, "POST")).toBe(405);
  const feed = await fetch(`${url}/feed.json`);
  expect(feed.headers.get("access-control-allow-origin")).toBeNull();
  expect(feed.headers.get("cross-origin-resource-policy")).toBe("same-origin");
});

test.skipIf(!existsSync(CHROMIUM))(
  "a browser shows the marks, and loads an open page again by itself (skipped without /usr/bin/chromium)",
  async () => {
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu"],
    });
    onTestFinished(() => browser.close());
    const tab = await browser.newPage();
    const refusals: string[] = [];
    tab.on("console", (message) => {
      if (message.type() === "error") refusals.push(message.text());
    });
    await tab.goto(`${url}/hy`);
    const styleOf = (selector: string, pseudo: string, property: string): Promise<string> =>
      tab.evaluate(
        `getComputedStyle(document.querySelector(${JSON.stringify(selector)}), "${pseudo}").${property}`,
      );
    expect(await styleOf('main a[href$="/hy/releases/nor-lur"]', "::after", "content")).toContain("draft");
    expect(await styleOf(".preview-mark", "", "position")).toBe("fixed");

    await tab.goto(`${url}/hy/releases/nor-lur`);
    await writeFile(join(folder, "hy/draft.md"), draft.replace("It was held.", "It was put off."));
    await tab.getByText("It was put off.").waitFor({ timeout: SHOWN_WITHIN_MS });
    expect(refusals).toEqual([]);
  },
);

test("a change is shown without `change`, pages load again, and a fault leaves the last sound state", async () => {
  const events = await fetch(`${url}/_preview/events`);
  const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value: first } = await reader.read();
  expect(await page("/en")).toContain(/data: (\w+)/.exec(first ?? "")?.[1]);

  await writeFile(join(folder, "secret.md"), secret.replace("It was held.", "It has been held."));
  const path = "/en/releases/the-secret-summit";
  await expect.poll(() => page(path), { timeout: SHOWN_WITHIN_MS }).toContain("It has been held.");
  const { value: second } = await reader.read();
  expect(second).toMatch(/^event: version\ndata: \w+\n\n/);
  expect(second).not.toBe(first);
  await reader.cancel();

  await writeFile(join(folder, "secret.md"), secret.replace("lang: en", "lang: [en"));
  await expect
    .poll(() => page("/_preview/faults"), { timeout: SHOWN_WITHIN_MS })
    .toContain("secret.md:3: is not valid");
  expect(await page(path)).toContain("It has been held.");

  await rm(join(folder, "secret.md"));
  await expect.poll(async () => (await fetch(url + path)).status, { timeout: SHOWN_WITHIN_MS }).toBe(404);
});

test("a folder that goes away and comes back is shown on, and what has changed in it meanwhile", async () => {
  const away = `${folder}-away`;
  onTestFinished(() => rm(away, { recursive: true, force: true }));
  await rename(folder, away);
  await expect
    .poll(() => preview.output.stderr, { timeout: SHOWN_WITHIN_MS })
    .toMatch(/^\S+ does not exist: .*\nThe last state is shown until the folder can be read again\.$/m);
  expect(preview.output.stderr).not.toContain("CliError");
  expect(await page("/hy/releases/nor-lur")).toContain("<h1>Նոր լուր</h1>");

  await writeFile(join(away, "hy/draft.md"), draft.replace(/title: .*/, "title: Այլ լուր"));
  await rename(away, folder);
  const shown = () => page("/hy");
  await expect.poll(shown, { timeout: SHOWN_WITHIN_MS }).toContain("Այլ լուր");
  // The watch goes on.
  await writeFile(join(folder, "hy/draft.md"), draft);
  await expect.poll(shown, { timeout: SHOWN_WITHIN_MS }).toContain("Նոր լուր");
});

test("a port in use and a missing folder are refused with a remedy", async () => {
  const port = new URL(url).port;
  const taken = await runCli(["preview", folder, "--port", port]);
  expect(taken).toMatchObject({ code: 1, stdout: "" });
  expect(taken.stderr).toBe(`Port ${port} cannot be used (it is in use): name another with --port.\n`);
  expect(await runCli(["preview", join(folder, "nowhere")])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("does not exist: name the folder that holds the releases."),
  });
});

test.runIf(process.platform === "linux")(
  "no other port of the preview shows anything to who asks there, whatever the request",
  async () => {
    const pids = (await descendants(preview.child.pid ?? 0)).map(({ pid }) => pid);
    const ports = [...new Set(await portsOf(pids))];
    expect(ports.length).toBeGreaterThan(0);
    const slug = slugIn(FILES["old.md"]);
    for (const port of ports) {
      for (const path of [
        "/",
        "/feed.json",
        `/en/releases/${slug}`,
        "/cdn-cgi/mf/reload",
        "/cdn-cgi/explorer/",
      ]) {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5_000) })
          .then((response) => response.text())
          .catch(() => "");
        expect([port, path, answer]).not.toEqual([
          port,
          path,
          expect.stringMatching(/session|Նոր|It was not ours/i),
        ]);
      }
    }
  },
);

test("Ctrl-C leaves no process and no files", async () => {
  const pids = (await descendants(preview.child.pid ?? 0)).map(({ pid }) => pid);
  expect(pids.length).toBeGreaterThan(1);
  expect((await readdir(temporary)).join()).toContain("communique-preview-");
  preview.child.kill("SIGINT");
  expect((await preview.ended).code).toBe(0);
  expect(await readdir(temporary)).toEqual([]);
  await expect.poll(() => running(pids), { timeout: 30_000 }).toEqual([]);
});
