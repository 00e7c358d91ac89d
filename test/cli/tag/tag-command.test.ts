import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { contentFile, folderWith, OFFICE_REGISTRY, registryOf } from "../support/content-folders.ts";
import { runCli } from "../support/run-cli.ts";

test("a plain text gets suggested facets with the words that name them", async () => {
  const folder = await folderWith({
    "a.txt": "Session of the CSTO\n\nСаммит ОДКБ прошёл в Армении. «ՀԱՊԿ»-ի\nCSTO, CSTO.\n",
  });
  const run = await runCli(["tag", "a.txt", "--registry", OFFICE_REGISTRY], { cwd: folder });
  expect(run).toEqual({
    code: 0,
    stdout:
      "organisations:\n" +
      "  - csto # “CSTO” (line 1), “ОДКБ” (line 3), “ՀԱՊԿ»-ի” (line 3) and 2 more\n" +
      "places:\n" +
      "  - armenia # “Армении” (line 3)\n",
    stderr: "",
  });
  expect(parse(run.stdout)).toEqual({ organisations: ["csto"], places: ["armenia"] });
});

test("names are found as searches find words, also in scripts without spaces", async () => {
  const folder = await folderWith({
    "mine.yaml": `places:
  - { slug: armenia, names: { en: Armenia, hy: Հայաստան, zh: 亚美尼亚, ko: 아르메니아 } }
  - { slug: lodz, names: { en: Lodz } }
people:
  - { slug: ara-aivazian, names: { hy: Արա Այվազյան, ja: アラ・アイヴァジャン } }
`,
    "a.txt": [
      "Հայաստա՛նի մասին։ Արա Այվազյա՞ն։",
      "亚美尼亚外交部发言人，亚美尼。",
      "아르메니아는 Łódź, Lo\u00addz\ufeff, L\u2060odz.",
      "アラ・アイヴァジャン外相は",
    ].join("\n"),
  });
  const run = await runCli(["tag", "a.txt", "--registry", "mine.yaml"], { cwd: folder });
  expect(run.stdout.split("\n")).toEqual([
    "people:",
    "  - ara-aivazian # “Արա Այվազյա՞ն” (line 1), “アラアイヴァジャン” (line 4)",
    "places:",
    "  - armenia # “Հայաստա՛նի” (line 1), “亚美尼亚” (line 2), “아르메니아” (line 3)",
    "  - lodz # “Łódź” (line 3), “Lo\u00addz” (line 3), “L\u2060odz” (line 3)",
    "",
  ]);
});

test("a content file is searched in title, summary and body, and its present facets are kept", async () => {
  const content = contentFile(
    "summary: On Azerbaijan\ntopics: [collective-security, made-up]\norganisations:\n  - csto\nnote: Armenia\n",
    "The first line.\n\nThe CSTO met.",
  ).replace(/^title: .*/m, "title: Minister Aivazian met them");
  const folder = await folderWith({ "a.md": content });
  const run = await runCli(["tag", "a.md", "--registry", OFFICE_REGISTRY], { cwd: folder });
  expect(run.stdout.split("\n")).toEqual([
    "topics:",
    "  - collective-security # already in the front matter; not named in the text",
    "  - made-up # already in the front matter; not in the registry",
    "people:",
    "  - ara-aivazian # “Minister Aivazian” (line 6)",
    "organisations:",
    "  - csto # “CSTO” (line 17); already in the front matter",
    "places:",
    "  - azerbaijan # “Azerbaijan” (line 8)",
    "",
  ]);
  expect(await readFile(join(folder, "a.md"), "utf8")).toBe(content);
});

test("--registry names another registry, and a text without mentions is reported", async () => {
  const folder = await folderWith({
    "mine.yaml": registryOf({ places: ["narnia"] }),
    "a.txt": "The CSTO met.\n",
  });
  expect(await runCli(["tag", "a.txt", "--registry", "mine.yaml"], { cwd: folder })).toEqual({
    code: 0,
    stdout: "",
    stderr: "a.txt names no value of mine.yaml\n",
  });
});

test.each([
  [["a.txt", "--registry", "nowhere.yaml"], "There is no registry nowhere.yaml: name one"],
  [["a.txt", "--registry", "faulty.yaml"], "faulty.yaml:1: topics/0/names: is required\n1 fault in 1 file"],
  [["nowhere.txt"], "nowhere.txt cannot be read (it does not exist): name a content file or a plain text."],
  [["latin.txt"], "latin.txt:2: has bytes that are not UTF-8"],
  [["broken.md"], "broken.md:3: is not valid YAML"],
])("%j is refused with a remedy", async (args, said) => {
  const folder = await folderWith({
    "a.txt": "x",
    "faulty.yaml": "topics: [{ slug: x }]\n",
    "latin.txt": Buffer.from("x\ncaf\xe9", "latin1"),
    "broken.md": "---\ntitle: [\n---\nx\n",
  });
  const run = await runCli(["tag", "--registry", OFFICE_REGISTRY, ...args], { cwd: folder });
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain(said);
});
