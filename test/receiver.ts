/**
 * A real HTTP server on loopback that plays subscribers' endpoints for the tests in workerd. What an
 * endpoint answers is in its URL, one answer for each arrival, the last one for all further ones:
 *
 *   POST /KEY?answers=500,echo,204   answered 500, then with the challenge, then always 204
 *   GET  /KEY                        what has arrived there, as JSON
 *
 * Answers: a status; `echo` (the challenge as JSON); `echo-text`; `hang` (never any); `stall` (a body
 * that never ends); `huge` (a megabyte); `retry-after:SECONDS` (429); `redirect` (302 to /elsewhere).
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";

export interface Arrival {
  headers: Record<string, string>;
  body: string;
  /** Milliseconds since 1970. */
  at: number;
}

declare module "vitest" {
  export interface ProvidedContext {
    receiverUrl: string;
  }
}

export default async function startReceiver(project: TestProject): Promise<() => Promise<void>> {
  const arrivals = new Map<string, Arrival[]>();
  const server = createServer((request, response) => {
    receive(request, response, arrivals).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => {
    server.listen(0, "127.0.0.1", listening);
  });
  project.provide("receiverUrl", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    await new Promise((closed) => {
      server.close(closed);
    });
  };
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  arrivals: Map<string, Arrival[]>,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const here = arrivals.get(url.pathname) ?? [];
  if (request.method === "GET") {
    response.end(JSON.stringify(here));
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  arrivals.set(url.pathname, [...here, { headers, body, at: Date.now() }]);
  const answers = (url.searchParams.get("answers") ?? "204").split(",");
  answer(response, answers[Math.min(here.length, answers.length - 1)] ?? "204", body);
}

function answer(response: ServerResponse, kind: string, body: string): void {
  const challenge = () => (JSON.parse(body) as { data: { challenge: string } }).data.challenge;
  switch (kind.split(":")[0]) {
    case "echo":
      response.end(JSON.stringify({ challenge: challenge() }));
      return;
    case "echo-text":
      response.end(challenge());
      return;
    case "hang":
      return;
    case "stall":
      response.write("and then");
      return;
    case "huge":
      response.end("x".repeat(1_048_576));
      return;
    case "retry-after":
      response.writeHead(429, { "retry-after": kind.split(":")[1] }).end();
      return;
    case "redirect":
      response.writeHead(302, { location: "/elsewhere" }).end();
      return;
    default:
      response.writeHead(Number(kind)).end(kind === "204" ? undefined : "as told");
  }
}
