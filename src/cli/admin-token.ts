/**
 * The admin token: from the environment, or for a service on this machine from the file of `npm start`.
 */
import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { DEV_VARS } from "./paths.ts";
import { CliError, systemCode } from "./cli-error.ts";

/** @returns undefined if there is none to be found */
export async function findAdminToken(service: URL): Promise<string | undefined> {
  const given = process.env.COMMUNIQUE_TOKEN?.trim();
  if (given) {
    // A header can carry no more than this; a pasted line break would end as an unreadable error.
    if (!/^[\x21-\x7e]+$/.test(given)) {
      throw new CliError("COMMUNIQUE_TOKEN has characters that no token has: copy it again.");
    }
    return given;
  }
  return isLoopback(service) ? (await readKeptVars(DEV_VARS)).ADMIN_TOKEN : undefined;
}

/** The variables in a `.dev.vars` file; none if there is no such file, as before the first `npm start`. */
export async function readKeptVars(file: string): Promise<Partial<Record<string, string>>> {
  try {
    return parseEnv(await readFile(file, "utf8"));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return {};
    throw error;
  }
}

/** Whether a service is on this machine, so that its token may be taken from this machine's file. */
export function isLoopback(service: URL): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(service.hostname);
}
