/**
 * The desks of the delivery benchmark, in a process of their own: each is a path of one HTTP server,
 * and believes nothing but a signature that the public library verifies with that desk's secret.
 * Spoken to over IPC: see delivery-desks.ts.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { type Answer, BARE_PREFIX, type Request } from "./delivery-desks.ts";

const desks = new Map<string, Webhook>();
/** Those that take a request and answer nothing. */
let hanging = new Set<string>();
const held = new Set<ServerResponse>();
/** By event: when each desk had verified it, in milliseconds of the machine's own clock. */
const receipts = new Map<string, Map<string, number>>();
/** Why the first one that was not believed was not. */
let distrusted: string | undefined;
let awaited: { event: string; count: number } | undefined;
/** What the last request said, for who sends the same bytes again. */
let last: Answer["last"];

const server = createServer((request, response) => {
  receive(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 600_000;
/** Desks whose port can be closed: nobody listens. */
const mortal = createServer((request, response) => {
  receive(request, response).catch(() => response.destroy());
});
mortal.keepAliveTimeout = 600_000;

server.listen(0, "127.0.0.1", () => {
  mortal.listen(0, "127.0.0.1", () => send({ ports: [portOf(server), portOf(mortal)] }));
});
const mortalPort = () => portOf(mortal);
let closedPort = 0;

// Nothing is left behind by a run that was cut off.
process.on("disconnect", () => process.exit());
process.on("message", (request: Request) => {
  switch (request.do) {
    case "trust":
      for (const [path, secret] of Object.entries(request.secrets)) desks.set(path, new Webhook(secret));
      return send({});
    case "die":
      hanging = new Set(request.hanging);
      closedPort = mortalPort();
      mortal.close();
      mortal.closeAllConnections();
      return send({});
    case "live":
      hanging = new Set();
      // These alone: a delivery that sets out on a connection that is being closed is lost to it.
      for (const response of held) response.destroy();
      held.clear();
      if (mortal.listening) return send({});
      mortal.listen(closedPort, "127.0.0.1", () => send({}));
      return;
    case "await":
      awaited = { event: request.event, count: request.count };
      answerIfThere();
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
  const desk = desks.get(event.startsWith(BARE_PREFIX) ? BARE_PREFIX : path);
  try {
    desk?.verify(body, headers);
  } catch (error) {
    distrusted ??= `${path} ${event}: ${String(error)}`;
    response.writeHead(401).end();
    answerIfThere();
    return;
  }
  const atMs = Number(process.hrtime.bigint()) / 1e6;
  const here = receipts.get(event) ?? new Map<string, number>();
  receipts.set(event, here.set(path, here.get(path) ?? atMs));
  last = { body, headers };
  response.writeHead(204).end();
  answerIfThere();
}

function answerIfThere(): void {
  if (awaited === undefined) return;
  const here = receipts.get(awaited.event) ?? new Map<string, number>();
  if (here.size < awaited.count && distrusted === undefined) return;
  awaited = undefined;
  send({ receipts: Object.fromEntries(here), distrusted, last });
}

function send(answer: Answer): void {
  process.send?.(answer);
}

function portOf(of: typeof server): number {
  return (of.address() as AddressInfo).port;
}
