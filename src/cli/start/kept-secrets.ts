/**
 * The secrets of a service: generated once and kept in a file, `.dev.vars` by default, which git ignores.
 */
import { randomBytes } from "node:crypto";
import { realpath } from "node:fs/promises";
import { readVars } from "../admin-token.ts";
import { readIfPresent } from "../cli-error.ts";
import { replaceFile } from "../replace-file.ts";

const GENERATE = {
  ADMIN_TOKEN: () => randomBytes(32).toString("base64url"),
  SECRETS_KEY: () => randomBytes(32).toString("base64"),
  SIGNING_KEY: () => `whsk_${randomBytes(32).toString("base64")}`,
};

export type SecretName = keyof typeof GENERATE;
/** New secrets, for a service that keeps nothing. */
export function newSecrets(): Record<SecretName, string> {
  return Object.fromEntries(SECRET_NAMES.map((name) => [name, GENERATE[name]()])) as Record<
    SecretName,
    string
  >;
}

export const SECRET_NAMES = Object.keys(GENERATE) as SecretName[];

/**
 * Adds the secrets that are missing, in one step that a crash cannot cut in two; other lines stay.
 *
 * @param given names of secrets that the service has from elsewhere
 * @returns the names of those that it made
 */
export async function keepSecrets(file: string, given: ReadonlySet<string>): Promise<SecretName[]> {
  const kept = await readVars(file);
  const made = SECRET_NAMES.filter((name) => !kept[name] && !given.has(name));
  if (made.length === 0) return made;
  const before = await readIfPresent(file);
  const text = String(before ?? "").replace(/[^\n]$/, "$&\n");
  const lines = made.map((name) => `${name}=${GENERATE[name]()}\n`);
  const path = before === undefined ? file : await realpath(file);
  await replaceFile(path, text + lines.join(""), 0o600);
  return made;
}
