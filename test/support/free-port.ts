/**
 * Ports for services that must know their port before they start, and keep it over a restart.
 */
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below the ephemeral ports (from 32768 on Linux, from 49152 elsewhere), so that no other process gets the
 * port by chance while its service is down.
 */
const FIRST = 20_000;
const LAST = 31_999;
/** Each Vitest worker gives out ports of its own, because workers run at the same time. */
const WORKERS = 8;
const worker = Number(process.env["VITEST_POOL_ID"] ?? 0) % WORKERS;

/** Ports that this process has given out; it gives none twice. */
const given = new Set<number>();

/** A free port of 127.0.0.1. */
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
