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

async function statusOf(id: string): Promise<number> {
  return (await fetch(`${service.url}/api/v1/releases/${id}`)).status;
}

test("a draft is listed and never sent, not even in a dry run, and its file stays as it is", async () => {
  const draft = contentFile("draft: true\n");
  const fresh = newContentFile("draft: true\n");
  const folder = await folderWith({ "a.md": contentFile(), "b.md": draft, "c.md": fresh });
  const dry = await publish(folder, "--dry-run");
  expect(dry).toMatchObject({ code: 0, stderr: "" });
  expect(dry.stdout).toContain(
    "1 release: 1 published; nothing was published\ndraft       b.md\ndraft       c.md\n2 drafts, not sent\n",
  );
  const run = await publish(folder);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toMatch(
    /^published .*\n1 release: 1 published\ndraft {7}b\.md\n.*\n2 drafts, not sent\n$/,
  );
  expect(await statusOf(idIn(draft))).toBe(404);
  expect(await readFile(join(folder, "c.md"), "utf8")).toBe(fresh);

  await writeFile(join(folder, "b.md"), draft.replace("draft: true", "draft: false"));
  expect((await publish(folder)).stdout).toContain("1 draft, not sent\n");
  expect(await statusOf(idIn(draft))).toBe(200);
});

test("a folder of drafts alone publishes nothing", async () => {
  const run = await publish(await folderWith({ "b.md": contentFile("draft: true\n") }));
  expect(run).toMatchObject({
    code: 0,
    stdout: "draft       b.md\n1 draft, not sent\n. holds no releases: nothing to publish.\n",
  });
});

test("of a public release whose file becomes a draft, the service keeps what it has", async () => {
  const content = contentFile();
  const other = contentFile();
  const folder = await folderWith({ "a.md": content, "b.md": other });
  await publish(folder);
  await writeFile(join(folder, "a.md"), content.replace("---\n\nIt was", "draft: true\n---\n\nIt never was"));
  const run = await publish(folder, "--withdraw-missing", "It is not in the folder");
  expect(run.code).toBe(0);
  expect(run.stdout).toContain(
    "draft       a.md: the service has it published, and keeps it as it is\n1 draft, not sent\n",
  );
  const kept = await fetch(`${service.url}/api/v1/releases/${idIn(content)}`);
  expect(await kept.json()).toMatchObject({
    status: "published",
    edition: 1,
    content: { text: "It was held." },
  });
});

test("faults of a draft are named with their lines, by check and by publish", async () => {
  const sound = contentFile();
  const folder = await folderWith({
    "a.md": sound,
    "b.md": contentFile("draft: true\n").replace("2020-12-01", "1.12.2020"),
    "c.md": contentFile("draft: maybe\n"),
    // The draft is the one to change, although it comes first by name.
    "A.md": contentFile("draft: true\n").replace(/slug: .*/, /slug: .*/.exec(sound)?.[0] ?? ""),
  });
  const lines = [
    "A.md:4: slug: ",
    "b.md:7: date: ",
    "c.md:8: draft: must be true or false",
    "3 faults in 3 files: ",
  ];
  for (const run of [await runCli(["check", "."], { cwd: folder }), await publish(folder)]) {
    expect(run).toMatchObject({ code: 1, stdout: "" });
    const named = run.stderr.trim().split("\n");
    expect(named).toHaveLength(lines.length);
    for (const [index, line] of lines.entries()) expect(named[index]).toContain(line);
  }
});

test("check counts drafts, and does not name what publish would add to them", async () => {
  const folder = await folderWith({ "a.md": contentFile(), "b.md": newContentFile("draft: true\n") });
  expect(await runCli(["check", "."], { cwd: folder })).toEqual({
    code: 0,
    stdout: "1 release, 1 draft, no faults\n",
    stderr: "",
  });
});

test("the API knows no drafts", async () => {
  const id = crypto.randomUUID();
  const body = {
    lang: "en",
    slug: "x",
    type: "statement",
    title: "X",
    date: "2020-12-01",
    body: "X",
    draft: true,
  };
  const answer = await fetch(`${service.url}/api/v1/releases/${id}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ errors: [{ path: "/draft" }] });
});
