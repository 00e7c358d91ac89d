import { readFile, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { folderWith, registryOf } from "../support/content-folders.ts";
import { runCli, temporaryFolder, type Run } from "../support/run-cli.ts";

const VALID =
  "---\nid: 6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11\nlang: en\nslug: session\ntype: statement\ntitle: The session\ndate: 2020-12-01\n---\n\nText.\n";
const NEW = "---\nlang: en\ntype: statement\ntitle: New one\ndate: 2020-12-01\n---\n\nText.\n";

async function check(files: Record<string, string | Uint8Array>): Promise<Run> {
  return runCli(["check", "."], { cwd: await folderWith(files) });
}

test("a valid folder is reported as valid; hidden files, README.md and other files are skipped", async () => {
  expect(
    await check({
      "2020/a.md": VALID,
      "2020/registry.yaml": "x",
      ".hidden/b.md": "x",
      "c.txt": "x",
      "README.md": "x",
      "2020/en/ReadMe.md": "x",
    }),
  ).toEqual({
    code: 0,
    stdout: "1 release, no faults\n",
    stderr: "",
  });
});

test("what would be taken out is named, with its line", async () => {
  const body = 'One.\n\n<iframe src="https://v.example/x"></iframe>\n\n[Call](whatsapp:1) now.';
  expect(await check({ "a.md": VALID.replace("Text.", body) })).toEqual({
    code: 0,
    stdout:
      "a.md:12: body: <iframe> is taken out; a link to https://v.example/x stays\n" +
      "a.md:14: body: the link to whatsapp:1 is taken out; its words stay\n" +
      "1 release, no faults, 2 warnings\n",
    stderr: "",
  });
});

test("a text that the service would refuse is a fault", async () => {
  const run = await check({
    "a.md": VALID.replace("Text.", "<!-- nothing -->"),
    "b.md": VALID.replace("6f1c", "7f1c").replace("session", "other").replace("Text.", "[".repeat(6_000)),
  });
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/a\.md:10: body: is empty .*\nb\.md:10: body: has a paragraph with more than/);
});

test("an empty folder is valid", async () => {
  expect(await check({})).toMatchObject({ code: 0, stdout: "0 releases, no faults\n" });
});

test("all faults of all files are reported at once, with their lines", async () => {
  const run = await check({
    "2020/a.md": VALID.replace("2020-12-01", "2020-13-01"),
    "b.md": "---\nlang: [en\n---\nText\n",
    "c.md": VALID.replace("type: statement", "typ: statement").replace("Text.\n", ""),
    "d.md": VALID.replace("slug: session", "slug: other").replace("6f1c", "7f1c"),
  });
  expect(run.code).toBe(1);
  expect(
    run.stderr
      .trim()
      .split("\n")
      .map((line) => line.split(": ").slice(0, 2).join(": ")),
  ).toEqual([
    "2020/a.md:7: date",
    "b.md:3: is not valid YAML",
    "c.md:2: type",
    "c.md:5: typ",
    "c.md:9: body",
    "5 faults in 3 files: `publish` would send nothing",
  ]);
});

test("two files of one language in one group are a fault, with the name of the other", async () => {
  const grouped = VALID.replace("type:", "group: summit\ntype:");
  const run = await check({
    "a.md": grouped,
    "b.md": grouped.replace("6f1c", "7f1c").replace("slug: session", "slug: other"),
    "c.md": grouped.replace("6f1c", "8f1c").replace("lang: en", "lang: fr"),
  });
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(
    "b.md:5: group: summit is also the group of a.md in en: a group has one release in each language",
  );
  expect(run.stderr).toContain("1 fault in 1 file");
});

test("two files with the same id, or the same slug in one language, are a fault", async () => {
  const run = await check({
    "a.md": VALID,
    "b.md": VALID.replace("slug: session", "slug: other"),
    "c.md": VALID.replace("6f1c", "7f1c"),
    "d.md": VALID.replace("6f1c", "8f1c").replace("lang: en", "lang: fr"),
  });
  expect(run.code).toBe(1);
  expect(run.stderr.trim().split("\n").slice(0, -1)).toEqual([
    "b.md:2: id: is also the id of a.md: remove the line from the file that is a copy",
    "c.md:4: slug: session is also the slug of a.md in en: change one of them",
  ]);
});

