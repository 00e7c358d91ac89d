/**
 * The receivers of a chaos run in a process of their own, so that it can be killed: `node
 * receivers-process.ts PLACE`, where PLACE is a {@link Place} as JSON in a file. Each writes down what
 * came, and what it says yes to before it says so: what was acknowledged is known whoever is killed.
 * It believes everything; signatures are judged afterwards from what is written.
 *
 *   PUT / on the control port, {@link Told} as JSON: from now on these behave like this
 */
import { appendFileSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json, text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

export interface Place {
  controlPort: number;
  receivers: { port: number; file: string }[];
  /** Milliseconds after which `late` answers: later than the service waits. */
  lateMs: number;
}

/** `answer` 200; `fail` 500; `hang`: say nothing; `reset` the connection; `late`: answer when nobody waits any more. */
export const CONDUCTS = ["answer", "fail", "hang", "reset", "late"] as const;
export type Conduct = (typeof CONDUCTS)[number];

export interface Told {
  conduct: Conduct;
  /** By their place in the list. */
  receivers: number[];
}

/** A line of a receiver's file. Times are milliseconds since 1970. */
export type Line =
  | { kind: "arrival"; number: string; atMs: number; headers: Record<string, string>; body: string }
  | { kind: "acknowledged"; number: string; atMs: number };

const [, , placeFile = ""] = process.argv;
if (placeFile !== "") await run(JSON.parse(readFileSync(placeFile, "utf8")) as Place);

async function run({ controlPort, receivers, lateMs }: Place): Promise<void> {
  const conducts: Conduct[] = receivers.map(() => "answer");
  let arrivals = 0;
  const listening = receivers.map(({ port, file }, index) => {
    // A line that the last one did not live to end.
    appendFileSync(file, "\n");
    const write = (line: Line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
    return listen(port, async (request, response) => {
      const conduct = conducts[index] ?? "answer";
      const body = await text(request);
      const number = `${process.pid}-${(arrivals += 1)}`;
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      write({ kind: "arrival", number, atMs: Date.now(), headers, body });
      if (conduct === "hang") return;
      if (conduct === "reset") {
        request.socket.resetAndDestroy();
        return;
      }
      if (conduct === "fail") {
        response.writeHead(500).end("out of order");
        return;
      }
      if (conduct === "late") await delay(lateMs);
      write({ kind: "acknowledged", number, atMs: Date.now() });
      response.end((JSON.parse(body) as { data: { challenge?: string } }).data.challenge);
    });
  });
  const control = listen(controlPort, async (request, response) => {
    const { conduct, receivers: told } = (await json(request)) as Told;
    for (const index of told) conducts[index] = conduct;
    response.end();
  });
  await Promise.all([...listening, control]);
  console.log("Ready");
}

function listen(
  port: number,
  receive: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  // Longer than any round: a connection that is closed while a delivery sets out on it is a failed attempt.
  server.keepAliveTimeout = 600_000;
  return new Promise((listening, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", listening);
  });
}
