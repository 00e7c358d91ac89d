/**
 * The secrets of a service on this machine: made once, kept in `.dev.vars`, which git ignores.
 */
import { randomBytes } from "node:crypto";
import { appendFile, chmod, readFile } from "node:fs/promises";
import { readKeptVars } from "../admin-token.ts";
import { systemCode } from "../cli-error.ts";

const MAKE = {
  ADMIN_TOKEN: () => randomBytes(32).toString("base64url"),
  SECRETS_KEY: () => randomBytes(32).toString("base64"),
  SIGNING_KEY: () => `whsk_${randomBytes(32).toString("base64")}`,
};

/**
 * Adds to the file what neither it nor this run has; its other lines stay.
 *
 * @param given the names given for this run
 */
export async function keepSecrets(file: string, given: ReadonlySet<string>): Promise<void> {
  const kept = await readKeptVars(file);
  const made = Object.entries(MAKE)
    .filter(([name]) => !kept[name] && !given.has(name))
    .map(([name, make]) => `${name}=${make()}\n`);
  if (made.length === 0) return;
  const unfinished = /[^\n]$/.test(await readIfThere(file)) ? "\n" : "";
  await appendFile(file, unfinished + made.join(""), { mode: 0o600 });
  await chmod(file, 0o600);
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "";
    throw error;
  }
}
