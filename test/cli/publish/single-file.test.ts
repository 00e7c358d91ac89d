import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contentFile, folderWith, idIn, newContentFile, registryOf } from "../support/content-folders.ts";
import { runCli, type Run } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

function publish(folder: string, named: string, ...flags: string[]): Promise<Run> {
  const env = { COMMUNIQUE_TOKEN: TOKEN };
  return runCli(["publish", named, "--to", service.url, ...flags], { cwd: folder, env });
}

async function statusOf(id: string): Promise<number> {
  return (await fetch(`${service.url}/api/v1/releases/${id}`)).status;
}

test("one file is published, and neither the rest of its folder nor its registry", async () => {
  const other = contentFile();
  const folder = await folderWith({
    "registry.yaml": registryOf({ topics: ["summits"] }),
    "2026/a.md": newContentFile(),
    "b.md": other,
    "broken.md": "---\nlang: [en\n",
  });
  const dry = await publish(folder, "2026/a.md", "--dry-run");
  expect(dry).toMatchObject({ code: 0, stderr: "" });
  expect(dry.stdout).toMatch(
    /^would be published .*\(2026\/a\.md\)\n1 release: 1 published; nothing was published\n$/,
  );
  const run = await publish(folder, "2026/a.md");
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toMatch(/^published .*\(2026\/a\.md\)\n1 release: 1 published\n$/);
  expect(await statusOf(idIn(await readFile(join(folder, "2026/a.md"), "utf8")))).toBe(200);
  expect(await statusOf(idIn(other))).toBe(404);
  expect(await (await fetch(`${service.url}/api/v1/registry`)).json()).toMatchObject({ topics: [] });
  // Other releases of the service are no business of a single file.
  expect(await publish(folder, "b.md")).toMatchObject({ code: 0, stderr: "" });
});

test("its own faults, and conflicts with the other files of its folder, stop it", async () => {
  const one = contentFile();
  const slug = /slug: .*/.exec(one)?.[0] ?? "";
  const folder = await folderWith({
    "registry.yaml": registryOf({ topics: ["summits"] }),
    "en/a.md": one,
    "en/b/c.md": contentFile().replace(/slug: .*/, slug),
    "wrong.md": contentFile("topics: [sumits]\n"),
  });
  for (const named of ["en/a.md", "en/b/c.md"]) {
    const run = await publish(folder, named);
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toMatch(
      /^en\/b\/c\.md:4: slug: .* is also the slug of en\/a\.md .*\n1 fault in 1 file: nothing was sent\n$/,
    );
  }
  const run = await publish(folder, "wrong.md");
  expect(run.stderr).toMatch(
    /^wrong\.md:8: topics\/0: sumits is not in the registry; the nearest are summits/,
  );
  expect(await statusOf(idIn(one))).toBe(404);
});

test.each([
  ["a.txt", "a.txt is not a content file: the name of one ends in .md."],
  ["draft.md", "draft.md is a draft: remove its line `draft: true` to publish it."],
  ["README.md", "README.md is passed over, as every README.md and hidden file is: give it another name."],
  ["nowhere.md", "nowhere.md does not exist: name the folder that holds the releases."],
])("%s is refused with a remedy", async (named, message) => {
  const draft = contentFile("draft: true\n");
  const folder = await folderWith({ "a.txt": "x", "draft.md": draft, "README.md": contentFile() });
  expect(await publish(folder, named)).toMatchObject({ code: 1, stdout: "", stderr: `${message}\n` });
});

test("--withdraw-missing needs a folder", async () => {
  const folder = await folderWith({ "a.md": contentFile() });
  const run = await publish(folder, "a.md", "--withdraw-missing", "Old");
  expect(run.code).toBe(1);
  expect(run.stderr).toBe("--withdraw-missing compares a whole folder with the service: name the folder.\n");
});
