import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseContentFile, type ContentFile } from "../../../src/cli/content/content-file.ts";
import { runCli, temporaryFolder, type Run } from "../support/run-cli.ts";

const SESSION = `The online session of the Council was held

01 December, 2020

On December 1, a session of the Council was held. It was a "working" one — Armenia’s «readiness» was stressed.

1. The statement is clear:  *peace* & co-operation with other countires.

Print the page`;

const STATEMENT_RU = `Главная > Новости
Заявление МИД Армении
1 декабря 2020 г.

Министерство иностранных дел выражает надежду на мир и стабильность во всём регионе.

Версия для печати`;

const STATEMENT_HY = `ԱԳՆ հայտարարությունը

01 Դեկտեմբեր, 2020

Հայաստանի Հանրապետության արտաքին գործերի նախարարությունը հայտարարում է, որ «խաղաղությունը» կարևոր է ամբողջ տարածաշրջանի համար։

Տպել էջը`;

/** Imports texts, each as a file, into one folder. */
async function importTexts(
  texts: Record<string, string | Uint8Array>,
  ...flags: string[]
): Promise<{ run: Run; out: string }> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
  const run = await runCli(["import", ...Object.keys(texts), "--out", "out", ...flags], { cwd: folder });
  return { run, out: join(folder, "out") };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

async function contentFile(folder: string, name: string): Promise<ContentFile> {
  const parsed = parseContentFile(name, await readFile(join(folder, name)), Infinity);
  if (Array.isArray(parsed)) throw new Error(JSON.stringify(parsed));
  return parsed;
}

test("a copied text becomes a content file without the lines of the page", async () => {
  const { run, out } = await importTexts({ "a.txt": SESSION });
  expect(run.code).toBe(0);
  expect(await filesIn(out)).toEqual(["2020/en/2020-12-01-the-online-session-of-the-council-was-held.md"]);
  const { release, missing } = await contentFile(out, (await filesIn(out))[0] ?? "");
  expect(missing).toEqual({});
  expect(release).toMatchObject({
    lang: "en",
    slug: "the-online-session-of-the-council-was-held",
    type: "press-release",
    title: "The online session of the Council was held",
    date: "2020-12-01",
    body: 'On December 1, a session of the Council was held. It was a "working" one — Armenia’s «readiness» was stressed.\n\n1\\. The statement is clear:  \\*peace\\* & co-operation with other countires.',
  });
});

test("omissions and guesses are reported with their lines", async () => {
  const { run } = await importTexts({ "a.txt": SESSION });
  expect(run.stderr.trim().split("\n")).toEqual([
    "a.txt:1: the type is taken to be press-release: correct `type` if it is wrong",
    "a.txt:9: “Print the page” belongs to the page, not to the text: left out",
  ]);
});

test.each([
  ["ru", STATEMENT_RU, "2020/ru/2020-12-01-zayavlenie-mid-armenii.md"],
  ["hy", STATEMENT_HY, "2020/hy/2020-12-01-agn-haytararutyuny.md"],
])("a statement in %s gets its language, type and date", async (lang, text, name) => {
  const { run, out } = await importTexts({ "a.txt": text });
  expect(run.code).toBe(0);
  expect(await filesIn(out)).toEqual([name]);
  const { release } = await contentFile(out, name);
  expect(release).toMatchObject({ lang, type: "statement", date: "2020-12-01" });
  expect(release.body.split("\n")).toHaveLength(1);
});

test("importing the same text twice writes one file", async () => {
  const { run, out } = await importTexts({ "a.txt": SESSION, "b.txt": SESSION });
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("b.txt was imported before, as out/2020/en/");
  expect(await filesIn(out)).toHaveLength(1);
});

test("importing a text without a date twice writes one file and reports the missing date", async () => {
  const undated = SESSION.replace("01 December, 2020\n\n", "");
  const { run, out } = await importTexts({ "a.txt": undated, "b.txt": undated });
  expect(run.code).toBe(0);
  expect(run.stderr).toContain("a.txt:1: no date was found: add `date` to the new file");
  expect(await filesIn(out)).toEqual(["undated/en/the-online-session-of-the-council-was-held.md"]);
});

test("two texts with the same title get different slugs and files", async () => {
  const { run, out } = await importTexts({ "a.txt": SESSION, "b.txt": SESSION.replace("clear", "unclear") });
  expect(run.code).toBe(0);
  const names = await filesIn(out);
  expect(names).toHaveLength(2);
  const files = await Promise.all(names.map((name) => contentFile(out, name)));
  expect(files.map(({ release }) => release.slug).sort()).toEqual([
    "the-online-session-of-the-council-was-held",
    "the-online-session-of-the-council-was-held-2",
  ]);
});

