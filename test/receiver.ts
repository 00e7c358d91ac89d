/**
 * The server of receiver-thread.ts, for the tests in workerd: a thread of its own, or it would answer
 * nothing while this process compiles.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { TestProject } from "vitest/node";

export interface Arrival {
  headers: Record<string, string>;
  body: string;
  /** Milliseconds since 1970. */
  at: number;
}

declare module "vitest" {
  export interface ProvidedContext {
    receiverUrl: string;
  }
}

export default async function startReceiver(project: TestProject): Promise<() => Promise<void>> {
  const thread = new Worker(new URL("./receiver-thread.ts", import.meta.url));
  const [url] = (await once(thread, "message")) as [string];
  project.provide("receiverUrl", url);
  return async () => {
    await thread.terminate();
  };
}
