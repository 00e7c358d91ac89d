import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../support/free-port.ts";
import { runCli } from "./support/run-cli.ts";

const COMMANDS = [
  "start",
  "publish",
  "listen",
  "import",
  "new",
  "preview",
  "check",
  "tag",
  "withdraw",
  "kill",
  "reinstate",
  "subscriptions",
  "deliveries",
  "replay",
  "reseal",
  "deploy",
  "doctor",
];

test.each(COMMANDS)("%s has help", async (command) => {
  const run = await runCli([command, "--help"]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toContain(`Usage: communique ${command}`);
});

test("without a command, the help is printed", async () => {
  expect(await runCli([])).toMatchObject({ code: 0, stdout: expect.stringContaining("Usage: communique") });
});

test("--version prints the version of package.json", async () => {
  const manifest = await readFile(join(import.meta.dirname, "../../package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  expect(await runCli(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test.each([
  [["advertise"]],
  [["import"]],
  [["check", "--strict"]],
  [["publish", "--to", "ftp://press.example"]],
  [["publish", "a", "b"]],
  [["publish", "--withdraw-missing"]],
  [["publish", "--withdraw-missing", " "]],
  [["withdraw", "6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11"]],
  [["kill", "6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11", "--reason", ""]],
  [["tag"]],
  [["new"]],
  [["new", "Title", "--type", "statement"]],
  [["new", "Title", "--lang", "not a tag", "--type", "statement"]],
  [["listen", "--type", "rumour"]],
  [["listen", "--port", "0"]],
  [["start", "--port", "many"]],
  [["subscriptions", "--status", "ill"]],
  [["subscriptions", "--resume"]],
  [["subscriptions", "agency", "--pause", "--resume"]],
  [["deliveries"]],
  [["deliveries", "agency", "--state", "not-sent"]],
  [["deliveries", "agency", "--limit", "0"]],
  [["replay", "agency"]],
  [["replay", "agency", "--after", "1", "--event", "2"]],
  [["replay", "agency", "--event", "2", "--until", "3"]],
  [["replay", "agency", "--after", "1", "--until", "2026-11-26T12:00:00Z"]],
  [["replay", "agency", "--from", "yesterday"]],
])("%j is wrong usage", async (args) => {
  const run = await runCli(args);
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toContain("--help");
});

test("an unreachable service is reported with a remedy", async () => {
  const service = `http://127.0.0.1:${await freePort()}`;
  const run = await runCli(["publish", "--to", service]);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(
    `No service answers at ${service} (ECONNREFUSED): start it with \`npm start\``,
  );
});
