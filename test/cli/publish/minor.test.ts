import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { contentFile, folderWith } from "../support/content-folders.ts";
import { runCli, type Run } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

const publish = (folder: string, ...options: string[]): Promise<Run> =>
  runCli(["publish", ".", "--to", service.url, ...options], {
    cwd: folder,
    env: { COMMUNIQUE_TOKEN: TOKEN },
  });

test("a minor change of a number is refused with its line, until it says reallyMinor", async () => {
  const body = "First line.\n\nIt cost 10 million.";
  const content = contentFile("", body);
  const folder = await folderWith({ "a.md": content });
  await publish(folder);
  const changed = (fields: string, cost: number) =>
    content.replace("---\n\n", `${fields}---\n\n`).replace("10 million", `${cost} million`);
  const write = (text: string) => writeFile(join(folder, "a.md"), text);

  await write(changed("change: minor\n", 12));
  const refusal =
    "a.md:13: body: changes a number (“10” → “12”), so it is not minor: make it major, with a note, or say reallyMinor: true";
  for (const options of [[], ["--dry-run"]]) {
    const { code, stderr } = await publish(folder, ...options);
    expect([code, stderr]).toEqual([1, expect.stringContaining(refusal)]);
  }

  const really = "change: minor\nreallyMinor: true\n";
  await write(changed(really, 12));
  expect((await publish(folder)).stdout).toMatch(/^edition 2 /);
  // The lines may stay as long as the text does.
  expect((await publish(folder)).stdout).toBe("1 release: 1 unchanged\n");
  await write(changed(really, 14));
  const leftOver = await publish(folder);
  expect([leftOver.code, leftOver.stderr]).toEqual([
    1,
    expect.stringContaining("a.md:9: reallyMinor: is left over from edition 2"),
  ]);

  await write(changed("change: major\nnote: The cost\nreallyMinor: true\n", 14));
  const contradiction = await runCli(["check", "."], { cwd: folder });
  expect([contradiction.code, contradiction.stderr]).toEqual([
    1,
    expect.stringContaining("a.md:10: reallyMinor: belongs to a minor change"),
  ]);
});

test("a note is corrected by another note of the same text", async () => {
  const content = contentFile();
  const folder = await folderWith({ "a.md": content });
  await publish(folder);
  const write = (fields: string) =>
    writeFile(join(folder, "a.md"), content.replace("---\n\nIt was held", `${fields}---\n\nIt was not held`));
  await write("change: major\nnote: It was nto held\n");
  expect((await publish(folder)).stdout).toMatch(/^edition 2 /);
  await write("change: minor\nnote: It was not held\n");
  expect((await publish(folder, "--dry-run")).stdout).toMatch(/^would be edition 3 /);
  expect((await publish(folder)).stdout).toMatch(/^edition 3 /);
  expect((await publish(folder)).stdout).toBe("1 release: 1 unchanged\n");
});
