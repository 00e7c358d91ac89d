/**
 * A newsroom desk that receives events: it believes nothing but a valid signature, writes down what
 * came when, and can be told to behave badly.
 */
import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";

/** `answer` 204; `hold`: take the request and say nothing; `refuse`: drop connections; `fail`: answer 500. */
export type Conduct = "answer" | "hold" | "refuse" | "fail";

/** One request that came in with a valid signature. Times as of `performance.now()`. */
export interface Arrival {
  /** The `webhook-id`. */
  id: string;
  body: string;
  message: Message;
  /** When its last byte was there. */
  atMs: number;
  /** When the 2xx for it was handed to the system; undefined if it got none. */
  acknowledgedMs?: number;
}

/** An event as far as the receiver reads it. */
export interface Message {
  type: string;
  data: { sequence?: number; challenge?: string; release?: { id: string; edition: number; title: string } };
}

export class Receiver implements AsyncDisposable {
  conduct: Conduct = "answer";
  readonly arrivals: Arrival[] = [];
  /** Why requests were not believed. */
  readonly distrusted: string[] = [];
  /** Connections that were dropped. */
  refused = 0;
  readonly #changes = new EventEmitter();
  /** The service may call before its answer with the secret was read; such calls wait for it. */
  readonly #secret = Promise.withResolvers<string>();
  #server: Server | undefined;
  #port = 0;

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.up();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** From here on signatures can be judged. */
  trust(secret: string): void {
    this.#secret.resolve(secret);
  }

  /** Opens its port: the same one again after {@link down}. */
  async up(): Promise<void> {
    const server = createServer((request, response) => {
      this.#receive(request, response).catch(() => response.destroy());
    });
    server.on("connection", (socket) => {
      if (this.conduct !== "refuse") return;
      socket.destroy();
      this.refused += 1;
      this.#changes.emit("change");
    });
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (typeof address === "object" && address !== null) this.#port = address.port;
    this.#server = server;
  }

  /** Closes its port, and every connection. */
  async down(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }

  /** Takes on another conduct; what is held, or kept open for the next request, is cut off. */
  behave(conduct: Conduct): void {
    this.conduct = conduct;
    this.#server?.closeAllConnections();
  }

  /** All arrivals of one release's events. */
  of(release: string): Arrival[] {
    return this.arrivals.filter(({ message }) => message.data.release?.id === release);
  }

  /**
   * Resolves when what came in fulfils a condition.
   *
   * @param what in words, for the message of the failure
   * @throws {Error} when the time is up
   */
  async until(what: string, withinMs: number, condition: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(withinMs);
    while (!condition()) {
      try {
        await once(this.#changes, "change", { signal });
      } catch (error) {
        const distrusted = this.distrusted.length > 0 ? `; distrusted: ${this.distrusted.join(", ")}` : "";
        throw new Error(`not within ${withinMs} ms: ${what}${distrusted}`, { cause: error });
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // As it was when the request came: by its end whoever sent it may be dead, and all may have changed.
    const { conduct } = this;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const atMs = performance.now();
    const body = Buffer.concat(chunks).toString("utf8");
    const headers = headersOf(request);
    try {
      new Webhook(await this.#secret.promise).verify(body, headers);
    } catch (error) {
      this.distrusted.push(String(error));
      this.#changes.emit("change");
      response.writeHead(400).end();
      return;
    }
    const arrival: Arrival = {
      id: headers["webhook-id"] ?? "",
      body,
      message: JSON.parse(body) as Message,
      atMs,
    };
    this.arrivals.push(arrival);
    this.#changes.emit("change");
    this.#answer(arrival, response, conduct);
  }

  #answer(arrival: Arrival, response: ServerResponse, conduct: Conduct): void {
    switch (conduct) {
      case "answer":
        response.once("finish", () => {
          arrival.acknowledgedMs = performance.now();
          this.#changes.emit("change");
        });
        response.writeHead(200).end(arrival.message.data.challenge ?? "");
        return;
      case "fail":
        response.writeHead(500).end("out of order");
        return;
      case "refuse":
        response.destroy();
        return;
      case "hold":
        return;
    }
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}
