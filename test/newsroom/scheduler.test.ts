import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import type { Budget } from "../../src/runtime/bounded-work.ts";
import { Meter, meteredSql } from "../../src/runtime/sql.ts";
import { buildParts } from "../../src/newsroom/wiring.ts";
import { Scheduler } from "../../src/newsroom/scheduler.ts";
import { newsroom } from "../../src/runtime/stubs.ts";
import { configOf } from "../../src/config.ts";

it.each(["start", "onAlarm"] as const)("events are sent before anything is rendered: %s", async (how) => {
  const order = await runInDurableObject(newsroom(env), async (_instance, ctx) => {
    const { storage } = ctx;
    const meter = new Meter();
    const sql = meteredSql(storage.sql, meter);
    const now = () => Date.now();
    const parts = buildParts({ storage, sql, meter, env, config: configOf(env), now });
    const steps: string[] = [];
    for (const part of ["fanOut", "projection"] as const) {
      const step = parts[part].step.bind(parts[part]);
      parts[part].step = (budget: Budget) => {
        steps.push(part);
        return step(budget);
      };
    }
    const scheduled = new Scheduler({ ctx, sql, parts, subrequests: 50, now, onProjected: () => undefined });
    await scheduled[how]();
    steps.push("answered");
    await scheduler.wait(0);
    return [...new Set(steps)]; // each part may take several steps
  });
  expect(order).toEqual(
    how === "start" ? ["fanOut", "answered", "projection"] : ["fanOut", "projection", "answered"],
  );
});

it("an alarm with combinations to update makes no more calls than one without", async () => {
  const [spent, left] = await runInDurableObject(newsroom(env), async (_instance, ctx) => {
    const { storage } = ctx;
    const meter = new Meter();
    const sql = meteredSql(storage.sql, meter);
    const now = () => Date.now();
    const parts = buildParts({ storage, sql, meter, env, config: configOf(env), now });
    let calls = 0;
    const spendAll = async (budget: Budget) => {
      const most = budget.upTo(10);
      budget.spend(most);
      calls += most;
      return most > 0;
    };
    parts.fanOut.step = spendAll;
    parts.projection.step = spendAll;
    sql.exec("INSERT INTO combination_changes (release) VALUES ('none')");
    const running: Promise<unknown>[] = [];
    const waitUntil = (work: Promise<unknown>) => void running.push(work);
    const scheduled = new Scheduler({
      ctx: { storage, waitUntil },
      sql,
      parts,
      subrequests: 50,
      now,
      onProjected: () => undefined,
    });
    await scheduled.onAlarm();
    await Promise.all(running);
    return [calls, sql.exec("SELECT * FROM combination_changes").toArray().length];
  });
  expect(left, "changes that were not applied").toBe(0);
  expect(spent).toBeGreaterThan(40);
  expect(spent).toBeLessThanOrEqual(48);
});
