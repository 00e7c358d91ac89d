import { expect, test } from "vitest";
import { freePort } from "../support/free-port.ts";
import { runCli } from "./support/run-cli.ts";

const COMMANDS = [
  "start",
  "publish",
  "listen",
  "import",
  "check",
  "tag",
  "withdraw",
  "kill",
  "reinstate",
  "subscriptions",
  "deliveries",
  "replay",
];

test.each(COMMANDS)("%s has help", async (command) => {
  const run = await runCli([command, "--help"]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  expect(run.stdout).toContain(`Usage: communique ${command}`);
});

test("without a command the help is shown", async () => {
  expect(await runCli([])).toMatchObject({ code: 0, stdout: expect.stringContaining("Usage: communique") });
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
  [["listen", "--type", "rumour"]],
  [["listen", "--port", "0"]],
  [["start", "--port", "many"]],
  [["subscriptions", "--status", "ill"]],
  [["subscriptions", "--resume"]],
  [["subscriptions", "desk", "--pause", "--resume"]],
  [["deliveries"]],
  [["deliveries", "desk", "--state", "not-sent"]],
  [["deliveries", "desk", "--limit", "0"]],
  [["replay", "desk"]],
  [["replay", "desk", "--after", "1", "--event", "2"]],
  [["replay", "desk", "--event", "2", "--until", "3"]],
  [["replay", "desk", "--after", "1", "--until", "2026-11-26T12:00:00Z"]],
  [["replay", "desk", "--from", "yesterday"]],
])("%j is wrong usage", async (args) => {
  const run = await runCli(args);
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toContain("--help");
});

test("a service that is not there is said not to be there, with what to do", async () => {
  const service = `http://127.0.0.1:${await freePort()}`;
  const run = await runCli(["publish", "--to", service]);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(
    `No service answers at ${service} (ECONNREFUSED): start it with \`npm start\``,
  );
});
