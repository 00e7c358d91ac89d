/**
 * The endpoints of the delivery benchmark, in a process of their own. Each is a path of an HTTP server and
 * verifies signatures with the public library and the secret of its subscription. Controlled over IPC by
 * delivery-endpoints.ts.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { type Answer, BARE_PREFIX, nowMs, type Request } from "./delivery-endpoints.ts";

const endpoints = new Map<string, Webhook>();
/** Paths that accept requests without answering. */
let hanging = new Set<string>();
const held = new Set<ServerResponse>();
/** By event and path: time of verification, in milliseconds of nowMs(). */
const receipts = new Map<string, Map<string, number>>();
/** The first signature that did not verify. */
let rejected: string | undefined;
let awaited: { event: string; count: number } | undefined;
/** The last request, whose bytes the bare loop sends again. */
let last: Answer["last"];

const server = createServer((request, response) => {
  receive(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 600_000;
/** The server of the endpoints whose port can be closed. */
const closable = createServer((request, response) => {
  receive(request, response).catch(() => response.destroy());
});
closable.keepAliveTimeout = 600_000;

server.listen(0, "127.0.0.1", () => {
  closable.listen(0, "127.0.0.1", () => send({ ports: [portOf(server), portOf(closable)] }));
});
let closedPort = 0;

// Ends with the benchmark, even if a signal kills the benchmark.
process.on("disconnect", () => process.exit());
process.on("message", (request: Request) => {
  switch (request.do) {
    case "trust":
      for (const [path, secret] of Object.entries(request.secrets)) endpoints.set(path, new Webhook(secret));
      return send({});
    case "fail":
      hanging = new Set(request.hanging);
      closedPort = portOf(closable);
      closable.close();
      closable.closeAllConnections();
      return send({});
    case "recover":
      hanging = new Set();
      // Only the held ones, because a delivery on a connection that is being closed would fail.
      for (const response of held) response.destroy();
      held.clear();
      if (closable.listening) return send({});
      closable.listen(closedPort, "127.0.0.1", () => send({}));
      return;
    case "await":
      awaited = { event: request.event, count: request.count };
      answerIfComplete();
      return;
  }
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? "/";
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  if (hanging.has(path)) {
    held.add(response);
    return;
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const event = headers["webhook-id"] ?? "";
  const endpoint = endpoints.get(event.startsWith(BARE_PREFIX) ? BARE_PREFIX : path);
  try {
    endpoint?.verify(body, headers);
  } catch (error) {
    rejected ??= `${path} ${event}: ${String(error)}`;
    response.writeHead(401).end();
    answerIfComplete();
    return;
  }
  const atMs = nowMs();
  const times = receipts.get(event) ?? new Map<string, number>();
  receipts.set(event, times.set(path, times.get(path) ?? atMs));
  last = { body, headers };
  response.writeHead(204).end();
  answerIfComplete();
}

function answerIfComplete(): void {
  if (awaited === undefined) return;
  const times = receipts.get(awaited.event) ?? new Map<string, number>();
  if (times.size < awaited.count && rejected === undefined) return;
  awaited = undefined;
  send({ receipts: Object.fromEntries(times), rejected, last });
}

function send(answer: Answer): void {
  process.send?.(answer);
}

function portOf(of: typeof server): number {
  return (of.address() as AddressInfo).port;
}
