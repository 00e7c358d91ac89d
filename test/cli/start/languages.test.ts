import { expect, onTestFinished, test } from "vitest";
import { en } from "../../../src/i18n/en.ts";
import { freePort } from "../../support/free-port.ts";
import { contentFile, folderWith } from "../support/content-folders.ts";
import { runCli, temporaryFolder } from "../support/run-cli.ts";
import { npmStart, TOKEN } from "../support/running-service.ts";

test("npm start --no-content refuses a language without wording, and takes it with phrases.yaml", async () => {
  const port = await freePort();
  const state = await temporaryFolder();
  const flags = [
    `--port=${port}`,
    "--var=LANGUAGES:en,tlh",
    `--persist-to=${state}`,
    `--var=ADMIN_TOKEN:${TOKEN}`,
  ];
  const run = await runCli(["start", "--no-content", ...flags]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toMatch(/^LANGUAGES has tlh, .* A folder with phrases\.yaml is named with --content /);

  const { name: _name, dates: _dates, ...phrases } = en;
  const some = await folderWith({ "phrases.yaml": JSON.stringify({ tlh: { older: "qan" } }) });
  const refused = await runCli(["start", `--content=${some}`, ...flags]);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/phrases\.yaml:1: tlh: lacks .*\bnewer\b/);

  const dates = {
    months: Array.from({ length: 12 }, (_, month) => `jar ${month + 1}`),
    day: "{day} {month} {year}",
  };
  const own = { ...phrases, name: "tlhIngan Hol", dates };
  const whole = await folderWith({ "phrases.yaml": JSON.stringify({ tlh: own }) });
  const first = await npmStart([`--content=${whole}`, ...flags.slice(1)]);
  await first.end();
  // The service has kept the phrases.
  const later = await npmStart(["--no-content", ...flags.slice(1)]);
  onTestFinished(later.end);
  expect((await fetch(`${later.url}/tlh`)).status).toBe(200);
});

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
