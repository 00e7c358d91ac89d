/**
 * The benchmark's client of the endpoints process.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export type Request =
  | { do: "trust"; secrets: Record<string, string> }
  /** Closes the closable port, and makes some other endpoints hang. */
  | { do: "fail"; hanging: string[] }
  | { do: "recover" }
  /** Answered when this many endpoints have an event. */
  | { do: "await"; event: string; count: number };

export interface Answer {
  ports?: [permanent: number, closable: number];
  /** By path: time of verification, in milliseconds of {@link nowMs}. */
  receipts?: Record<string, number>;
  rejected?: string | undefined;
  last?: { body: string; headers: Record<string, string> } | undefined;
}

/** Limit of each request to the process. */
const TIMEOUT_MS = 60_000;

/** Prefix of the event ids of the bare loop, which every endpoint verifies with one secret. */
export const BARE_PREFIX = "bare_";

/** Milliseconds of a clock that all processes of the machine share. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export class Endpoints implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #ports: [permanent: number, closable: number];

  #lastRequest: Promise<unknown> = Promise.resolve();

  private constructor(process: ChildProcess, ports: [number, number]) {
    this.#process = process;
    this.#ports = ports;
  }

  static async open(): Promise<Endpoints> {
    const child = fork(join(import.meta.dirname, "delivery-endpoints-process.ts"));
    const [{ ports }] = (await once(child, "message")) as [Answer];
    if (ports === undefined) throw new TypeError("the endpoints process sent no ports");
    return new Endpoints(child, ports);
  }

  /** @param isClosable whether the endpoint uses the closable port */
  urlOf(path: string, isClosable: boolean): string {
    return `http://127.0.0.1:${this.#ports[isClosable ? 1 : 0]}${path}`;
  }

  /** Sends one request at a time, because answers arrive in the order of requests. */
  send(request: Request): Promise<Answer> {
    const answer = this.#lastRequest.then(async () => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const answered = once(this.#process, "message", { signal }) as Promise<[Answer]>;
      this.#process.send(request);
      try {
        return (await answered)[0];
      } catch (error) {
        throw new Error(`The endpoints process did not answer "${request.do}" within ${TIMEOUT_MS} ms`, {
          cause: error,
        });
      }
    });
    this.#lastRequest = answer;
    return answer;
  }

  /** @returns times of verification by path, in milliseconds of {@link nowMs} */
  async receipts(
    event: string,
    count: number,
  ): Promise<Pick<Answer, "last"> & { receipts: Map<string, number> }> {
    const { receipts = {}, last, rejected } = await this.send({ do: "await", event, count });
    if (rejected !== undefined) throw new Error(`A signature did not verify: ${rejected}`);
    return { receipts: new Map(Object.entries(receipts)), last };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    await once(this.#process, "close");
  }
}