test("a button label in the middle of a text is kept and reported", async () => {
  const { run, out } = await importTexts({ "a.txt": SESSION.replace("1. The", "Share\n\n1. The") });
  expect(run.stderr).toContain("a.txt:7: “Share” was kept but looks like a part of the page");
  expect((await contentFile(out, (await filesIn(out))[0] ?? "")).release.body).toContain("\n\nShare\n\n");
});

test("hard-wrapped lines become one paragraph, other lines several", async () => {
  const wrapped =
    "Title of the text\n\n1 December 2020\n\nOn December 1 a session of the Council was held ahead of another session\nof the same Council, in which all of the member states took part in the\nusual manner.\n\nThe second paragraph follows.";
  const lines =
    "Title of the text\n\n1 December 2020\n\nThe first.\nThe second is a longer one, so that no line could have been wrapped by an editor.\nThe third.";
  const { run, out } = await importTexts({ "w.txt": wrapped, "l.txt": lines.replace("Title", "Lines") });
  expect(run.stderr).toContain(
    "l.txt:5: lines 5 to 7 have no blank line between them: each became a paragraph",
  );
  const bodies = await Promise.all(
    (await filesIn(out)).map(
      async (name) => (await contentFile(out, name)).release.body.split("\n\n").length,
    ),
  );
  expect(bodies).toEqual([3, 2]);
});

test("--lang and --source are written as given", async () => {
  const { out } = await importTexts(
    { "a.txt": SESSION },
    "--lang",
    "EN-gb",
    "--source",
    "https://www.mfa.am/en/1",
  );
  const [name = ""] = await filesIn(out);
  expect((await contentFile(out, name)).release).toMatchObject({
    lang: "en-GB",
    source: "https://www.mfa.am/en/1",
  });
});

test.each([
  ["is empty", "", "a.txt is empty"],
  ["holds only lines of the page", "Print\n\nBack\n", "a.txt:1: has no line that could be a title"],
  [
    "has only a title and a date",
    "The title of something\n\n1 December 2020\n",
    "a.txt:1: has a title but no text below it",
  ],
  ["is binary", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff), "a.txt is not UTF-8 text"],
  ["holds NUL", "Title\n\nText\0text", "a.txt is not a text file"],
  [
    "is the HTML of a page",
    "<!DOCTYPE html>\n<html><p>Text</p></html>",
    "a.txt is HTML: copy the text that a reader sees",
  ],
  [
    "has no recognisable language",
    "12345\n\n67890",
    "a.txt:1: the language was not recognised: name it with --lang",
  ],
])("a file that %s is refused and nothing is written", async (_, text, message) => {
  const { run, out } = await importTexts({ "a.txt": text });
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(message);
  await expect(readdir(out)).rejects.toThrow("ENOENT");
});

test("a refused file does not stop the others", async () => {
  const { run, out } = await importTexts({ "a.txt": "", "b.txt": SESSION });
  expect(run.code).toBe(1);
  expect(await filesIn(out)).toHaveLength(1);
});

test.each([
  ["no date", SESSION.replace("01 December, 2020\n\n", "")],
  ["a date that may be another", SESSION.replace("01 December, 2020", "01/12/2020")],
  ["an embargo", `EMBARGOED UNTIL 10 AM\n\n${SESSION}`],
  ["what may belong to the page", SESSION.replace("1. The", "Share\n\n1. The")],
])("a text with %s becomes a draft, because a person must decide", async (_, text) => {
  const { run, out } = await importTexts({ "a.txt": text });
  expect(run.stdout).toMatch(/^wrote \S+\.md, a draft: correct it, and remove its line `draft: true`/);
  const [name = ""] = await filesIn(out);
  expect(await readFile(join(out, name), "utf8")).toMatch(/^draft: true\n---$/m);
});

test("a text without a doubt becomes no draft", async () => {
  const { run, out } = await importTexts({ "a.txt": SESSION });
  expect(run.stdout).toMatch(/^wrote \S+\.md\n$/);
  expect((await contentFile(out, (await filesIn(out))[0] ?? "")).isDraft).toBe(false);
});

test.each([
  ["--lang", "not a tag"],
  ["--source", "nowhere"],
])("a wrong %s is wrong usage", async (flag, value) => {
  const { run } = await importTexts({ "a.txt": SESSION }, flag, value);
  expect(run.code).toBe(2);
});
