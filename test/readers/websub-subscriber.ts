/**
 * A WebSub subscriber: discovers hub and topic of a URL, subscribes, and keeps what the hub sends. It judges every
 * request of the hub as the tests of websub.rocks do.
 */
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What a publisher says of a URL: in its headers, or else in the document. */
export interface Discovered {
  hub: string[];
  self: string[];
}

/** A notification, with what is wrong with it. */
export interface Notification {
  body: string;
  faults: string[];
}

export class WebSubSubscriber implements AsyncDisposable {
  /** The queries of the hub, in order. */
  readonly asked: URLSearchParams[] = [];
  readonly notifications: Notification[] = [];
  /** Called for each query of the hub before it is answered. Returns whether the subscriber wants it. */
  confirms: (query: URLSearchParams) => boolean | Promise<boolean> = () => true;
  secret: string | undefined;
  readonly topic: string;
  readonly #hub: string;
  readonly #server: Server;

  private constructor(server: Server, { hub, self }: Discovered) {
    this.#server = server;
    this.#hub = hub[0] ?? "";
    this.topic = self[0] ?? "";
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  /** @param url of a feed or page that names a hub */
  static async at(url: string): Promise<WebSubSubscriber> {
    const server = createServer();
    await new Promise<void>((listening) => {
      server.listen(0, "127.0.0.1", listening);
    });
    return new WebSubSubscriber(server, (await discover(url)).headers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => {
      this.#server.close(closed);
    });
  }

  /** With a query of its own, which the hub must keep. */
  get callback(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/callback?token=a%20b&token=c`;
  }

  /** @param more further parameters @returns the status of the hub's answer */
  async request(mode: "subscribe" | "unsubscribe", more: Record<string, string> = {}): Promise<number> {
    const form = { "hub.mode": mode, "hub.topic": this.topic, "hub.callback": this.callback, ...more };
    const response = await fetch(this.#hub, { method: "POST", body: new URLSearchParams(form) });
    await response.text();
    return response.status;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const isOurs = url.searchParams.getAll("token").join() === "a b,c";
    if (request.method === "GET" && isOurs) {
      const isConfirmed = await this.confirms(url.searchParams);
      this.asked.push(url.searchParams);
      if (isConfirmed) response.end(url.searchParams.get("hub.challenge"));
      else response.writeHead(404).end();
    } else if (request.method === "POST" && isOurs) {
      const body = await text(request);
      this.notifications.push({ body, faults: await this.#faultsOf(request, body) });
      response.writeHead(204).end();
    } else response.writeHead(404).end();
  }

  async #faultsOf({ headers }: IncomingMessage, body: string): Promise<string[]> {
    const feed = await fetch(this.topic);
    const links = linksOf(String(headers.link));
    const signature =
      this.secret === undefined
        ? undefined
        : `sha256=${createHmac("sha256", this.secret).update(body).digest("hex")}`;
    const checks: Record<string, boolean> = {
      "the body is empty": body.trim() !== "",
      "Content-Type is not that of the topic": headers["content-type"] === feed.headers.get("content-type"),
      "Link names another hub": links("hub").join() === this.#hub,
      "Link names another topic": links("self").join() === this.topic,
      "the signature is wrong": headers["x-hub-signature"] === signature,
    };
    await feed.text();
    return Object.entries(checks).flatMap(([fault, isRight]) => (isRight ? [] : [fault]));
  }
}

/** What a URL says in its headers, and what its document says. */
export async function discover(
  url: string,
): Promise<{ headers: Discovered; document: Discovered; body: string }> {
  const response = await fetch(url);
  const body = await response.text();
  const inHeaders = linksOf(response.headers.get("link") ?? "");
  const inDocument = (rel: string) =>
    [...body.matchAll(/<(?:atom:)?link\b[^>]*>/g)]
      .map(([tag]) => tag)
      .filter((tag) => tag.includes(`rel="${rel}"`))
      .flatMap((tag) => /href="([^"]*)"/.exec(tag)?.[1] ?? []);
  return {
    headers: { hub: inHeaders("hub"), self: inHeaders("self") },
    document: { hub: inDocument("hub"), self: inDocument("self") },
    body,
  };
}

function linksOf(header: string): (rel: string) => string[] {
  const links = [...header.matchAll(/<([^>]*)>\s*;\s*rel="?([^",;]*)"?/g)];
  return (rel) => links.flatMap(([, href = "", name]) => (name === rel ? [href] : []));
}
