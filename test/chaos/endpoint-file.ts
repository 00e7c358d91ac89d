/**
 * Reads an endpoint's file while the endpoint writes it.
 */
import { open } from "node:fs/promises";
import type { Line } from "./endpoints-process.ts";

/** The fields of a payload that are checked. */
export interface Message {
  type: string;
  data: {
    id?: string;
    sequence?: number;
    release?: { id: string; edition: number; title: string; content?: unknown };
  };
}

/** One request. Times are milliseconds since 1970. */
export interface Arrival {
  number: string;
  atMs: number;
  headers: Record<string, string>;
  /** The `webhook-id`. */
  id: string;
  body: string;
  message: Message;
}

/** A line of the file, in order. */
export type Entry = { kind: "arrival"; arrival: Arrival } | { kind: "acknowledged"; arrival: Arrival };

export class EndpointFile {
  readonly #file: string;
  readonly #byNumber = new Map<string, Arrival>();
  #offset = 0;
  /** Ids and sequences of the acknowledged events, and ids of the releases in acknowledged `release.published`. */
  readonly acknowledged = new Set<string>();
  readonly sequences = new Set<number>();
  readonly published = new Set<string>();
  /** All complete entries so far. */
  readonly entries: Entry[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** Reads the lines that were written since the last call. */
  async read(): Promise<void> {
    await using handle = await open(this.#file, "r");
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(size - this.#offset);
    await handle.read(bytes, 0, bytes.length, this.#offset);
    // Stops after the last complete line, because the end may be cut inside a character.
    const end = bytes.lastIndexOf("\n") + 1;
    this.#offset += end;
    for (const line of bytes.subarray(0, end).toString("utf8").split("\n")) this.#addLine(line);
  }

  #addLine(line: string): void {
    const parsed = parse(line);
    if (parsed === undefined) return;
    if (parsed.kind === "arrival") {
      const { number, atMs, headers, body } = parsed;
      const id = headers["webhook-id"] ?? "";
      // What the hub sends is a feed, and has no id.
      const message = id === "" ? { type: "topic.changed", data: {} } : (JSON.parse(body) as Message);
      const arrival = { number, atMs, headers, id, body, message };
      this.#byNumber.set(number, arrival);
      this.entries.push({ kind: "arrival", arrival });
      return;
    }
    const arrival = this.#byNumber.get(parsed.number);
    if (arrival === undefined) return;
    const { type, data } = arrival.message;
    this.acknowledged.add(arrival.id);
    if (data.sequence !== undefined) this.sequences.add(data.sequence);
    if (type === "release.published" && data.release !== undefined) this.published.add(data.release.id);
    this.entries.push({ kind: "acknowledged", arrival });
  }
}

/** Undefined for a line that a kill cut off. */
function parse(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}
