import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { contentFile, folderWith, idIn } from "../support/content-folders.ts";
import { runCli, type Run } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

/** A service for one test: its releases are compared with the folder. */
async function ownService(): Promise<Service> {
  const service = await startService();
  onTestFinished(service.end);
  return service;
}

function publish(service: Service, folder: string, ...flags: string[]): Promise<Run> {
  return runCli(["publish", ".", "--to", service.url, ...flags], {
    cwd: folder,
    env: { COMMUNIQUE_TOKEN: TOKEN },
  });
}

async function statusOf(service: Service, content: string): Promise<unknown> {
  const answer = await fetch(`${service.url}/api/v1/releases/${idIn(content)}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  return (await answer.json<{ status: unknown }>()).status;
}

const WITHDRAW = ["--withdraw-missing", "Published by mistake"];

test("a release whose file is gone is reported, and withdrawn only with --withdraw-missing", async () => {
  const service = await ownService();
  const gone = contentFile();
  const folder = await folderWith({ "a.md": contentFile(), "gone.md": gone });
  expect(await publish(service, folder)).toMatchObject({
    code: 0,
    stderr: expect.not.stringContaining("folder"),
  });
  await rm(join(folder, "gone.md"));
  const named = /^slug: (.*)\n.*\ntitle: (.*)$/m.exec(gone);
  const line = `${service.url}/en/releases/${named?.[1]}  (${named?.[2]})`;

  const reported = await publish(service, folder);
  expect(reported).toMatchObject({ code: 0, stdout: "1 release: 1 unchanged\n" });
  expect(reported.stderr).toContain(
    `not in the folder  ${line}\n1 release of the service is not in the folder and stays published:`,
  );
  expect(await statusOf(service, gone)).toBe("published");

  const tried = await publish(service, folder, ...WITHDRAW, "--dry-run");
  expect(tried.stdout).toContain(`would be withdrawn ${line}\n`);
  expect(await statusOf(service, gone)).toBe("published");

  const done = await publish(service, folder, ...WITHDRAW);
  expect(done.stdout).toBe(`1 release: 1 unchanged\nwithdrawn   ${line}\n1 release withdrawn\n`);
  expect(await statusOf(service, gone)).toBe("withdrawn");
  const page = async (): Promise<string> => (await fetch(`${service.url}/r/${idIn(gone)}`)).text();
  await expect.poll(page, { timeout: 30_000 }).toContain("Published by mistake");

  // A withdrawn release is not missing.
  expect((await publish(service, folder)).stderr).not.toContain("folder");
});

test("--withdraw-missing is refused for an empty folder and for a folder of another site", async () => {
  const service = await ownService();
  const held = contentFile();
  await publish(service, await folderWith({ "a.md": held }));

  const empty = await publish(service, await folderWith({ "registry.yaml": "topics: []\n" }), ...WITHDRAW);
  expect(empty.code).toBe(1);
  expect(empty.stderr).toContain(". holds no releases, so --withdraw-missing would withdraw everything");

  const foreign = contentFile();
  const other = await publish(service, await folderWith({ "b.md": foreign }), ...WITHDRAW);
  expect(other.code).toBe(1);
  expect(other.stderr).toContain("would withdraw all 1 release that it has. Check the folder.");
  expect(await statusOf(service, held)).toBe("published");
  const unsent = await fetch(`${service.url}/api/v1/releases/${idIn(foreign)}`);
  expect(unsent.status).toBe(404);
});

test("a report lists 20 missing releases, and all pages of the service are compared", async () => {
  const service = await ownService();
  const many = Object.fromEntries(Array.from({ length: 205 }, (_, index) => [`${index}.md`, contentFile()]));
  const kept = contentFile();
  await publish(service, await folderWith({ ...many, "kept.md": kept }));
  const folder = await folderWith({ "kept.md": kept });

  const reported = await publish(service, folder);
  expect(reported.stderr.match(/^not in the folder {2}/gm)).toHaveLength(20);
  expect(reported.stderr).toContain("… and 185 more\n205 releases of the service are not in the folder");

  const done = await publish(service, folder, ...WITHDRAW);
  expect(done.stdout).toContain("\n205 releases withdrawn\n");
  expect(await statusOf(service, many["0.md"] ?? "")).toBe("withdrawn");
  expect(await statusOf(service, kept)).toBe("published");
});
