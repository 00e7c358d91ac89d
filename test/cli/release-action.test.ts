import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseFrontMatter } from "../../src/cli/content/front-matter.ts";
import { contentFile, folderWith, idIn, newContentFile } from "./support/content-folders.ts";
import { runCli, type Run } from "./support/run-cli.ts";
import { startService, TOKEN, type Service } from "./support/running-service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

function run(args: string[], cwd?: string, token = TOKEN): Promise<Run> {
  return runCli([...args, "--to", service.url], {
    ...(cwd !== undefined && { cwd }),
    env: { COMMUNIQUE_TOKEN: token },
  });
}

async function published(): Promise<{ folder: string; id: string; url: string }> {
  const content = contentFile();
  const folder = await folderWith({ "a.md": content });
  expect(await run(["publish", folder])).toMatchObject({ code: 0 });
  const slug = /^slug: (.*)$/m.exec(content)?.[1];
  return { folder, id: idIn(content), url: `${service.url}/en/releases/${slug}` };
}

/** The command returns when readers see the change, so the page needs no second look. */
async function expectPage(url: string, status: number, holds: string): Promise<void> {
  const answer = await fetch(url);
  expect(`${answer.status} ${await answer.text()}`).toMatch(new RegExp(`^${status} .*${holds}`, "s"));
}

test("withdraw, kill and reinstate take an id, a content file or the URL of a page, and write the file", async () => {
  const { folder, id, url } = await published();
  const file = join(folder, "a.md");
  const before = await readFile(file, "utf8");
  const withdrawn = await run(["withdraw", id, "--reason", "A wrong: date", "--content", folder]);
  expect(withdrawn).toEqual({
    code: 0,
    stdout: `withdrawn   ${url}\n`,
    stderr: `written     ${file}  (status: withdrawn)\n`,
  });
  await expectPage(url, 200, "A wrong: date");
  const fields = parseFrontMatter(await readFile(file, "utf8"));
  expect(fields).toMatchObject({ fields: { status: "withdrawn", reason: "A wrong: date" } });
  const unchanged = await run(["publish", folder]);
  expect(unchanged).toMatchObject({ code: 0, stdout: "1 release: 1 unchanged\n", stderr: "" });

  const again = await run(["withdraw", "a.md", "--reason", "A  wrong: date "], folder);
  expect(again).toMatchObject({
    code: 0,
    stdout: `${url} is already withdrawn for this reason: nothing was changed\n`,
    stderr: "",
  });

  expect(await run(["kill", file, "--reason", "Not ours", "--yes"])).toMatchObject({
    code: 0,
    stdout: `killed      ${url}\n`,
  });
  await expectPage(url, 410, "Not ours");

  const refused = await run(["withdraw", id, "--reason", "A wrong date"]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("reinstate it before you withdraw it");

  const twice = await run(["kill", url, "--reason", "Not ours", "--yes", "--content", folder]);
  expect(twice.stdout).toContain("is already killed for this reason");
  const reinstate = ["reinstate", id.toUpperCase(), "--reason", "It is ours", "--content", folder];
  expect(await run(reinstate)).toMatchObject({ code: 0, stdout: `reinstated  ${url}\n` });
  await expectPage(url, 200, "It was held.");
  expect(await readFile(file, "utf8")).toBe(before);
  // Only the path of the URL counts: the service may have several host names.
  const elsewhere = `https://press.example${new URL(url).pathname}`;
  expect((await run(["reinstate", elsewhere, "--reason", "It is ours"])).stdout).toContain(
    "is already published",
  );
});

test("a kill is confirmed: nobody is asked without a terminal, and --dry-run changes nothing", async () => {
  const { folder, id, url } = await published();
  const asked = await run(["kill", id, "--reason", "Not ours", "--content", folder]);
  expect(asked).toMatchObject({ code: 1, stdout: "" });
  expect(asked.stderr).toContain("add --yes");
  const dry = await run(["kill", id, "--reason", "Not ours", "--content", folder, "--dry-run"]);
  expect(dry).toMatchObject({ code: 0, stderr: "" });
  expect(dry.stdout).toMatch(
    /: would be killed; it is published\n.*a\.md would say so\nnothing was changed\n$/,
  );
  expect((await fetch(url)).status).toBe(200);
  expect(await readFile(join(folder, "a.md"), "utf8")).not.toContain("status");
});

test("without the file in the folder, the command says what to write where", async () => {
  const { folder, id } = await published();
  await rm(join(folder, "a.md"));
  const done = await run(["withdraw", id, "--reason", "A wrong date", "--content", folder]);
  expect(done.code).toBe(0);
  expect(done.stderr).toContain(`has the id ${id}: write \`status: withdrawn\` and the reason into its file`);
});

test("publish says where the service and the folder disagree, and brings nothing back", async () => {
  const { folder, id, url } = await published();
  const elsewhere = await folderWith({});
  await run(["kill", id, "--reason", "Not ours", "--yes", "--content", elsewhere]);
  const again = await run(["publish", folder]);
  expect(again).toMatchObject({ code: 0, stdout: "1 release: 1 unchanged\n" });
  expect(again.stderr).toContain("a.md: the service has killed it (Not ours), and it stays so.");
  expect((await fetch(url)).status).toBe(410);
});

test("an argument that names no release is refused with a remedy", async () => {
  const folder = await folderWith({ "new.md": newContentFile(), "note.txt": "No release.\n" });
  const unknown = crypto.randomUUID();
  for (const [named, said] of [
    [unknown, `has no release ${unknown}: check --to and the id.`],
    [
      "http://press.example/en/releases/nowhere",
      "has no release at /en/releases/nowhere: check --to and the path.",
    ],
    [`${service.url}/en`, "The page at /en is not a release"],
    ["nowhere.md", "nowhere.md is neither an id nor a readable file (it does not exist): give"],
    ["new.md", "new.md:2: id: is missing: `publish` writes it into the file"],
    ["note.txt", "note.txt:1: must begin with front matter"],
  ] as const) {
    const refused = await run(["withdraw", named, "--reason", "A wrong date"], folder);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain(said);
  }
});

test("kill needs the admin token", async () => {
  const { id } = await published();
  const refused = await run(["kill", id, "--reason", "x", "--yes"], undefined, "wrong");
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(
    "does not accept this admin token: the one in COMMUNIQUE_TOKEN is not its ADMIN_TOKEN",
  );
});
