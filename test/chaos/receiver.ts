/**
 * An endpoint inside this process. It verifies signatures, records when requests arrive, and can
 * misbehave.
 */
import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";

/** `answer` with 200; `hold` the request without an answer; `refuse` connections; `fail` with 500. */
export type Behaviour = "answer" | "hold" | "refuse" | "fail";

/** A request with a valid signature. Times are those of `performance.now()`. */
export interface Arrival {
  /** The `webhook-id`. */
  id: string;
  body: string;
  message: Message;
  /** When the last byte arrived. */
  atMs: number;
  /** When the 2xx was written; undefined without one. */
  acknowledgedMs?: number;
}

/** The fields of a payload that tests read. */
export interface Message {
  type: string;
  data: { sequence?: number; challenge?: string; release?: { id: string; edition: number; title: string } };
}

export class Receiver implements AsyncDisposable {
  behaviour: Behaviour = "answer";
  readonly arrivals: Arrival[] = [];
  /** Why signatures did not verify. */
  readonly rejected: string[] = [];
  /** The number of dropped connections. */
  refused = 0;
  readonly #changes = new EventEmitter();
  /** Requests wait for the secret, because the first may arrive before the answer that contains the secret is read. */
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

  /** Sets the secret that verifies signatures. */
  trust(secret: string): void {
    this.#secret.resolve(secret);
  }

  /** Opens the port; after {@link down}, the same port as before. */
  async up(): Promise<void> {
    const server = createServer((request, response) => {
      this.#receive(request, response).catch(() => response.destroy());
    });
    server.on("connection", (socket) => {
      if (this.behaviour !== "refuse") return;
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

  /** Closes the port and every connection. */
  async down(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }

  /** Changes the behaviour, and closes all connections, including those with held requests. */
  behave(behaviour: Behaviour): void {
    this.behaviour = behaviour;
    this.#server?.closeAllConnections();
  }

  /** The requests with events of one release. */
  of(release: string): Arrival[] {
    return this.arrivals.filter(({ message }) => message.data.release?.id === release);
  }

  /**
   * Resolves when the arrivals fulfil a condition.
   *
   * @param what the awaited state, for the error message
   * @throws {Error} at the deadline
   */
  async until(what: string, withinMs: number, condition: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(withinMs);
    while (!condition()) {
      try {
        await once(this.#changes, "change", { signal });
      } catch (error) {
        const rejected = this.rejected.length > 0 ? `; rejected signatures: ${this.rejected.join(", ")}` : "";
        throw new Error(`timed out after ${withinMs} ms: ${what}${rejected}`, { cause: error });
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Read at the start of the request, because the behaviour may change while the body arrives.
    const { behaviour } = this;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const atMs = performance.now();
    const body = Buffer.concat(chunks).toString("utf8");
    const headers = headersOf(request);
    try {
      new Webhook(await this.#secret.promise).verify(body, headers);
    } catch (error) {
      this.rejected.push(String(error));
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
    this.#answer(arrival, response, behaviour);
  }

  #answer(arrival: Arrival, response: ServerResponse, behaviour: Behaviour): void {
    switch (behaviour) {
      case "answer":
        response.once("finish", () => {
          arrival.acknowledgedMs = performance.now();
          this.#changes.emit("change");
        });
        response.writeHead(200).end(arrival.message.data.challenge ?? "");
        return;
      case "fail":
        response.writeHead(500).end("the endpoint fails on purpose");
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