test("check names the fields that publish would add, and changes no file", async () => {
  const folder = await folderWith({ "a.md": NEW });
  const run = await runCli(["check", folder]);
  expect(run).toMatchObject({
    code: 0,
    stdout: `${folder}/a.md: \`publish\` would add an id and the slug new-one\n1 release, no faults\n`,
  });
  expect(await readFile(join(folder, "a.md"), "utf8")).toBe(NEW);
});

test("a slug that the registry lacks is a fault with its line and the nearest slugs", async () => {
  const filed = "topics:\n  - csto\n  - ostce\npeople: [ara-aivazian]\ntype: briefing\n";
  const run = await check({
    "registry.yaml": registryOf({ topics: ["csto", "osce"], people: [] }),
    "a.md": VALID.replace("type: statement\n", filed),
  });
  expect(run.code).toBe(1);
  expect(run.stderr.split("\n")).toEqual([
    "a.md:7: topics/1: ostce is not in the registry; the nearest are osce, csto",
    "a.md:8: people/0: ara-aivazian is not in the registry; it has no values yet",
    "a.md:9: type: must be one of press-release, statement, speech, interview, visit, qa",
    "3 faults in 1 file: `publish` would send nothing",
    "",
  ]);
});

test("types of the registry may be used besides the built-in types", async () => {
  const run = await check({
    "registry.yaml": registryOf({ types: ["briefing"] }),
    "a.md": VALID.replace("type: statement", "type: briefing"),
  });
  expect(run).toMatchObject({ code: 0, stderr: "" });
});

test("without a registry any slug is accepted, but only built-in types", async () => {
  const filed = VALID.replace("---\n\n", "topics: [anything]\n---\n\n");
  expect(await check({ "a.md": filed })).toMatchObject({ code: 0 });
  const run = await check({ "a.md": filed.replace("type: statement", "type: briefing") });
  expect(run.stderr).toMatch(/^a\.md:5: type: must be one of .*\n1 fault in 1 file/);
});

test("a faulty registry is reported with its own lines, and not at the releases", async () => {
  const run = await check({
    "registry.yaml": "topics:\n  - slug: csto\n    names:\n      en:\n",
    "a.md": VALID.replace("---\n\n", "topics: [other]\n---\n\n"),
  });
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^registry\.yaml:4: topics\/0\/names\/en: is empty.*\n1 fault in 1 file/);
});

test("an unreadable file is reported like a fault", async () => {
  const folder = await folderWith({ "b.md": VALID });
  await symlink("nowhere", join(folder, "a.md"));
  const run = await runCli(["check", "."], { cwd: folder });
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("a.md:1: cannot be read (it does not exist)");
});

test("a missing folder is refused with a remedy", async () => {
  const run = await runCli(["check", "nowhere"], { cwd: await temporaryFolder() });
  expect(run).toMatchObject({
    code: 1,
    stderr: "nowhere does not exist: name the folder that holds the releases.\n",
  });
});

test("a file instead of a folder is refused with a remedy", async () => {
  const run = await runCli(["check", "a.md"], { cwd: await folderWith({ "a.md": VALID }) });
  expect(run).toMatchObject({ code: 1, stderr: "a.md is not a folder: name the folder that holds it.\n" });
});

test("with npm, paths are relative to the user's folder and the default is content/", async () => {
  const folder = await folderWith({ "mine/a.md": VALID.replace("statement", "rumour") });
  const mine = await runCli(["check", "mine"], { cwd: folder, byNpm: true });
  expect(mine.code).toBe(1);
  expect(mine.stderr).toContain("mine/a.md:5: type: ");
  // Whatever content/ holds.
  const content = resolve(import.meta.dirname, "../../../content");
  const byDefault = await runCli(["check"], { cwd: folder, byNpm: true });
  const named = await runCli(["check", content], { cwd: folder, byNpm: true });
  expect(byDefault).toEqual(named);
  expect(byDefault.stderr).not.toContain("mine/");
});

test("files that look like releases and are not read are named", async () => {
  const names = ["UPPER.MD", "note.markdown", "win.md.txt", "old.md~", "draft.md.bak"];
  const run = await check({
    "a.md": VALID,
    "c.txt": "x",
    "README.markdown": "x",
    ".hidden.MD": "x",
    ...Object.fromEntries(names.map((name) => [name, VALID])),
  });
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout.split("\n").slice(0, -2).sort()).toEqual(
    names.map((name) => `${name}: passed over: the name of a release ends in .md`).sort(),
  );
});

