/**
 * Sends a request as it is: `fetch` would correct its path and refuse its headers.
 */
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from "node:http";
import { gunzipSync } from "node:zlib";
import type { FuzzRequest } from "./request.ts";

/** An answer, or why there is none. Times are milliseconds. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  ms: number;
  /** The connection failed, or nothing came in time. */
  error?: string;
}

/** Milliseconds after which the service has failed to answer. */
export const ANSWER_MS_MAX = 2_000;

/** Bytes of the headers of an answer: a Location may be as long as the target of its request. */
const HEADER_BYTES_MAX = 131_072;

export function newAgent(connections: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: connections });
}

export async function send(agent: Agent, service: URL, request: FuzzRequest): Promise<Answer> {
  const answer = await sendOnce(agent, service, request);
  // A server may close a connection that waits; the client of a new one cannot know (RFC 9112, 9.3.1).
  return answer.error === "closed while waiting" ? sendOnce(agent, service, request) : answer;
}

function sendOnce(
  agent: Agent,
  service: URL,
  { method, path, headers, body, lies }: FuzzRequest,
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const startedMs = performance.now();
  const end = (answer: Partial<Answer>) => {
    clearTimeout(timer);
    const ms = performance.now() - startedMs;
    resolve({ status: 0, headers: {}, body: Buffer.alloc(0), ...answer, ms });
  };
  const request = httpRequest({
    host: service.hostname,
    port: service.port,
    method,
    path,
    headers: headers.flat(),
    maxHeaderSize: HEADER_BYTES_MAX,
    agent: lies ? false : agent,
  });
  const timer = setTimeout(() => {
    end({ error: `no whole answer within ${ANSWER_MS_MAX} ms` });
    request.destroy();
  }, ANSWER_MS_MAX);
  request.once("error", (error: NodeJS.ErrnoException) => {
    const wasWaiting = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
    end({ error: wasWaiting ? "closed while waiting" : String(error) });
  });
  request.once("response", (response) => {
    readBody(response).then(
      (bytes) => end({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
      (error: unknown) =>
        end({ status: response.statusCode ?? 0, headers: response.headers, error: String(error) }),
    );
  });
  request.end(body, () => {
    // The service must not wait for the bytes that Content-Length promises.
    if (lies) request.socket?.end();
  });
  return promise;
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  // A stream of events has no end.
  if (response.headers["content-type"]?.startsWith("text/event-stream") === true) {
    response.destroy();
    return Buffer.alloc(0);
  }
  const body = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>));
  return response.headers["content-encoding"] === "gzip" && body.length > 0 ? gunzipSync(body) : body;
}
