/**
 * The service as `npm start` runs it, with its data in a folder of its own.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, spawnCli, type Running } from "./run-cli.ts";

export const TOKEN = "test-token-of-the-command-line";

export interface RunningService {
  url: string;
  process: Running;
  end: () => Promise<void>;
}

/** Starts it, ready to be used; it is to be ended by whoever started it. */
export async function startService(...flags: string[]): Promise<RunningService> {
  try {
    return await startOnce(flags);
  } catch (error) {
    // The runtime opens ports of its own besides, and what else runs here may be quicker.
    if (!String(error).includes("Address already in use")) throw error;
    return await startOnce(flags);
  }
}

async function startOnce(flags: readonly string[]): Promise<RunningService> {
  const port = await freePort();
  const state = await mkdtemp(join(tmpdir(), "communique-state-"));
  const process = spawnCli([
    "start",
    `--port=${port}`,
    "--persist-to",
    state,
    `--var=ADMIN_TOKEN:${TOKEN}`,
    "--var=SECRETS_KEY:dGVzdC1zZWNyZXRzLWtleS1vZi0zMi1ieXRlcy1vci0=",
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
