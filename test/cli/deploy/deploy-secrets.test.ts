import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { beforeEach, expect, test } from "vitest";
import { secretsToSend } from "../../../src/cli/deploy/deploy-secrets.ts";
import { temporaryFolder } from "../support/run-cli.ts";

const KEY = "YSBrZXkgb2YgMzIgYnl0ZXMgZm9yIHRoZXNlIHRlc3RzIQ==";

let file: string;
beforeEach(async () => {
  file = join(await temporaryFolder(), "press.secrets");
});

/** A Worker that runs the service, with these secrets. */
function worker(...secrets: string[]): { secrets: Set<string>; bindings: Set<string> } {
  return { secrets: new Set(secrets), bindings: new Set(["NEWSROOM", "DOCUMENTS"]) };
}

test("a new Worker gets what the file has, and the rest is made", async () => {
  await writeFile(file, `SECRETS_KEY=${KEY}\n`);
  const { values, lines } = await secretsToSend(undefined, file, false);
  expect(values).toMatchObject({ SECRETS_KEY: KEY, SIGNING_KEY: expect.stringMatching(/^whsk_/) });
  expect(parseEnv(await readFile(file, "utf8"))).toEqual(values);
  expect(lines.join("\n")).toContain(`SECRETS_KEY: taken from ${file}`);
  expect(lines.join("\n")).toContain(`ADMIN_TOKEN, SIGNING_KEY: made, and kept in ${file}`);
});

test("a Worker with all secrets gets none, whatever the file has", async () => {
  await writeFile(file, "ADMIN_TOKEN=letmein\n");
  const { values } = await secretsToSend(worker("ADMIN_TOKEN", "SECRETS_KEY", "SIGNING_KEY"), file, false);
  expect(values).toEqual({});
  expect(await readFile(file, "utf8")).toBe("ADMIN_TOKEN=letmein\n");
});

test("a lost ADMIN_TOKEN or SIGNING_KEY is made, and the output says what that changes", async () => {
  const { values, lines } = await secretsToSend(worker("SECRETS_KEY"), file, false);
  expect(Object.keys(values)).toEqual(["ADMIN_TOKEN", "SIGNING_KEY"]);
  expect(lines.join("\n")).toContain(
    "had no ADMIN_TOKEN: every COMMUNIQUE_TOKEN that was set before is refused",
  );
  expect(lines.join("\n")).toContain(
    "had no SIGNING_KEY: receivers that verify v1a fetch the new public key",
  );
  expect(lines.join("\n")).not.toContain(values["ADMIN_TOKEN"] ?? "");
});

test("a lost SECRETS_KEY is only made if the office says so", async () => {
  const running = worker("ADMIN_TOKEN", "SIGNING_KEY");
  await expect(secretsToSend(running, file, false)).rejects.toThrow("--new-secrets-key");
  await expect(stat(file)).rejects.toThrow("ENOENT");
  const { values, lines } = await secretsToSend(running, file, true);
  expect(Object.keys(values)).toEqual(["SECRETS_KEY"]);
  expect(lines.join("\n")).toContain("subscriptions from before get nothing until each has a new secret");
});

test("a Worker of this name that never ran the service is treated as new", async () => {
  const other = { secrets: new Set<string>(), bindings: new Set<string>() };
  expect(Object.keys((await secretsToSend(other, file, false)).values)).toHaveLength(3);
});

test.each([
  ["ADMIN_TOKEN=letmein", "ADMIN_TOKEN must be at least 32 random bytes in base64"],
  [`SECRETS_KEY=${KEY},short`, "SECRETS_KEY must be at least"],
  ["SIGNING_KEY=whsk_c2hvcnQ=", "SIGNING_KEY must be whsk_"],
])("%s in the file is refused", async (line, reason) => {
  await writeFile(file, `${line}\n`);
  await expect(secretsToSend(undefined, file, false)).rejects.toThrow(reason);
});
