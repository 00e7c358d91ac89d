import { watch } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { folderWith, idIn, newContentFile } from "../support/content-folders.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

test("Ctrl-C while ids are written leaves whole files and nothing beside them", async () => {
  const names = Array.from({ length: 600 }, (_, index) => `${index}.md`);
  const folder = await folderWith(Object.fromEntries(names.map((name) => [name, newContentFile()])));
  const before = await readFile(join(folder, "0.md"), "utf8");
  const running = startCli(["publish", ".", "--to", service.url], {
    cwd: folder,
    env: { COMMUNIQUE_TOKEN: TOKEN },
  });
  const watcher = watch(folder, () => {
    watcher.close();
    running.child.kill("SIGINT");
  });
  await running.ended;
  expect([running.child.signalCode, running.output.stdout]).toEqual(["SIGINT", ""]);
  expect((await readdir(folder)).sort()).toEqual(names.toSorted());
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  const stamped = texts.filter((text) => idIn(text) !== "");
  expect(stamped.length).toBeGreaterThan(0);
  expect(stamped.length).toBeLessThan(names.length);
  expect(texts.map((text) => text.replace(/^(?:id|slug): .*\n/gm, "").split("\n").length)).toEqual(
    names.map(() => before.split("\n").length),
  );
});

test("a service is named without a path", async () => {
  const run = await runCli(["publish", await folderWith({}), "--to", `${service.url}/en`]);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain(`It must be the URL of the service without a path: ${service.url}.`);
});
