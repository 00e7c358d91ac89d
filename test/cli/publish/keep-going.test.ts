import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contentFile, folderWith, idIn, newContentFile } from "../support/content-folders.ts";
import { runCli, type Run } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

function publish(folder: string, ...flags: string[]): Promise<Run> {
  const env = { COMMUNIQUE_TOKEN: TOKEN };
  return runCli(["publish", ".", "--to", service.url, ...flags], { cwd: folder, env });
}

async function statusOf(content: string): Promise<number> {
  return (await fetch(`${service.url}/api/v1/releases/${idIn(content)}`)).status;
}

/** The files that the faults are in, each with its line and field. */
function places({ stderr }: Run): string[] {
  return stderr
    .trim()
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split(": ").slice(0, 2).join(": "));
}

test("the sound files are published, and all faults are named at the end", async () => {
  const sound = contentFile();
  const twice = contentFile();
  const slug = /slug: .*/.exec(twice)?.[0] ?? "";
  const same = contentFile().replace(/slug: .*/, slug);
  const unread = contentFile();
  const copy = contentFile().replace(/id: .*/, /id: .*/.exec(unread)?.[0] ?? "");
  const folder = await folderWith({
    "sound.md": sound,
    "date.md": contentFile().replace("2020-12-01", "1.12.2020"),
    "same-a.md": twice,
    "same-b.md": same,
    "unread.md": unread.replace("lang: en", "lang: [en"),
    "unread-copy.md": copy,
    "draft.md": contentFile("draft: true\n").replace(/slug: .*/, /slug: .*/.exec(sound)?.[0] ?? ""),
  });
  const faults = [
    "date.md:7: date",
    "draft.md:4: slug",
    "same-b.md:4: slug",
    "unread-copy.md:2: id",
    "unread.md:4",
  ];
  const dry = await publish(folder, "--keep-going", "--dry-run");
  expect(dry.code).toBe(1);
  expect(dry.stdout).toMatch(
    /^would be published .*\(sound\.md\)\n1 release: 1 published; nothing was published\n$/,
  );
  expect(places(dry).map((place) => place.replace(/: is not.*/, ""))).toEqual(faults);
  const run = await publish(folder, "--keep-going");
  expect(run.code).toBe(1);
  expect(run.stdout).toMatch(/^published .*\(sound\.md\)\n1 release: 1 published\n$/);
  expect(places(run)).toEqual(places(dry));
  expect(run.stderr).toContain("5 faults in 5 files: the other files are published\n");
  expect(await statusOf(sound)).toBe(200);
  for (const stopped of [twice, same, copy]) expect(await statusOf(stopped)).toBe(404);
});

test("a fault that only the service finds stops its release alone, and writes nothing into its file", async () => {
  const held = contentFile();
  await publish(await folderWith({ "held.md": held }));
  const taken = newContentFile().replace("lang:", `${/slug: .*/.exec(held)?.[0]}\nlang:`);
  const sound = contentFile();
  const folder = await folderWith({ "a.md": taken, "b.md": sound });
  const run = await publish(folder, "--keep-going");
  expect(run.code).toBe(1);
  expect(run.stdout).toContain("1 release: 1 published\n");
  expect(places(run)).toEqual(["a.md:2: slug"]);
  expect(await statusOf(sound)).toBe(200);
  expect(await readFile(join(folder, "a.md"), "utf8")).toBe(taken);
});

test("a release that follows a faulty one waits for it; a left-over line waits for nothing", async () => {
  const en = contentFile("group: summit\n");
  const fr = contentFile("group: summit\n").replace("lang: en", "lang: fr");
  const folder = await folderWith({ "en.md": en, "fr.md": fr });
  await publish(folder);
  const follows = fr.replace("---\n\nIt", "follows: 2\n---\n\nIt");
  const wrong = en.replace("2020-12-01", "yesterday");
  await writeFile(join(folder, "en.md"), wrong);
  await writeFile(join(folder, "fr.md"), follows);
  expect(places(await publish(folder, "--keep-going"))).toEqual(["en.md:7: date"]);
  const ru = contentFile("group: summit\nfollows: 2\n").replace("lang: en", "lang: ru");
  await writeFile(join(folder, "ru.md"), ru);
  const run = await publish(folder, "--keep-going");
  expect(run.code).toBe(1);
  expect(places(run)).toEqual(["en.md:7: date", "ru.md:9: follows"]);
  expect(run.stderr).toContain("ru.md:9: follows: waits for en.md, which has faults");
  expect(await statusOf(ru)).toBe(404);
});

test("--keep-going and --withdraw-missing exclude each other, because a faulty file may hold what seems missing", async () => {
  const folder = await folderWith({ "a.md": contentFile() });
  const run = await publish(folder, "--keep-going", "--withdraw-missing", "Old");
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain("--keep-going cannot go with it");
});
