/**
 * What one receiver has written down, read as it grows.
 */
import { open } from "node:fs/promises";
import type { Line } from "./receivers-process.ts";

/** An event as far as it is judged. */
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

/** In the order in which it happened. */
export type Entry = { kind: "arrival"; arrival: Arrival } | { kind: "acknowledged"; arrival: Arrival };

export class ReceiverFile {
  readonly #file: string;
  readonly #byNumber = new Map<string, Arrival>();
  #offset = 0;
  /** Of all events that it has acknowledged: their ids; their sequences; the releases of which it was told that they are there. */
  readonly acknowledged = new Set<string>();
  readonly sequences = new Set<number>();
  readonly published = new Set<string>();
  /** Everything so far. */
  readonly entries: Entry[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** Takes in what was written since the last time. */
  async read(): Promise<void> {
    await using handle = await open(this.#file, "r");
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(size - this.#offset);
    await handle.read(bytes, 0, bytes.length, this.#offset);
    // A character of several bytes may be cut: all up to the last whole line.
    const end = bytes.lastIndexOf("\n") + 1;
    this.#offset += end;
    for (const line of bytes.subarray(0, end).toString("utf8").split("\n")) this.#take(line);
  }

  #take(line: string): void {
    const parsed = parse(line);
    if (parsed === undefined) return;
    if (parsed.kind === "arrival") {
      const { number, atMs, headers, body } = parsed;
      const id = headers["webhook-id"] ?? "";
      const arrival = { number, atMs, headers, id, body, message: JSON.parse(body) as Message };
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

/** Undefined for one that was cut off by a kill. */
function parse(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}