test("files that a release names and that cannot be published are faults, with their lines", async () => {
  const body = [
    "Text ![A hall](images/a.png) and [the report](../files/r.pdf#page=2).",
    "",
    "`[not](a.png)` [Other release](other-slug) [Page](https://press.example/a.pdf) [Top](#a.b)",
    '<img src="photo.png" alt="b"> [Out](../../../etc/passwd.txt) [Linked out](out.txt)',
    "",
    "[there]: empty.txt",
    "",
    "[There][there] [folder](folder.d) [text](other.md) [hidden](.git/a.txt) [large](large.txt)",
  ].join("\n");
  const fields =
    "image: { file: /etc/passwd, alt: x }\nattachments:\n  - title: x\n    file: latin1.txt\n---";
  const folder = await folderWith({
    "2020/a.md": VALID.replace("---\n\nText.\n", `${fields}\n\n${body}`),
    "2020/photo.png": "no image",
    "2020/empty.txt": "",
    "2020/folder.d/x.txt": "x",
    "2020/other.md": VALID.replace("6f1c", "7f1c").replace("slug: session", "slug: other"),
    "2020/.git/a.txt": "x",
    "2020/large.txt": "x".repeat(25 * 2 ** 20 + 1),
    "2020/latin1.txt": Uint8Array.of(99, 97, 102, 0xe9),
  });
  const secret = await folderWith({ "secret.txt": "x" });
  await symlink(join(secret, "secret.txt"), join(folder, "2020/out.txt"));
  const run = await runCli(["check", "."], { cwd: folder });
  expect([run.code, run.stdout]).toEqual([1, ""]);
  expect(run.stderr.trim().split("\n")).toEqual([
    "2020/a.md:8: image/file: must be a path from this file, with slashes, such as photos/hall.jpg, not /etc/passwd",
    "2020/a.md:11: attachments/0/file: latin1.txt is no type that the service knows; a text must be UTF-8",
    "2020/a.md:14: body: there is no 2020/images/a.png; for an address on the web, write https:// in front",
    "2020/a.md:14: body: there is no files/r.pdf; for an address on the web, write https:// in front",
    expect.stringMatching(/:17: body: photo\.png is not what \.png says: its content is text\/plain/),
    expect.stringMatching(/:17: body: \.\.\/\.\.\/\.\.\/etc\/passwd\.txt is outside the content folder/),
    expect.stringMatching(/:17: body: out\.txt is outside the content folder/),
    "2020/a.md:19: body: empty.txt is empty",
    expect.stringMatching(/:21: body: folder\.d is a folder/),
    expect.stringMatching(/:21: body: other\.md is the text of a release/),
    expect.stringMatching(/:21: body: \.git\/a\.txt is hidden/),
    expect.stringMatching(/:21: body: large\.txt has 26214401 bytes; the limit is 26214400 \(25 MiB\)/),
    "12 faults in 1 file: `publish` would send nothing",
  ]);
});

test("files that can be published are no faults; what is at another site is a warning under an embargo", async () => {
  const foreign =
    "image: { url: https://a.example/a.png, alt: x }\nattachments: [{ url: https://a.example/a.pdf, type: application/pdf }]\n";
  const embargoed = VALID.replace("---\n\nText", `embargo: 2099-01-01T00:00:00Z\n${foreign}---\n\nText`);
  const run = await check({
    "a.md": embargoed,
    "b.md": embargoed
      .replace(/embargo: .*\n/, "")
      .replace("6f1c", "7f1c")
      .replace("slug: session", "slug: b"),
    "c/c.md": VALID.replace("6f1c", "8f1c")
      .replace("slug: session", "slug: c")
      .replace("Text.", "[a](../files/%D5%A1%20b.txt), [release](a), [c](c%20d.csv)"),
    "files/ա b.txt": "x",
    "c/c d.csv": "1;2",
  });
  expect(run).toEqual({
    code: 0,
    stdout: [
      "a.md:10: attachments/0/url: is at another site, where it may be found before the embargo ends: put the file beside this one, and name it as `file`",
      "a.md:9: image/url: is at another site, where it may be found before the embargo ends: put the file beside this one, and name it as `file`",
      "3 releases, no faults, 2 warnings\n",
    ].join("\n"),
    stderr: "",
  });
});

test("a language that the service does not have is a fault, as it is for publish", async () => {
  const run = await check({ "a.md": VALID.replace("lang: en", "lang: tr") });
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("a.md:3: lang: must be one of the service's LANGUAGES: en, hy, ru, fr");
});

