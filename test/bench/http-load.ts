/**
 * Sends requests as fast as a server answers, over a few bare sockets with one request at a time each,
 * because every HTTP client of Node is slower than the Worker.
 */
import { connect, type Socket } from "node:net";
import { ResponseReader } from "./response-reader.ts";

/** Enough that a request always waits at the server. */
const CONNECTIONS = 8;
/** Size of the one buffer of each connection, so that bodies cost this process no memory. */
const READ_BYTES = 65_536;

/** The bytes of a GET request. */
export function getRequest(url: URL, headers: Record<string, string> = {}): Buffer {
  const lines = Object.entries({ host: url.host, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.from(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`);
}

/**
 * @param next returns the next request, or undefined at the end
 * @param status the expected status of every answer
 * @returns the number of answers
 * @throws {Error} on another status, or if the connection ends
 */
export async function load(server: URL, status: number, next: () => Buffer | undefined): Promise<number> {
  const each = Array.from({ length: CONNECTIONS }, () => runConnection(server, status, next));
  const counts = await Promise.all(each);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Sends requests over one connection. */
async function runConnection(server: URL, status: number, next: () => Buffer | undefined): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const reader = new ResponseReader();
  let answered = 0;
  const sendNext = () => {
    const request = next();
    if (request === undefined) resolve(answered);
    else socket.write(request);
  };
  const onBytes = (bytes: Buffer) => {
    const got = reader.push(bytes);
    if (got === undefined) return;
    if (got !== status) reject(new Error(`status ${got}; expected: ${status}`));
    answered += 1;
    sendNext();
  };
  const socket: Socket = connect({
    host: server.hostname,
    port: Number(server.port),
    noDelay: true,
    onread: {
      buffer: Buffer.allocUnsafe(READ_BYTES),
      callback: (count, buffer) => {
        try {
          onBytes(Buffer.from(buffer.buffer, buffer.byteOffset, count));
        } catch (error) {
          reject(error);
        }
        return true;
      },
    },
  });
  socket.once("connect", sendNext);
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("the server closed the connection")));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
