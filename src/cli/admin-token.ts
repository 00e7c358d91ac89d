/**
 * The admin token: from the environment, or for a service on this machine from the file that `npm start`
 * writes.
 */
import { parseEnv } from "node:util";
import { CliError, readIfPresent } from "./cli-error.ts";
import { DEV_VARS } from "./paths.ts";

/** @returns undefined if there is none */
export async function findAdminToken(service: URL): Promise<string | undefined> {
  const given = process.env.COMMUNIQUE_TOKEN?.trim();
  if (given) {
    // An HTTP header takes only these characters: fetch would fail with an obscure error.
    if (!/^[\x21-\x7e]+$/.test(given)) {
      throw new CliError(
        "COMMUNIQUE_TOKEN has characters that no token has, such as a line break: copy it again.",
      );
    }
    return given;
  }
  return isLoopback(service) ? (await readVars(DEV_VARS)).ADMIN_TOKEN : undefined;
}

/** Where the token comes from, for people. */
export function tokenSource(): string {
  return process.env.COMMUNIQUE_TOKEN?.trim() ? "COMMUNIQUE_TOKEN" : ".dev.vars";
}

/** The variables in a `.dev.vars` file; empty if the file does not exist, as before the first `npm start`. */
export async function readVars(file: string): Promise<Partial<Record<string, string>>> {
  return parseEnv((await readIfPresent(file))?.toString() ?? "");
}

/** Whether a service runs on this machine. Only such a service is sent the token of this machine's file. */
export function isLoopback(service: URL): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(service.hostname);
}
