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

const publish = (folder: string): Promise<Run> =>
  runCli(["publish", ".", "--to", service.url], { cwd: folder, env: { COMMUNIQUE_TOKEN: TOKEN } });

test("publish names the edition that a translation is behind, and `follows` with it settles that", async () => {
  const en = contentFile("group: summit\n");
  const fr = contentFile("group: summit\n").replace("lang: en", "lang: fr");
  const folder = await folderWith({ "en.md": en, "fr.md": fr });
  await publish(folder);
  await writeFile(
    join(folder, "en.md"),
    en.replace("---\n\nIt was", "change: major\nnote: The day\n---\n\nIt will be"),
  );
  const behind =
    /^fr\.md: behind edition 2 of \S+\/en\/releases\/session-\d+\. Correct it \(change: major\), or write `follows: 2` if/m;
  expect((await publish(folder)).stderr).toMatch(behind);
  const { stdout, stderr } = await publish(folder);
  expect(stdout).toBe("2 releases: 2 unchanged\n");
  expect(stderr).toMatch(behind);

  await writeFile(join(folder, "fr.md"), fr.replace("---\n\nIt", "follows: 2\n---\n\nIt"));
  const followed = await publish(folder);
  expect(followed.stdout).toMatch(
    /^follows 2 +\S+ {2}\(fr\.md\)\n2 releases: 1 following a translation, 1 unchanged\n$/,
  );
  expect(followed.stderr).not.toContain("behind");
  expect((await publish(folder)).stdout).toBe("2 releases: 2 unchanged\n");
});
