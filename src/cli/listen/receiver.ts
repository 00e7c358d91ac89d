/**
 * A small HTTP receiver that accepts only requests with a valid signature.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import * as z from "zod/mini";
import { BODY_BYTES_MAX } from "../../domain/limits.ts";
import { CliError, systemCode, systemReason } from "../cli-error.ts";

const verification = z.object({
  type: z.literal("subscription.verify"),
  data: z.object({ challenge: z.string() }),
});
const releaseEvent = z.object({
  type: z.string(),
  data: z.object({
    sequence: z.number(),
    release: z.object({ lang: z.string(), title: z.string(), url: z.string() }),
  }),
});
const anyEvent = z.object({ type: z.string() });

type ReceivedEvent =
  | { kind: "verification"; challenge: string }
  | { kind: "release"; type: string; sequence: number; lang: string; title: string; url: string }
  | { kind: "other"; type: string };

/** Events that are printed. */
export type VisibleEvent = Exclude<ReceivedEvent, { kind: "verification" }>;

/** A verified event, and whether its `webhook-id` arrived before; or a request that was rejected. */
export type Arrival =
  | { verified: true; event: VisibleEvent; again: boolean }
  | { verified: false; reason: string };

/** Bytes: an event holds a release as HTML and as text; in the worst case every character is escaped. */
const EVENT_BYTES_MAX = 8 * BODY_BYTES_MAX;

export class Receiver {
  readonly #server: Server;
  readonly #seen = new Set<string>();
  /** The service may call before its 201 with the secret is read; such requests wait for the secret. */
  readonly #secret = Promise.withResolvers<string>();

  constructor(onArrival: (arrival: Arrival) => void) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response, onArrival).catch((error: unknown) => {
        onArrival({ verified: false, reason: `the request was cut off (${String(error)})` });
        response.destroy();
      });
    });
  }

  /**
   * @param port 0 for any free port
   * @returns the URL to subscribe
   * @throws CliError if the port cannot be used
   */
  async open(port: number): Promise<string> {
    this.#server.listen(port, "127.0.0.1");
    try {
      await once(this.#server, "listening");
    } catch (error) {
      throw new CliError(
        `Port ${port} cannot be used (${systemReason(systemCode(error) ?? String(error))}): omit --port to use any free port.`,
      );
    }
    const address = this.#server.address();
    const bound = typeof address === "object" && address !== null ? address.port : port;
    return `http://127.0.0.1:${bound}/`;
  }

  /** From here on, signatures are verified with this secret. */
  trust(secret: string): void {
    this.#secret.resolve(secret);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    onArrival: (arrival: Arrival) => void,
  ): Promise<void> {
    if (request.method !== "POST") return end(response, 405);
    const body = await bytesOf(request);
    if (body === undefined) return end(response, 413);
    const webhook = new Webhook(await this.#secret.promise);
    const id = headerOf(request, "webhook-id");
    try {
      webhook.verify(
        body,
        {
          "webhook-id": id,
          "webhook-timestamp": headerOf(request, "webhook-timestamp"),
          "webhook-signature": headerOf(request, "webhook-signature"),
        },
        { jsonParse: false },
      );
    } catch (error) {
      onArrival({ verified: false, reason: error instanceof Error ? error.message : String(error) });
      return end(response, 400);
    }
    const event = readEvent(jsonOf(body));
    if (event === undefined) {
      onArrival({ verified: false, reason: "the signature is valid, but the body is not an event" });
      return end(response, 400);
    }
    if (event.kind === "verification") {
      return end(response, 200, JSON.stringify({ challenge: event.challenge }));
    }
    end(response, 204);
    onArrival({ verified: true, event, again: this.#seen.has(id) });
    this.#seen.add(id);
  }
}

/** @returns undefined if the JSON is not an event */
export function readEvent(json: unknown): ReceivedEvent | undefined {
  const request = z.safeParse(verification, json);
  if (request.success) return { kind: "verification", challenge: request.data.data.challenge };
  const release = z.safeParse(releaseEvent, json);
  if (release.success) {
    const { type, data } = release.data;
    return { kind: "release", type, sequence: data.sequence, ...data.release };
  }
  const other = z.safeParse(anyEvent, json);
  return other.success ? { kind: "other", type: other.data.type } : undefined;
}

/** Undefined if the body is not JSON. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > EVENT_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

function end(response: ServerResponse, status: number, json?: string): void {
  response.writeHead(status, json === undefined ? {} : { "content-type": "application/json" });
  response.end(json);
}
