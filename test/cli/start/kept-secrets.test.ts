import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { keepSecrets } from "../../../src/cli/start/kept-secrets.ts";
import { temporaryFolder } from "../support/run-cli.ts";

test("missing secrets are generated, in a file that only its owner can read", async () => {
  const file = join(await temporaryFolder(), ".dev.vars");
  await keepSecrets(file, new Set());
  const vars = parseEnv(await readFile(file, "utf8"));
  expect(Buffer.from(vars.ADMIN_TOKEN ?? "", "base64url")).toHaveLength(32);
  expect(Buffer.from(vars.SECRETS_KEY ?? "", "base64")).toHaveLength(32);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("existing secrets and other lines are not changed", async () => {
  const file = join(await temporaryFolder(), ".dev.vars");
  await writeFile(file, "# mine\nADMIN_TOKEN=kept\nTITLE=Press");
  await keepSecrets(file, new Set());
  const once = await readFile(file, "utf8");
  expect(once).toMatch(/^# mine\nADMIN_TOKEN=kept\nTITLE=Press\nSECRETS_KEY=\S+\nSIGNING_KEY=whsk_\S+\n$/);
  await keepSecrets(file, new Set());
  expect(await readFile(file, "utf8")).toBe(once);
});

test("a secret given for this run is not generated", async () => {
  const file = join(await temporaryFolder(), ".dev.vars");
  await keepSecrets(file, new Set(["ADMIN_TOKEN", "SECRETS_KEY", "SIGNING_KEY"]));
  await expect(stat(file)).rejects.toThrow("ENOENT");
});
