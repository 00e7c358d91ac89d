/**
 * Services for tests of the command line, each with its own data.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BuiltService } from "../../built/built-service.ts";
import { freePort } from "../../support/free-port.ts";
import { SETTINGS } from "../../support/settings.ts";
import { spawnCli, type Running } from "./run-cli.ts";

export const TOKEN = "test-token-of-the-command-line-and-its-services-0123";
const SECRETS_KEY = "dGVzdC1zZWNyZXRzLWtleS1vZi0zMi1ieXRlcy1vci0=";

export interface Service {
  url: string;
  end: () => Promise<void>;
}

export interface StartedService extends Service {
  process: Running;
}

/** Starts the built Worker, for tests that do not depend on `npm start`. The caller must end it. */
export async function startService(vars: Record<string, string> = {}): Promise<Service> {
  const service = await BuiltService.start({ ADMIN_TOKEN: TOKEN, SECRETS_KEY, ...vars });
  return { url: service.url.origin, end: () => service[Symbol.asyncDispose]() };
}

/** Starts the service as `npm start` does, and waits for its last line. The caller must end it. */
export async function npmStart(
  flags: readonly string[],
  env: Record<string, string> = {},
  lastLine = "communique ready on",
): Promise<StartedService> {
  const port = await freePort();
  const state = await mkdtemp(join(tmpdir(), "communique-state-"));
  const process = spawnCli(
    [
      "start",
      `--port=${port}`,
      ...(flags.some((flag) => flag.startsWith("--persist-to")) ? [] : ["--persist-to", state]),
      ...Object.entries(SETTINGS).map(([name, value]) => `--var=${name}:${value}`),
      `--var=ADMIN_TOKEN:${TOKEN}`,
      `--var=SECRETS_KEY:${SECRETS_KEY}`,
      `--var=SIGNING_KEY:whsk_${SECRETS_KEY}`,
      ...flags,
    ],
    { env },
  );
  const end = async (): Promise<void> => {
    process.child.kill("SIGTERM");
    await process.ended;
    await rm(state, { recursive: true, force: true });
  };
  try {
    await process.said(`${lastLine} http://localhost:${port}\n`);
  } catch (error) {
    await end();
    throw error;
  }
  return { url: `http://localhost:${port}`, process, end };
}
