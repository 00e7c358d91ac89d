/**
 * The background work of the Newsroom: sending events, writing documents and indexing words again. Each
 * change starts it at once, as far as one invocation may go; an alarm does the rest, and all of it if the
 * object dies.
 */
import { Alarm } from "../runtime/alarm.ts";
import { Budget, WorkLoop } from "../runtime/bounded-work.ts";
import { ALARM_MS_MAX, OWN_RETRY_MS } from "../runtime/limits.ts";
import { log } from "../runtime/log.ts";
import type { Sql } from "../runtime/sql.ts";
import { EMBARGOES_PER_STEP, KV_WRITES_PER_TARGET, NOTICES_PER_INVOCATION } from "./limits.ts";
import { nextLiftMs } from "./store/embargoes.ts";
import { lastSequence } from "./store/events.ts";
import { nextDueMs } from "./store/stale-documents.ts";
import type { NewsroomParts } from "./wiring.ts";

interface SchedulerDeps {
  ctx: Pick<DurableObjectState, "storage" | "waitUntil">;
  sql: Sql;
  parts: NewsroomParts;
  /** Calls to the outside that one invocation may make. */
  subrequests: number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called after each step that has written documents. */
  onProjected: () => void;
}

export class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #alarm: Alarm;
  readonly #projecting: WorkLoop;
  readonly #fanningOut: WorkLoop;
  readonly #notifying: WorkLoop;
  readonly #reindexing: WorkLoop;
  readonly #combining: WorkLoop;

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
    this.#alarm = new Alarm(deps.ctx.storage);
    const { projection, fanOut, indexNow, reindexing, combinations } = deps.parts;
    this.#projecting = new WorkLoop(async (budget) => {
      const hasWorked = await projection.step(budget);
      if (hasWorked) deps.onProjected();
      return hasWorked;
    }, KV_WRITES_PER_TARGET);
    this.#fanningOut = new WorkLoop((budget) => fanOut.step(budget), 1);
    this.#notifying = new WorkLoop((budget) => indexNow.step(budget), 1);
    this.#reindexing = yieldingLoop((budget) => reindexing.step(budget));
    this.#combining = yieldingLoop((budget) => combinations.step(budget));
  }

  /** Starts what is due, and sets the alarm for the rest and for what gets cut off. */
  async start(): Promise<void> {
    await this.#startLoops();
  }

  /**
   * The alarm: ends embargoes, then starts what is due. It waits for the pending timer: a timer left behind
   * when an alarm handler returns may never fire.
   */
  async onAlarm(): Promise<void> {
    const { parts, now } = this.#deps;
    this.#alarm.onFired();
    parts.ledger.liftEmbargoes(EMBARGOES_PER_STEP, now());
    const { begun } = await this.#startLoops();
    await begun;
  }

  /** @returns `begun`: resolves when all loops have begun */
  async #startLoops(): Promise<{ begun: Promise<void> }> {
    const { ctx, sql, parts, subrequests } = this.#deps;
    parts.longPolls.wake(lastSequence(sql));
    await this.scheduleAlarm();
    // Two loops share the calls; some are left for search engines, the alarm and the rest.
    const calls = Math.floor((subrequests - 2 - NOTICES_PER_INVOCATION) / 2);
    ctx.waitUntil(this.#run(this.#fanningOut, new Budget(calls)));
    // Rendering blocks the object for tens of milliseconds: the answer and the events go first.
    const begun = scheduler.wait(0);
    const writes = new Budget(calls);
    ctx.waitUntil(
      begun
        .then(() => this.#run(this.#projecting, writes))
        // The hub sends a feed once KV holds it. So the fan-out runs again, with the calls that are left.
        .then(() => this.#run(this.#fanningOut, writes)),
    );
    // The steps of these two make no calls: their budgets only limit how many there are.
    if (parts.combinations.nextDueMs() !== undefined) {
      const combined = begun.then(() => this.#run(this.#combining, new Budget(calls)));
      // Renders what became stale by it, with the calls that are left.
      ctx.waitUntil(combined.then(() => this.#run(this.#projecting, writes)));
    }
    if (parts.indexNow.nextDueMs() !== undefined)
      ctx.waitUntil(begun.then(() => this.#run(this.#notifying, new Budget(NOTICES_PER_INVOCATION))));
    if (parts.reindexing.nextDueMs() !== undefined)
      ctx.waitUntil(begun.then(() => this.#run(this.#reindexing, new Budget(calls))));
    return { begun };
  }

  /** Resolves when nothing that is due now is left to do. */
  async waitUntilIdle(): Promise<void> {
    const finish = async (loop: WorkLoop) => {
      while ((await loop.start(new Budget(Infinity))) === "spent");
    };
    await finish(this.#reindexing); // these two make documents stale
    await finish(this.#combining);
    await Promise.all([finish(this.#projecting), finish(this.#fanningOut), finish(this.#notifying)]);
    await finish(this.#fanningOut); // gives what the projection has written
  }

  /** @param retryMs when to look again at what is due now, in case the object dies while it works on it */
  async scheduleAlarm(retryMs = OWN_RETRY_MS): Promise<void> {
    const { sql, parts, now } = this.#deps;
    const nowMs = now();
    const work = [
      nextDueMs(sql),
      parts.fanOut.nextDueMs(),
      parts.indexNow.nextDueMs(),
      parts.reindexing.nextDueMs(),
      parts.combinations.nextDueMs(),
    ];
    const dues = [
      nextLiftMs(sql) ?? Infinity,
      ...work.map((due) => Math.max(due ?? Infinity, nowMs + retryMs)),
    ];
    const next = Math.min(...dues);
    if (next === Infinity) return;
    // Never `now` itself: an alarm that sets the next one for now can stall.
    await this.#alarm.scheduleBy(Math.min(Math.max(next, nowMs + 1), nowMs + ALARM_MS_MAX));
  }

  /** Never rejects. */
  async #run(loop: WorkLoop, budget: Budget): Promise<void> {
    try {
      const end = await loop.start(budget);
      // What this invocation may not do, the next one does at once.
      await this.scheduleAlarm(end === "spent" ? 1 : OWN_RETRY_MS);
    } catch (error) {
      log("error", "work failed", { error: String(error) });
    }
  }
}

/** A loop of synchronous steps: between them, the object answers others. `scheduler` is a global. */
function yieldingLoop(step: (budget: Budget) => boolean): WorkLoop {
  return new WorkLoop(async (budget) => {
    const hasWorked = step(budget);
    if (hasWorked) await scheduler.wait(0);
    return hasWorked;
  }, 1);
}
