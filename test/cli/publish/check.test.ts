import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, registryOf } from "../support/content-folders.ts";
import { runCli, temporaryFolder, type Run } from "../support/run-cli.ts";

const SOUND =
  "---\nid: 6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11\nlang: en\nslug: session\ntype: statement\ntitle: The session\ndate: 2020-12-01\n---\n\nText.\n";
const NEW = "---\nlang: en\ntype: statement\ntitle: New one\ndate: 2020-12-01\n---\n\nText.\n";

async function check(files: Record<string, string | Uint8Array>): Promise<Run> {
  return runCli(["check", "."], { cwd: await folderWith(files) });
}

test("a sound folder is said to be sound", async () => {
  expect(
    await check({ "2020/a.md": SOUND, "2020/registry.yaml": "x", ".hidden/b.md": "x", "c.txt": "x" }),
  ).toEqual({
    code: 0,
    stdout: "1 release, no faults\n",
    stderr: "",
  });
});

test("an empty folder is sound", async () => {
  expect(await check({})).toMatchObject({ code: 0, stdout: "0 releases, no faults\n" });
});

test("three faulty files get one report that names all three with lines", async () => {
  const run = await check({
    "2020/a.md": SOUND.replace("2020-12-01", "2020-13-01"),
    "b.md": "---\nlang: [en\n---\nText\n",
    "c.md": SOUND.replace("type: statement", "typ: statement").replace("Text.\n", ""),
    "d.md": SOUND.replace("slug: session", "slug: other").replace("6f1c", "7f1c"),
  });
  expect(run.code).toBe(1);
  expect(
    run.stderr
      .trim()
      .split("\n")
      .map((line) => line.split(": ").slice(0, 2).join(": ")),
  ).toEqual([
    "2020/a.md:7: date",
    "b.md:3: is no valid YAML",
    "c.md:2: type",
    "c.md:5: typ",
    "c.md:9: body",
    "5 faults in 3 files: a publish would send nothing",
  ]);
});

test("two files with one id, or one address, are a fault in the later one", async () => {
  const run = await check({
    "a.md": SOUND,
    "b.md": SOUND.replace("slug: session", "slug: other"),
    "c.md": SOUND.replace("6f1c", "7f1c"),
    "d.md": SOUND.replace("6f1c", "8f1c").replace("lang: en", "lang: fr"),
  });
  expect(run.code).toBe(1);
  expect(run.stderr.trim().split("\n").slice(0, -1)).toEqual([
    "b.md:2: id: is that of a.md: take the line out of the file that is a copy",
    "c.md:4: slug: session is that of a.md in en: give this one another",
  ]);
});

test("a new file is told what it would be given, and is not touched", async () => {
  const folder = await folderWith({ "a.md": NEW });
  const run = await runCli(["check", folder]);
  expect(run).toMatchObject({
    code: 0,
    stdout: `${folder}/a.md would be given an id and the slug new-one\n1 release, no faults\n`,
  });
  expect(await readFile(join(folder, "a.md"), "utf8")).toBe(NEW);
});

test("a slug that the registry does not hold is a fault at its line, with the nearest ones", async () => {
  const filed = "topics:\n  - csto\n  - ostce\npeople: [ara-aivazian]\ntype: briefing\n";
  const run = await check({
    "registry.yaml": registryOf({ topics: ["csto", "osce"], people: [] }),
    "a.md": SOUND.replace("type: statement\n", filed),
  });
  expect(run.code).toBe(1);
  expect(run.stderr.split("\n")).toEqual([
    "a.md:7: topics/1: ostce is not in the registry; the nearest are osce, csto",
    "a.md:8: people/0: ara-aivazian is not in the registry; it has no values yet",
    "a.md:9: type: must be one of press-release, statement, speech, interview, visit, qa",
    "3 faults in 1 file: a publish would send nothing",
    "",
  ]);
});

test("the registry's types may be used besides those that are built in", async () => {
  const run = await check({
    "registry.yaml": registryOf({ types: ["briefing"] }),
    "a.md": SOUND.replace("type: statement", "type: briefing"),
  });
  expect(run).toMatchObject({ code: 0, stderr: "" });
});

test("without a registry any slug may be used, but no other type", async () => {
  const filed = SOUND.replace("---\n\n", "topics: [anything]\n---\n\n");
  expect(await check({ "a.md": filed })).toMatchObject({ code: 0 });
  const run = await check({ "a.md": filed.replace("type: statement", "type: briefing") });
  expect(run.stderr).toMatch(/^a\.md:5: type: must be one of .*\n1 fault in 1 file/);
});

test("a faulty registry is told by its own lines, and is no fault of the releases", async () => {
  const run = await check({
    "registry.yaml": "topics:\n  - slug: csto\n    names:\n      en:\n",
    "a.md": SOUND.replace("---\n\n", "topics: [other]\n---\n\n"),
  });
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^registry\.yaml:4: topics\/0\/names\/en: is empty.*\n1 fault in 1 file/);
});

test("what cannot be read is named, not fatal", async () => {
  const folder = await folderWith({ "b.md": SOUND });
  await symlink("nowhere", join(folder, "a.md"));
  const run = await runCli(["check", "."], { cwd: folder });
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("a.md:1: cannot be read (ENOENT)");
});

test("a folder that is not there is refused, with what to do", async () => {
  const run = await runCli(["check", "nowhere"], { cwd: await temporaryFolder() });
  expect(run).toMatchObject({
    code: 1,
    stderr: "There is no folder nowhere: name the one with the releases.\n",
  });
});

test("a file in a folder's place is refused, with what to do", async () => {
  const run = await runCli(["check", "a.md"], { cwd: await folderWith({ "a.md": SOUND }) });
  expect(run).toMatchObject({ code: 1, stderr: "a.md is not a folder: name the one that it is in.\n" });
});

test("the project's own content is sound", async () => {
  expect(await runCli(["check"])).toMatchObject({ code: 0, stderr: "" });
});

test("by npm, from any folder, paths are the user's and the default is the project's", async () => {
  const folder = await folderWith({ "mine/a.md": SOUND.replace("statement", "rumour") });
  const mine = await runCli(["check", "mine"], { cwd: folder, byNpm: true });
  expect(mine.code).toBe(1);
  expect(mine.stderr).toContain("mine/a.md:5: type: ");
  expect(await runCli(["check"], { cwd: folder, byNpm: true })).toMatchObject({ code: 0 });
});
