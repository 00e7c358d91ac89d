/**
 * Services for tests outside workerd: the built Worker on workerd, all run by this one process. A start
 * takes half a second, while `wrangler dev` would bundle again and run a second runtime in front.
 *
 *   POST /          starts a service. Body: its vars as JSON. Answer: its URL
 *   DELETE /?url=…  ends a service
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { TestProject } from "vitest/node";
import { BuiltWorker } from "../bench/built-worker.ts";
import { freePort } from "../support/free-port.ts";
import { SETTINGS } from "../support/settings.ts";

declare module "vitest" {
  export interface ProvidedContext {
    builtServices: string;
  }
}

export default async function provideServices(project: TestProject): Promise<() => Promise<void>> {
  const running = new Map<string, BuiltWorker>();
  const server = createServer((request, response) => {
    answer(request, running).then(
      (body) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((listening) => {
    server.listen(0, "127.0.0.1", listening);
  });
  project.provide("builtServices", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    await new Promise((closed) => {
      server.close(closed);
    });
    await Promise.all([...running.values()].map((service) => service[Symbol.asyncDispose]()));
  };
}

async function answer(request: IncomingMessage, running: Map<string, BuiltWorker>): Promise<unknown> {
  if (request.method === "DELETE") {
    const url = new URL(request.url ?? "", "http://localhost").searchParams.get("url") ?? "";
    await running.get(url)?.[Symbol.asyncDispose]();
    return { ended: running.delete(url) };
  }
  const vars = (await json(request)) as Record<string, string>;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  running.set(url, await BuiltWorker.start({ ...SETTINGS, BASE_URL: url, ...vars }, undefined, false, port));
  return { url };
}
