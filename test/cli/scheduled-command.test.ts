import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contentFile, folderWith, idIn } from "./support/content-folders.ts";
import { runCli, type Run } from "./support/run-cli.ts";
import { startService, TOKEN, type Service } from "./support/running-service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

const inHours = (hours: number) => `${new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 19)}Z`;

function run(...args: string[]): Promise<Run> {
  return runCli([...args, "--to", service.url], { env: { COMMUNIQUE_TOKEN: TOKEN } });
}

test("a scheduled release whose file is gone is named, listed, and called off by --withdraw-missing", async () => {
  expect(await run("scheduled")).toMatchObject({
    code: 0,
    stdout: "",
    stderr: expect.stringContaining("has nothing under embargo"),
  });
  const embargo = inHours(30);
  const gone = contentFile(`embargo: ${embargo}\n`);
  const kept = contentFile(`embargo: ${inHours(5)}\n`);
  const folder = await folderWith({ "gone.md": gone, "kept.md": kept });
  expect((await run("publish", folder)).stderr).not.toContain("folder");
  await rm(join(folder, "gone.md"));
  const [, slug = "", title = ""] = /^slug: (.*)\n.*\ntitle: (.*)$/m.exec(gone) ?? [];
  const url = `${service.url}/en/releases/${slug}`;
  const named = `${url}  (${title}), embargoed until ${embargo} (in 29 h), id ${idIn(gone)}`;

  const listed = await run("scheduled");
  const [head, soon, late, ...rest] = listed.stdout.split("\n");
  expect(head).toBe("visible\tembargo\tlang\ttitle\tid\turl");
  expect(soon).toContain(idIn(kept));
  expect(late).toBe(["in 29 h", embargo, "en", title, idIn(gone), url].join("\t"));
  expect(rest).toEqual([""]);
  expect(JSON.parse((await run("scheduled", "--json")).stdout)).toMatchObject({
    data: [{}, { id: idIn(gone) }],
  });

  for (const flags of [[], ["--dry-run"]]) {
    const { code, stderr } = await run("publish", folder, ...flags);
    expect(code).toBe(0);
    expect(stderr).toContain(
      `not in the folder  ${named}\n1 release of the service is not in the folder and stays scheduled`,
    );
  }
  const tried = await run("publish", folder, "--withdraw-missing", "Called off", "--dry-run");
  expect(tried.stdout).toContain(`would be called off ${named}\n1 release would be called off\n`);
  expect((await run("scheduled")).stdout).toContain(idIn(gone));

  const done = await run("publish", folder, "--withdraw-missing", "Called off");
  expect(done.stdout).toContain(`called off  ${named}\n1 release called off\n0 releases withdrawn\n`);
  const after = (await run("scheduled")).stdout;
  expect(after).not.toContain(idIn(gone));
  expect(after).toContain(idIn(kept));
  expect((await fetch(`${service.url}/r/${idIn(gone)}`)).status).toBe(404);
  expect((await run("publish", folder)).stderr).not.toContain("not in the folder");
});
