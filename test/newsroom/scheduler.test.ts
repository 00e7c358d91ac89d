import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import type { Budget } from "../../src/runtime/bounded-work.ts";
import { Meter, meteredSql } from "../../src/runtime/sql.ts";
import { newsroomParts } from "../../src/newsroom/wiring.ts";
import { Scheduler } from "../../src/newsroom/scheduler.ts";
import { newsroom } from "../../src/runtime/stubs.ts";
import { configOf } from "../../src/config.ts";

it.each(["begin", "beginByAlarm"] as const)("events leave before anything is rendered: %s", async (how) => {
  const order = await runInDurableObject(newsroom(env), async (_instance, ctx) => {
    const { storage } = ctx;
    const meter = new Meter();
    const config = configOf(env);
    const ground = { storage, sql: meteredSql(storage.sql, meter), meter, env, config };
    const now = () => Date.now();
    const parts = newsroomParts({ ...ground, now });
    const steps: string[] = [];
    for (const part of ["fanOut", "projection"] as const) {
      const step = parts[part].step.bind(parts[part]);
      parts[part].step = (budget: Budget) => {
        steps.push(part);
        return step(budget);
      };
    }
    const work = new Scheduler({ ctx, parts, subrequests: 50, now, onProjected: () => undefined });
    await work[how]();
    steps.push("answered");
    await scheduler.wait(0);
    return [...new Set(steps)]; // each may take several
  });
  expect(order).toEqual(
    how === "begin" ? ["fanOut", "answered", "projection"] : ["fanOut", "projection", "answered"],
  );
});
