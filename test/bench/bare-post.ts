/**
 * The lower bound of a delivery: a bare POST from Node to a bare server on the same machine.
 */
import { once } from "node:events";
import { createServer, type Server } from "node:http";

export class BarePost implements AsyncDisposable {
  readonly #server: Server;
  readonly #url: string;
  #receivedMs = 0;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#url = `http://127.0.0.1:${port}/`;
    server.on("request", (request, response) => {
      request.resume().once("end", () => {
        this.#receivedMs = performance.now();
        response.writeHead(204).end();
      });
    });
  }

  static async open(): Promise<BarePost> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("the server has no port");
    return new BarePost(server, address.port);
  }

  /** @returns milliseconds from the start of the call to the arrival of its last byte */
  async send(body: string): Promise<number> {
    const startedMs = performance.now();
    const headers = { "content-type": "application/json" };
    const response = await fetch(this.#url, { method: "POST", headers, body });
    await response.arrayBuffer();
    return this.#receivedMs - startedMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}
