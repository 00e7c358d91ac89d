import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WORDED_LANGUAGES } from "../../../src/i18n/wording.ts";
import { en } from "../../../src/i18n/en.ts";
import { contentFile, folderWith } from "../support/content-folders.ts";
import { runCli, type Run } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

async function ownService(vars: Record<string, string> = {}): Promise<Service> {
  const service = await startService(vars);
  onTestFinished(service.end);
  return service;
}

function publish(service: Service, folder: string, ...flags: string[]): Promise<Run> {
  return runCli(["publish", ".", "--to", service.url, ...flags], {
    cwd: folder,
    env: { COMMUNIQUE_TOKEN: TOKEN },
  });
}

/** Polls until a page holds a text: KV is written after the answer. */
function expectShown(service: Service, path: string, text: string): Promise<void> {
  const page = async () => (await fetch(`${service.url}${path}`)).text();
  return expect.poll(page, { timeout: 30_000 }).toContain(text);
}

test("publish sends site.yaml before the releases, and a dry run says whether it would change", async () => {
  const service = await ownService();
  const folder = await folderWith({
    "site.yaml": "title: { en: The Ministry, hy: Նախարարություն }\ncolour: '#0b3d6f'\n",
    "a.md": contentFile(),
  });
  const dry = await publish(service, folder, "--dry-run");
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining("would be changed     the site\n") });
  await expectShown(service, "/en", "Press releases");

  const first = await publish(service, folder);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("changed     the site\n") });
  await expectShown(service, "/hy", "Նախարարություն");
  const same = await publish(service, folder);
  expect(same).toMatchObject({ code: 0, stdout: "1 release: 1 unchanged\n" });

  // Alone it is sent too.
  const alone = await folderWith({ "site.yaml": "title: Another Ministry\n" });
  expect((await publish(service, alone)).stdout).toContain("changed     the site\n");
  await expectShown(service, "/en", "Another Ministry");
});

test("a fault of site.yaml, also one that only the service knows, keeps everything from being sent", async () => {
  const service = await ownService({ LANGUAGES: "fr,en" });
  const folder = await folderWith({ "site.yaml": "colour: blue\n", "a.md": contentFile() });
  const local = await publish(service, folder);
  expect(local).toMatchObject({ code: 1 });
  expect(local.stderr).toContain("site.yaml:1: colour: must be a colour such as #0b3d6f\n");

  await writeFile(join(folder, "site.yaml"), "colour: '#0b3d6f'\ntitle: { en: Ministry }\n");
  const refused = await publish(service, folder);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain("site.yaml:2: title: lacks fr, the default language");
  expect(refused.stderr).toContain("1 fault in 1 file: nothing was published");
  expect(await (await fetch(`${service.url}/api/v1/releases`)).json()).toMatchObject({ data: [] });
});

test("a service with a language without wording shows no page until phrases.yaml is published", async () => {
  expect(WORDED_LANGUAGES).not.toContain("eo");
  const service = await ownService({ LANGUAGES: "eo,en" });
  for (const path of ["/", "/eo", "/eo/feed.rss", "/en/nothing", "/healthz"]) {
    const refused = await fetch(`${service.url}${path}`);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      code: "wording-missing",
      detail: expect.stringMatching(/^LANGUAGES has eo, .* phrases\.yaml/),
    });
  }
  const text = await folderWith({ "b.md": contentFile("", "Text.") });
  const published = await publish(service, text);
  expect(published).toMatchObject({ code: 0 });
  expect(published.stderr).toMatch(
    /^readers get no page and no feed yet:\n.*LANGUAGES has eo, .*\nphrases\/eo: is required: /,
  );
  const { name: _name, dates: _dates, ...phrases } = en;
  const own = { ...phrases, older: "Pli malnovaj", footnotes: "Piednotoj" };
  const folder = await folderWith({
    "a.md": contentFile("", "Teksto[^1]\n\n[^1]: Noto").replace("lang: en", "lang: eo"),
    "phrases.yaml": JSON.stringify({ eo: own }),
  });
  // workerd knows neither the language's name nor its months.
  const refused = await publish(service, folder);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain("phrases.yaml:1: eo: lacks name, dates: eo is in LANGUAGES");

  const months = Array.from({ length: 12 }, (_, index) => `monato ${index + 1}`);
  const dates = { months, day: "la {day}-a de {month} {year}" };
  await writeFile(join(folder, "phrases.yaml"), JSON.stringify({ eo: { ...own, name: "Esperanto", dates } }));
  expect(await publish(service, folder)).toMatchObject({ code: 0 });
  await expectShown(service, "/eo", "la 1-a de monato 12 2020");
  const feed = await (await fetch(`${service.url}/eo/feed.atom`)).text();
  expect(feed).toContain("Piednotoj");
  expect(feed).not.toContain("Footnotes");
});
