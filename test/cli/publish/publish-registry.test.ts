import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { contentFile, folderWith, idIn, registryOf } from "../support/content-folders.ts";
import { runCli, type Run } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

/** A service for one test: the registry is shared by all its releases. */
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

/** Waits until the registry has these topics, used or not: only the admin reads all of them. */
function expectTopics(service: Service, slugs: string[]): Promise<void> {
  const held = async (): Promise<string[]> => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const answer = await fetch(`${service.url}/api/v1/registry`, { headers });
    const { topics } = await answer.json<{ topics: { slug: string }[] }>();
    return topics.map(({ slug }) => slug);
  };
  return expect.poll(held, { timeout: 30_000 }).toEqual(slugs);
}

test("values are added to, renamed in and removed from the registry together with the releases", async () => {
  const service = await ownService();
  const content = contentFile("topics: [csto]\n");
  const folder = await folderWith({
    "registry.yaml": registryOf({ topics: ["csto"], types: ["briefing"] }),
    "a.md": content,
  });
  const registryIs = (topics: string[]): Promise<void> =>
    writeFile(join(folder, "registry.yaml"), registryOf({ topics }));
  const filedUnder = (topics: string): Promise<void> =>
    writeFile(
      join(folder, "a.md"),
      content.replace("topics: [csto]\n", `topics: [${topics}]\nchange: minor\n`),
    );

  const first = await publish(service, folder);
  expect(first.stdout).toMatch(/^published .*\nchanged {5}the registry\n1 release: 1 published\n$/);
  await expectTopics(service, ["csto"]);
  const same = await publish(service, folder);
  expect(same).toMatchObject({ code: 0, stdout: "1 release: 1 unchanged\n" });

  // A new value, and a release that uses it.
  await registryIs(["csto", "osce"]);
  await filedUnder("csto, osce");
  expect((await publish(service, folder)).stdout).toContain("1 release: 1 with a new edition\n");
  await expectTopics(service, ["csto", "osce"]);

  // Another slug in both: the removed value is in use until the release is refiled.
  await registryIs(["minsk-group"]);
  await filedUnder("minsk-group");
  expect(await publish(service, folder)).toMatchObject({
    code: 0,
    stderr: expect.not.stringContaining("fault"),
  });
  await expectTopics(service, ["minsk-group"]);
});

test("removing a value that other releases use is refused at its line, and the value stays", async () => {
  const service = await ownService();
  const elsewhere = await folderWith({
    "registry.yaml": registryOf({ topics: ["csto", "osce"] }),
    "other.md": contentFile("topics: [osce]\n"),
  });
  await publish(service, elsewhere);
  await expectTopics(service, ["csto", "osce"]);

  const folder = await folderWith({
    "registry.yaml": registryOf({ types: [], topics: ["unesco"] }),
    "a.md": contentFile("topics: [unesco]\n"),
  });
  const run = await publish(service, folder);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("registry.yaml:2: topics: must include osce: releases use it\n");
  expect(run.stderr).toContain("1 fault in 1 file: the releases were published, and");
  await expectTopics(service, ["unesco", "csto", "osce"]);
  // With the value in the file again, the publish succeeds.
  await writeFile(join(folder, "registry.yaml"), registryOf({ topics: ["unesco", "osce"] }));
  expect(await publish(service, folder)).toMatchObject({ code: 0 });
  await expectTopics(service, ["unesco", "osce"]);
});

test("--dry-run checks with the folder's registry, and sends nothing", async () => {
  const service = await ownService();
  const known = contentFile("topics: [csto]\n");
  const before = await folderWith({ "registry.yaml": registryOf({ topics: ["csto"] }), "a.md": known });
  await publish(service, before);

  const folder = await folderWith({
    "registry.yaml": registryOf({ topics: ["csto", "osce"], types: ["briefing"] }),
    "a.md": known,
    "b.md": contentFile("topics: [csto, osce]\n"),
    "c.md": contentFile().replace("type: statement", "type: briefing"),
    "d.md": contentFile(),
  });
  const run = await publish(service, folder, "--dry-run");
  expect(run.code).toBe(0);
  expect(run.stdout).toMatch(/^would be published +\S+ {2}\(d\.md\)$/m);
  for (const file of ["b.md", "c.md"]) {
    expect(run.stdout).toContain(
      `would be published or changed, with new values of the registry  (${file})\n`,
    );
  }
  expect(run.stdout).toContain("would be changed     the registry\n");
  expect(run.stdout).toContain(
    "4 releases: 1 published, 2 with new values of the registry, 1 unchanged; nothing was published\n",
  );
  await expectTopics(service, ["csto"]);
  expect((await publish(service, folder)).stdout).toContain("4 releases: 3 published, 1 unchanged\n");
});

test("with a fault that only the service finds, the registry is not sent either", async () => {
  const service = await ownService();
  const folder = await folderWith({
    "registry.yaml": registryOf({ topics: ["csto"] }),
    "a.md": contentFile("topics: [csto]\n"),
    "b.md": contentFile("topics: [csto]\n").replace("lang: en", "lang: ja"),
  });
  const run = await publish(service, folder);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^b\.md:3: lang: must be one of/m);
  expect(run.stderr).toContain("1 fault in 1 file: nothing was published");
  const held = await (await fetch(`${service.url}/api/v1/registry`)).json();
  expect(held).toMatchObject({ topics: [] });
});

test("a folder without a registry is checked with the service's registry", async () => {
  const service = await ownService();
  await publish(service, await folderWith({ "registry.yaml": registryOf({ topics: ["csto"] }) }));
  const content = contentFile("places: []\ntopics: [cst]\n");
  const run = await publish(service, await folderWith({ "a.md": content }));
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("a.md:9: topics/0: cst is not in the registry; the nearest are csto\n");
  const stored = await fetch(`${service.url}/api/v1/releases/${idIn(content)}`);
  expect(stored.status).toBe(404);
});

test("a value that leaves the registry although a subscription filters on it is reported", async () => {
  const service = await ownService();
  const folder = await folderWith({
    "registry.yaml": registryOf({ topics: ["csto"] }),
    "a.md": contentFile(""),
  });
  expect((await publish(service, folder)).code).toBe(0);
  const made = await fetch(`${service.url}/api/v1/subscriptions`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ url: "http://127.0.0.1:9/", filter: { topic: "csto" }, verify: false }),
  });
  expect(made.status).toBe(201);
  await writeFile(join(folder, "registry.yaml"), registryOf({ topics: ["osce"] }));
  const run = await publish(service, folder);
  expect(run.code).toBe(0);
  expect(run.stderr).toContain(
    "registry /topics: csto has left the registry, but 1 subscription filters on it; tell their owners, or add it again\n",
  );
});
