import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, registryOf } from "./support/content-folders.ts";
import { runCli, type Run } from "./support/run-cli.ts";

function make(folder: string, title: string, lang = "hy", type = "statement"): Promise<Run> {
  return runCli(["new", title, "--lang", lang, "--type", type, "--content", "press"], { cwd: folder });
}

test("new makes a draft for today that passes check, and prints its path", async () => {
  const folder = await folderWith({ "press/registry.yaml": registryOf({ types: ["briefing"] }) });
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Yerevan" }).format();
  const run = await make(folder, "Նոր: լուր");
  expect(run).toMatchObject({ code: 0, stdout: `press/${day.slice(0, 4)}/hy/${day}-nor-lur.md\n` });
  expect(run.stderr).toBe("a draft: write its text, and remove its line `draft: true` to publish it\n");
  const text = await readFile(join(folder, run.stdout.trim()), "utf8");
  expect(text).toMatch(
    /^---\nid: [0-9a-f-]{36}\nlang: hy\nslug: nor-lur\ntype: statement\ntitle: "Նոր: լուր"\n/,
  );
  expect(text).toContain(`\ndate: ${day}\n`);
  expect(text).toMatch(/\ndraft: true\n---\n\nWrite the text here\.\n$/);

  // A type of the registry, and a title that gives no slug.
  expect(await make(folder, "外交部", "fr", "briefing")).toMatchObject({ code: 0 });
  expect(await runCli(["check", "press"], { cwd: folder })).toMatchObject({
    code: 0,
    stdout: "0 releases, 2 drafts, no faults\n",
  });
});

test("new never overwrites: a second text with the title gets another slug, an unwritten one is named", async () => {
  const folder = await folderWith({ "press/registry.yaml": registryOf({}) });
  const first = (await make(folder, "The visit", "en")).stdout.trim();
  const again = await make(folder, "The visit", "en");
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toContain(`${first} is such a file already: write its text, or give another title.`);
  const written = (await readFile(join(folder, first), "utf8")).replace("Write the text here.", "They met.");
  const next = await folderWith({ [first]: written });
  const { stdout } = await make(next, "The visit", "en");
  expect(stdout.trim()).toBe(first.replace("the-visit.md", "the-visit-2.md"));
  expect(await readFile(join(next, first), "utf8")).toBe(written);
});

test("a language or a type that the site does not have is refused with those that it has", async () => {
  const folder = await folderWith({ "press/registry.yaml": registryOf({ types: ["briefing"] }) });
  expect(await make(folder, "The visit", "tr")).toMatchObject({
    code: 1,
    stdout: "",
    stderr: "tr is not a language of the site: use one of en, hy, ru, fr.\n",
  });
  expect(await make(folder, "The visit", "en", "rumour")).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(
      /^rumour is not a type of the site: use one of press-release, .*, qa, briefing\.\n$/,
    ),
  });
});

test("new refuses a folder that does not exist, and makes none", async () => {
  const folder = await folderWith({});
  const run = await runCli(["new", "A", "--lang", "en", "--type", "statement", "--content", "nowhere"], {
    cwd: folder,
  });
  expect(run).toEqual({
    code: 1,
    stdout: "",
    stderr: "nowhere does not exist: name the folder that holds the releases.\n",
  });
  expect(await readdir(folder)).toEqual([]);
});
