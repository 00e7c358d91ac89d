import { expect, test } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { contentFile, folderWith } from "../support/content-folders.ts";
import { runCli } from "../support/run-cli.ts";

test("npm start refuses a language without wording before it starts anything, and names the way out", async () => {
  const folder = await folderWith({ "a.md": contentFile() });
  const run = await runCli([
    "start",
    `--port=${await freePort()}`,
    `--content=${folder}`,
    "--var=LANGUAGES:en,tlh",
  ]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain("phrases.yaml:1: is required: communique has no wording in tlh,");
  expect(run.stderr).toContain(
    "or take tlh out of LANGUAGES\n1 fault in 1 file: the service was not started",
  );
});
