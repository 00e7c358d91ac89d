/**
 * The memory of one Worker's isolate, as V8 reports it. The process also holds Miniflare's KV, which grows
 * by itself.
 */
import { once } from "node:events";

interface HeapUsage {
  usedSize: number;
  /** The memory of array buffers. */
  backingStorageSize: number;
}

export class IsolateHeap implements AsyncDisposable {
  readonly #socket: WebSocket;
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** @param inspector the Worker's URL at the inspector */
  static async open(inspector: URL): Promise<IsolateHeap> {
    const socket = new WebSocket(inspector.href);
    await once(socket, "open");
    return new IsolateHeap(socket);
  }

  /** Megabytes, including garbage, because workerd has no call to collect it. */
  async megabytes(): Promise<number> {
    const { usedSize, backingStorageSize } = (await this.#call("Runtime.getHeapUsage")) as HeapUsage;
    return Math.round((usedSize + backingStorageSize) / 100_000) / 10;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  async #call(method: string): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onMessage = ({ data }: MessageEvent) => {
      const answer = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: unknown };
      if (answer.id !== id) return;
      this.#socket.removeEventListener("message", onMessage);
      if (answer.error === undefined) resolve(answer.result);
      else reject(new Error(`${method}: ${JSON.stringify(answer.error)}`));
    };
    this.#socket.addEventListener("message", onMessage);
    this.#socket.send(JSON.stringify({ id, method }));
    return promise;
  }
}
