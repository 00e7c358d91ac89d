/**
 * The secrets of a service on this machine: generated once and kept in `.dev.vars`, which git ignores.
 */
import { randomBytes } from "node:crypto";
import { appendFile, chmod } from "node:fs/promises";
import { readVars } from "../admin-token.ts";
import { readIfPresent } from "../cli-error.ts";

const GENERATE = {
  ADMIN_TOKEN: () => randomBytes(32).toString("base64url"),
  SECRETS_KEY: () => randomBytes(32).toString("base64"),
  SIGNING_KEY: () => `whsk_${randomBytes(32).toString("base64")}`,
};

/**
 * Appends the secrets that are missing; other lines stay.
 *
 * @param given names of secrets that the user sets for this run
 */
export async function keepSecrets(file: string, given: ReadonlySet<string>): Promise<void> {
  const kept = await readVars(file);
  const lines = Object.entries(GENERATE)
    .filter(([name]) => !kept[name] && !given.has(name))
    .map(([name, generate]) => `${name}=${generate()}\n`);
  if (lines.length === 0) return;
  const lineEnd = /[^\n]$/.test(String((await readIfPresent(file)) ?? "")) ? "\n" : "";
  await appendFile(file, lineEnd + lines.join(""), { mode: 0o600 });
  await chmod(file, 0o600);
}