test("nesting that is too deep is named at its line; blank lines and rules are not nesting", async () => {
  const innocent = [
    "Text.",
    " ".repeat(117),
    "Heading",
    "-".repeat(98),
    "",
    "- ".repeat(60),
    "",
    `> ${"-".repeat(120)}`,
    "",
    `${"-".repeat(150)} | ---`,
    ..."\n".repeat(100).split("\n"),
    "End.",
  ].join("\n");
  expect(await check({ "a.md": VALID.replace("Text.", innocent) })).toMatchObject({ code: 0, stderr: "" });

  for (const nested of [">".repeat(100), `${"- ".repeat(100)}x`, "1. ".repeat(100), "+ ".repeat(100)]) {
    const run = await check({ "a.md": VALID.replace("Text.", `Text.\n\nMore.\n\n${nested} Deep.`) });
    expect(run.stderr, nested).toContain("a.md:14: body: is nested too deeply");
  }
});

test("advice leaves the text as it is", async () => {
  const titled = async (title: string) =>
    (await check({ "a.md": VALID.replace("title: The session", `title: ${title}`) })).stderr.split("\n")[0];
  for (const title of ["007", "1.10", "1e3", "true"]) {
    expect(await titled(title)).toBe(
      "a.md:6: title: must be text: put quotation marks around it, exactly as it stands",
    );
  }
  expect(await titled("“Statement: a law”")).toContain("needs straight quotation marks around it");
  expect(await titled("'Minister's visit'")).toContain("put \" around a value that contains '");
  const { stderr } = await check({ "a.md": NEW.replace("New one", "外交部") });
  expect(stderr).toContain("slug: cannot be made from this title: add a line such as");
});

test("all faults of one file come together, each once, whatever finds them", async () => {
  const faulty = VALID.replace(
    "type: statement",
    [
      "type: statment",
      "typo: x",
      "topics: [csto, ctso]",
      "embargoes: x",
      "image: { file: nowhere.jpg }",
      "attachments: [{ file: none.pdf, size: 3 }, { file: gone.pdf }]",
      "source: nowhere",
      "reason: It was wrong",
      "note: Corrected # twice",
    ].join("\n"),
  )
    .replace("lang: en", "lang: tlh")
    .replace("2020-12-01", "2999-12-01")
    .replace("Text.", "![A picture](lost.png)\n\n" + "[".repeat(6_000));
  const run = await check({ "a.md": faulty, "registry.yaml": registryOf({ topics: ["csto"] }) });
  const lines = run.stderr.trim().split("\n");
  expect(
    lines.map((line) =>
      line
        .split(": ", 2)
        .join(": ")
        .replace(/: (has|must|is) .*/, ""),
    ),
  ).toEqual([
    "a.md:3: lang",
    "a.md:5: type",
    "a.md:6: typo",
    "a.md:7: topics/1",
    "a.md:8: embargoes",
    "a.md:9: image/alt",
    "a.md:9: image/file",
    "a.md:10: attachments/0/size",
    "a.md:10: attachments/0/file",
    "a.md:10: attachments/1/file",
    "a.md:11: source",
    "a.md:12: reason",
    "a.md:13",
    "a.md:15: date",
    "a.md:18: body",
    "a.md:20: body",
    "16 faults in 1 file: `publish` would send nothing",
  ]);
});

test("control characters in a field and in the text are named, with their lines", async () => {
  const text = VALID.replace("title: The session", 'title: "The \\e[31msession\\0"').replace(
    "Text.",
    "Text.\n\nMore\u0007.",
  );
  expect(await check({ "a.md": text })).toEqual({
    code: 0,
    stdout:
      "a.md:6: title: has the control character U+001B, which is taken out\n" +
      "a.md:12: body: has the control character U+0007, which is taken out\n" +
      "1 release, no faults, 2 warnings\n",
    stderr: "",
  });
});

test("the languages of the service may be given", async () => {
  const cwd = await folderWith({ "a.md": VALID });
  const foreign = await runCli(["check", ".", "--languages", "de,tr"], { cwd });
  expect(foreign).toMatchObject({ code: 1 });
  expect(foreign.stderr).toContain("a.md:3: lang: must be one of the service's LANGUAGES: de, tr. ");
  expect(await runCli(["check", ".", "--languages", "de,EN"], { cwd })).toMatchObject({ code: 0 });
  expect(await runCli(["check", ".", "--languages", "de,e_n"], { cwd })).toMatchObject({ code: 2 });
});
