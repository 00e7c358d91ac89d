/**
 * A proxy between a reader and the service that records what crosses the wire, because a reader's own
 * report of its downloads is not reliable.
 */
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

export interface Exchange {
  method: string;
  path: string;
  /** The headers that make the request conditional, or request a delta. */
  condition: { ifNoneMatch?: string; ifModifiedSince?: string; aIm?: string };
  status: number;
  /** The IM header, with which a 226 names its delta format. */
  im: string | undefined;
  /** As sent, possibly compressed. */
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

  /** Returns and forgets the exchanges since the last call. */
  takeExchanges(): Exchange[] {
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
      condition: conditionOf(incoming),
      status: answer.statusCode ?? 0,
      im: joined(answer.headers["im"]),
      bodyBytes: 0,
    };
    this.#exchanges.push(exchange);
    answer.on("data", (chunk: Buffer) => (exchange.bodyBytes += chunk.byteLength));
    outgoing.writeHead(exchange.status, answer.statusMessage, answer.headers);
    // A reader may close the connection early.
    await pipeline(answer, outgoing).catch(() => outgoing.destroy());
  }
}

function conditionOf({ headers }: IncomingMessage): Exchange["condition"] {
  const aIm = joined(headers["a-im"]);
  return {
    ...(headers["if-none-match"] === undefined ? {} : { ifNoneMatch: headers["if-none-match"] }),
    ...(headers["if-modified-since"] === undefined ? {} : { ifModifiedSince: headers["if-modified-since"] }),
    ...(aIm === undefined ? {} : { aIm }),
  };
}

function joined(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(", ") : header;
}
