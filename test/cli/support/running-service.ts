/**
 * Services for the command line to speak to, each with data of its own.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BuiltService } from "../../built/built-service.ts";
import { freePort } from "../../support/free-port.ts";
import { spawnCli, type Running } from "./run-cli.ts";

export const TOKEN = "test-token-of-the-command-line";
const SECRETS_KEY = "dGVzdC1zZWNyZXRzLWtleS1vZi0zMi1ieXRlcy1vci0=";

export interface Service {
  url: string;
  end: () => Promise<void>;
}

export interface StartedService extends Service {
  process: Running;
}

/**
 * A service to publish to, where it matters nothing how it was started; to be ended by whoever asked
 * for it.
 */
export async function startService(vars: Record<string, string> = {}): Promise<Service> {
  const service = await BuiltService.start({ ADMIN_TOKEN: TOKEN, SECRETS_KEY, ...vars });
  return { url: service.url.origin, end: () => service[Symbol.asyncDispose]() };
}

/** As users start it, with `npm start`; back when it says that it is ready. */
export async function npmStart(...flags: string[]): Promise<StartedService> {
  const port = await freePort();
  const state = await mkdtemp(join(tmpdir(), "communique-state-"));
  const process = spawnCli([
    "start",
    `--port=${port}`,
    "--persist-to",
    state,
    `--var=ADMIN_TOKEN:${TOKEN}`,
    `--var=SECRETS_KEY:${SECRETS_KEY}`,
    `--var=SIGNING_KEY:whsk_${SECRETS_KEY}`,
    ...flags,
  ]);
  const end = async (): Promise<void> => {
    process.child.kill("SIGTERM");
    await process.ended;
    await rm(state, { recursive: true, force: true });
  };
  try {
    await process.said(`communique ready on http://localhost:${port}\n`);
  } catch (error) {
    await end();
    throw error;
  }
  return { url: `http://localhost:${port}`, process, end };
}
