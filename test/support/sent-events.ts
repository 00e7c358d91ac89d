/**
 * Reads server-sent events as the HTML standard says (9.2.6), block by block.
 */
import { request } from "./service.ts";

/** The lines between two empty lines. Without `data` it dispatches no event. */
export interface Block {
  id?: string;
  event?: string;
  data?: string;
  retry?: string;
  /** The text of a comment line. */
  comment?: string;
}

export class SentEvents {
  /** The id that a browser sends when it reconnects. */
  lastEventId = "";
  readonly headers: Headers;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #unread = "";

  constructor(body: ReadableStream<Uint8Array>, headers = new Headers()) {
    this.headers = headers;
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Opens the service's stream; fails the test if the service refuses. */
  static async open(query = "", lastEventId?: string): Promise<SentEvents> {
    const headers: Record<string, string> = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    const response = await request(`/api/v1/events/stream${query}`, { headers });
    if (!response.ok || response.body === null) throw new Error(`refused: ${await response.text()}`);
    return new SentEvents(response.body, response.headers);
  }

  /** The next block; undefined when the stream has ended. */
  async nextBlock(): Promise<Block | undefined> {
    for (;;) {
      const end = this.#unread.indexOf("\n\n");
      if (end >= 0) {
        const block = blockOf(this.#unread.slice(0, end));
        this.#unread = this.#unread.slice(end + 2);
        this.lastEventId = block.id ?? this.lastEventId;
        return block;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#unread += value;
    }
  }

  /** The next block that dispatches an event. */
  async next(): Promise<Required<Pick<Block, "id" | "event" | "data">> | undefined> {
    for (;;) {
      const block = await this.nextBlock();
      if (block === undefined) return undefined;
      const { id, event, data } = block;
      if (id !== undefined && event !== undefined && data !== undefined) return { id, event, data };
    }
  }

  /** The data of all events up to a sequence, whether sent or skipped. */
  async upTo(sequence: number): Promise<string[]> {
    const data: string[] = [];
    while (Number(this.lastEventId) < sequence) {
      const block = await this.nextBlock();
      if (block === undefined) throw new Error(`ended after ${this.lastEventId}`);
      if (block.data !== undefined) data.push(block.data);
    }
    return data;
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}

function blockOf(text: string): Block {
  const block: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const [, name = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    const field = name === "" ? "comment" : name;
    block[field] = field === "data" && block["data"] !== undefined ? `${block["data"]}\n${value}` : value;
  }
  return block;
}
