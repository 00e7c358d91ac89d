/**
 * Starts a planned failure, waits for as long as it lasts, and ends it.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Failure } from "./plan.ts";
import type { Behaviour } from "./endpoints-process.ts";
import type { Environment } from "./environment.ts";

/** Limit of the wait for an answer: the authors may have finished already. */
const ANSWER_WITHIN_MS = 500;

/** @param seed of the random choices inside the service */
export async function injectFault(environment: Environment, failure: Failure, seed: number): Promise<void> {
  const { kind, atMs, forMs, odds, afterAnswerMs } = failure;
  await delay(atMs);
  if (afterAnswerMs !== undefined) {
    await Promise.race([environment.expectedState.nextAnswer(), delay(ANSWER_WITHIN_MS)]);
    await delay(afterAnswerMs);
  }
  switch (kind) {
    case "service killed":
      return environment.killService(forMs);
    case "endpoints killed":
      return environment.killEndpoints(forMs);
    case "endpoints answer 500":
      return misbehave(environment, failure, "fail");
    case "endpoints hang":
      return misbehave(environment, failure, "hang");
    case "endpoints reset":
      return misbehave(environment, failure, "reset");
    case "endpoints answer late":
      return misbehave(environment, failure, "late");
    case "endpoints put off":
      return misbehave(environment, failure, "put-off");
    case "endpoints answer undecodably":
      return misbehave(environment, failure, "undecodable");
    case "endpoints cut answers off":
      return misbehave(environment, failure, "cut-off");
    case "KV throws":
      await environment.setFaults({ kv: odds, seed });
      await delay(forMs);
      return environment.setFaults({});
    case "objects throw":
      await environment.setFaults({ objects: odds, seed });
      await delay(forMs);
      return environment.setFaults({});
  }
}

async function misbehave(
  { endpoints }: Environment,
  { endpoints: which, forMs }: Failure,
  behaviour: Behaviour,
) {
  await endpoints.behave(behaviour, which);
  await delay(forMs);
  await endpoints.behave("answer", which);
}
