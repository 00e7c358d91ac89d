/**
 * Starts receiver-process.ts for the tests in workerd. It is a process of its own, because this one is busy
 * compiling tests.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
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
    embargoAnswers: number;
  }
}

export default async function startReceiver(project: TestProject): Promise<() => Promise<void>> {
  const receiver = fork(join(import.meta.dirname, "receiver-process.ts"));
  const [url] = (await once(receiver, "message")) as [string];
  project.provide("receiverUrl", url);
  return async () => {
    receiver.kill();
    await once(receiver, "close");
  };
}
