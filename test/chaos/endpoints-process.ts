/**
 * The endpoints of a chaos run, in a process that can be killed: `node endpoints-process.ts FILE`, where
 * FILE holds an {@link EndpointsConfig} as JSON. An endpoint appends each request to its file, and each
 * acknowledgement before it answers, so that a kill loses no acknowledgement. It does not verify
 * signatures; the arrival check does that later.
 *
 * It also serves as callback of the WebSub hub, whose GET it answers with the challenge.
 *
 *   PUT / on the control port, with a {@link BehaviourRequest} as JSON, changes the behaviour
 */
import { appendFileSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json, text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

export interface EndpointsConfig {
  controlPort: number;
  endpoints: { port: number; file: string }[];
  /** Delay of `late` answers in milliseconds: more than the service's timeout. */
  lateMs: number;
}

/**
 * `answer` with 200; `fail` with 500; `hang` without an answer; `reset` the connection; answer too `late`; `put-off`
 * with 429 and Retry-After. `undecodable` and `cut-off` acknowledge with a 200 whose body cannot be read.
 */
export type Behaviour = "answer" | "fail" | "hang" | "reset" | "late" | "put-off" | "undecodable" | "cut-off";

export interface BehaviourRequest {
  behaviour: Behaviour;
  /** Indexes in the list of endpoints. */
  endpoints: number[];
}

/** A line of an endpoint's file. Times are milliseconds since 1970. */
export type Line =
  | { kind: "arrival"; number: string; atMs: number; headers: Record<string, string>; body: string }
  | { kind: "acknowledged"; number: string; atMs: number };

const [, , configFile = ""] = process.argv;
if (configFile !== "") await run(JSON.parse(readFileSync(configFile, "utf8")) as EndpointsConfig);

async function run({ controlPort, endpoints, lateMs }: EndpointsConfig): Promise<void> {
  const behaviours: Behaviour[] = endpoints.map(() => "answer");
  let arrivals = 0;
  const listening = endpoints.map(({ port, file }, index) => {
    // Ends a line that a kill may have cut off.
    appendFileSync(file, "\n");
    const write = (line: Line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
    return listen(port, async (request, response) => {
      const behaviour = behaviours[index] ?? "answer";
      const body = await text(request);
      const number = `${process.pid}-${(arrivals += 1)}`;
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const { searchParams } = new URL(request.url ?? "/", "http://localhost");
      const isVerification = request.method === "GET";
      if (!isVerification) write({ kind: "arrival", number, atMs: Date.now(), headers, body });
      if (behaviour === "hang") return;
      if (behaviour === "reset") {
        request.socket.resetAndDestroy();
        return;
      }
      if (behaviour === "fail") {
        response.writeHead(500).end("the endpoint fails on purpose");
        return;
      }
      if (behaviour === "put-off") {
        response.writeHead(429, { "retry-after": "1" }).end();
        return;
      }
      if (behaviour === "late") await delay(lateMs);
      if (isVerification) {
        response.end(searchParams.get("hub.challenge"));
        return;
      }
      write({ kind: "acknowledged", number, atMs: Date.now() });
      if (behaviour === "undecodable") {
        response.writeHead(200, { "content-encoding": "gzip", "content-length": 0 }).end();
        return;
      }
      if (behaviour === "cut-off") {
        response.writeHead(200, { "content-length": 100 });
        response.write("It is", () => response.destroy());
        return;
      }
      if (headers["webhook-id"] === undefined) response.end();
      else response.end((JSON.parse(body) as { data: { challenge?: string } }).data.challenge);
    });
  });
  const control = listen(controlPort, async (request, response) => {
    const { behaviour, endpoints: changed } = (await json(request)) as BehaviourRequest;
    for (const index of changed) behaviours[index] = behaviour;
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
  // Longer than any round, because a delivery on a connection that is being closed counts as a failed attempt.
  server.keepAliveTimeout = 600_000;
  return new Promise((listening, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", listening);
  });
}
