/**
 * Requests as fast as a server answers them: a handful of connections, each with one request under way
 * at a time, over bare sockets, because any HTTP client of Node would be slower than the Worker.
 */
import { connect, type Socket } from "node:net";
import { ResponseReader } from "./response-reader.ts";

/** A handful: enough that one is always waiting at the server. */
const CONNECTIONS = 8;
/** Bytes; one buffer for each connection, so that a body costs this process no memory. */
const READ_BYTES = 65_536;

/** A GET, ready to be written. */
export function getRequest(url: URL, headers: Record<string, string> = {}): Buffer {
  const lines = Object.entries({ host: url.host, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.from(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`);
}

/**
 * @param next the request to be sent; undefined when there is none any more
 * @param status of each answer
 * @returns how many were answered
 * @throws {Error} on an answer with another status, or none
 */
export async function load(server: URL, status: number, next: () => Buffer | undefined): Promise<number> {
  const each = Array.from({ length: CONNECTIONS }, () => converse(server, status, next));
  const counts = await Promise.all(each);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** One connection's part. */
async function converse(server: URL, status: number, next: () => Buffer | undefined): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const reader = new ResponseReader();
  let answered = 0;
  const ask = () => {
    const request = next();
    if (request === undefined) resolve(answered);
    else socket.write(request);
  };
  const onBytes = (bytes: Buffer) => {
    const got = reader.push(bytes);
    if (got === undefined) return;
    if (got !== status) reject(new Error(`${got} where ${status} was expected`));
    answered += 1;
    ask();
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
  socket.once("connect", ask);
  socket.once("error", reject);
  socket.once("close", () => reject(new Error("the server has closed the connection")));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
