/**
 * Stands between a reader and the service and writes down what crosses the wire: what a reader says
 * of its own downloads is not what it downloads.
 */
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

export interface Exchange {
  method: string;
  path: string;
  /** What made the request conditional, or asked for less than all. */
  asked: { ifNoneMatch?: string; ifModifiedSince?: string; aIm?: string };
  status: number;
  /** The header of that name, with which a 226 says what was left out. */
  im: string | undefined;
  /** As they were sent, compressed or not. */
  bodyBytes: number;
}

export class CountingProxy implements AsyncDisposable {
  readonly #target: URL;
  readonly #server = createServer((incoming, outgoing) => this.#forward(incoming, outgoing));
  #exchanges: Exchange[] = [];

  private constructor(target: URL) {
    this.#target = target;
  }

  static async start(target: URL): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    await once(proxy.#server.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  /** What was exchanged since it was last asked. */
  taken(): Exchange[] {
    return this.#exchanges.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const onward = request({
      hostname: this.#target.hostname,
      port: this.#target.port,
      method: incoming.method,
      path: incoming.url,
      headers: { ...incoming.headers, host: this.#target.host },
    });
    onward.on("response", (answer) => void this.#answer(incoming, answer, outgoing));
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  }

  async #answer(incoming: IncomingMessage, answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const exchange: Exchange = {
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      asked: askedBy(incoming),
      status: answer.statusCode ?? 0,
      im: one(answer.headers["im"]),
      bodyBytes: 0,
    };
    this.#exchanges.push(exchange);
    answer.on("data", (chunk: Buffer) => (exchange.bodyBytes += chunk.byteLength));
    outgoing.writeHead(exchange.status, answer.statusMessage, answer.headers);
    // A reader that hangs up early has what it wanted.
    await pipeline(answer, outgoing).catch(() => outgoing.destroy());
  }
}

function askedBy({ headers }: IncomingMessage): Exchange["asked"] {
  const aIm = one(headers["a-im"]);
  return {
    ...(headers["if-none-match"] === undefined ? {} : { ifNoneMatch: headers["if-none-match"] }),
    ...(headers["if-modified-since"] === undefined ? {} : { ifModifiedSince: headers["if-modified-since"] }),
    ...(aIm === undefined ? {} : { aIm }),
  };
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(", ") : header;
}
