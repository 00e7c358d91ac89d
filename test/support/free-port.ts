/**
 * Ports for services that must know theirs before they have it, and keep it over a restart.
 */
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below all that systems hand out to whoever asks for any port, and for outgoing connections (from
 * 32768 on Linux, from 49152 elsewhere): nobody gets it by chance while its service is down.
 */
const FIRST = 20_000;
const LAST = 31_999;
/** Of Vitest's workers, who ask at the same time, each has ports that no other one gives. */
const WORKERS = 8;
const worker = Number(process.env["VITEST_POOL_ID"] ?? 0) % WORKERS;

/** So that one process never gives a port twice, in use or not. */
const given = new Set<number>();

/** A port of 127.0.0.1 that nobody has. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + WORKERS * Math.floor((Math.random() * (LAST - FIRST)) / WORKERS) + worker;
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
