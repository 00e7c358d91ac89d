/**
 * The desks of delivery-receivers.ts, as the benchmark speaks to them.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export type Request =
  | { do: "trust"; secrets: Record<string, string> }
  /** The mortal desks' port is closed; some others take requests and answer nothing. */
  | { do: "die"; hanging: string[] }
  | { do: "live" }
  /** Answered when so many desks have an event. */
  | { do: "await"; event: string; count: number };

export interface Answer {
  ports?: [desks: number, mortals: number];
  /** By path: when it was verified, in milliseconds of {@link nowMs}. */
  receipts?: Record<string, number>;
  distrusted?: string | undefined;
  last?: { body: string; headers: Record<string, string> } | undefined;
}

/** Of the ids of what the bare loop sends, which every desk verifies with one secret. */
export const BARE_PREFIX = "bare_";

/** Milliseconds of a clock that all processes of this machine share. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export class Desks implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #ports: [desks: number, mortals: number];

  #turn: Promise<unknown> = Promise.resolve();

  private constructor(process: ChildProcess, ports: [number, number]) {
    this.#process = process;
    this.#ports = ports;
  }

  static async open(): Promise<Desks> {
    const child = fork(join(import.meta.dirname, "delivery-receivers.ts"));
    const [{ ports }] = (await once(child, "message")) as [Answer];
    if (ports === undefined) throw new TypeError("desks without ports");
    return new Desks(child, ports);
  }

  /** @param isMortal at the port that can be closed */
  urlOf(path: string, isMortal: boolean): string {
    return `http://127.0.0.1:${this.#ports[isMortal ? 1 : 0]}${path}`;
  }

  /** One after the other: answers come in the order of the requests. */
  tell(request: Request): Promise<Answer> {
    const answer = this.#turn.then(async () => {
      const answered = once(this.#process, "message") as Promise<[Answer]>;
      this.#process.send(request);
      return (await answered)[0];
    });
    this.#turn = answer;
    return answer;
  }

  /** @returns by path, when each had verified the event, in milliseconds of {@link nowMs} */
  async received(
    event: string,
    count: number,
  ): Promise<Pick<Answer, "last"> & { receipts: Map<string, number> }> {
    const { receipts = {}, last, distrusted } = await this.tell({ do: "await", event, count });
    if (distrusted !== undefined) throw new Error(`A delivery was not believed: ${distrusted}`);
    return { receipts: new Map(Object.entries(receipts)), last };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    await once(this.#process, "close");
  }
}
