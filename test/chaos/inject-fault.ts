/**
 * Makes trouble, and ends it.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Trouble } from "./plan.ts";
import type { Conduct } from "./receivers-process.ts";
import type { Stage } from "./environment.ts";

/** Milliseconds: all authors may be done. */
const ANSWER_WITHIN_MS = 500;

/** @param seed of what happens by chance inside the service */
export async function cause(stage: Stage, trouble: Trouble, seed: number): Promise<void> {
  const { kind, atMs, forMs, odds, afterAnswerMs } = trouble;
  await delay(atMs);
  if (afterAnswerMs !== undefined) {
    await Promise.race([stage.book.nextAnswer(), delay(ANSWER_WITHIN_MS)]);
    await delay(afterAnswerMs);
  }
  switch (kind) {
    case "service killed":
      return stage.killService(forMs);
    case "receivers killed":
      return stage.killReceivers(forMs);
    case "receivers answer 500":
      return misbehave(stage, trouble, "fail");
    case "receivers hang":
      return misbehave(stage, trouble, "hang");
    case "receivers reset":
      return misbehave(stage, trouble, "reset");
    case "receivers answer late":
      return misbehave(stage, trouble, "late");
    case "KV throws":
      await stage.setFaults({ kv: odds, seed });
      await delay(forMs);
      return stage.setFaults({});
    case "objects throw":
      await stage.setFaults({ objects: odds, seed });
      await delay(forMs);
      return stage.setFaults({});
  }
}

async function misbehave({ receivers }: Stage, { receivers: which, forMs }: Trouble, conduct: Conduct) {
  await receivers.behave(conduct, which);
  await delay(forMs);
  await receivers.behave("answer", which);
}
