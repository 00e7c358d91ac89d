/**
 * What follows from the Newsroom's transactions, handing events over and writing documents, and from a
 * new version of ours: folding words anew. It is begun at once, as far as one invocation may; an alarm
 * does the rest, and all of it if this object dies.
 */
import { Budget, WorkLoop } from "../runtime/bounded-work.ts";
import { ALARM_MS_MAX, OWN_RETRY_MS } from "../runtime/limits.ts";
import { KV_WRITES_PER_TARGET } from "./limits.ts";
import type { NewsroomParts } from "./wiring.ts";

interface SchedulerDeps {
  ctx: Pick<DurableObjectState, "storage" | "waitUntil">;
  parts: NewsroomParts;
  /** Calls to the outside that one invocation may make. */
  subrequests: number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called after each step that has written documents. */
  onProjected: () => void;
}

export class Scheduler {
  readonly #ground: SchedulerDeps;
  readonly #projecting: WorkLoop;
  readonly #fanningOut: WorkLoop;
  readonly #reindexing: WorkLoop;

  constructor(ground: SchedulerDeps) {
    this.#ground = ground;
    const { projection, fanOut, reindexing } = ground.parts;
    this.#projecting = new WorkLoop(async (budget) => {
      const worked = await projection.step(budget);
      if (worked) ground.onProjected();
      return worked;
    }, KV_WRITES_PER_TARGET);
    this.#fanningOut = new WorkLoop((budget) => fanOut.step(budget), 1);
    this.#reindexing = new WorkLoop(async (budget) => {
      const worked = reindexing.step(budget);
      if (worked) await scheduler.wait(0); // it has no pauses of its own in which others could be answered
      return worked;
    }, 1);
  }

  /** Starts what is due and sets the alarm for what is not, or for what gets cut off. */
  async begin(): Promise<void> {
    await this.#start();
  }

  /** The same by alarm, which must not leave before its timer rings: one that it leaves behind may never do so. */
  async beginByAlarm(): Promise<void> {
    const { turn } = await this.#start();
    await turn;
  }

  /** @returns `turn`: resolves when all has begun */
  async #start(): Promise<{ turn: Promise<void> }> {
    const { ctx, parts, subrequests } = this.#ground;
    parts.longPolls.wake(parts.views.lastSequence());
    await this.setAlarm();
    // An alarm and what else is done beside take a few calls.
    const calls = Math.floor((subrequests - 2) / 2);
    ctx.waitUntil(this.#run(this.#fanningOut, calls));
    // Rendering takes tens of milliseconds in which nothing else is done: first the answer and the events leave.
    const turn = scheduler.wait(0);
    ctx.waitUntil(turn.then(() => this.#run(this.#projecting, calls)));
    if (parts.reindexing.nextDueMs() !== undefined)
      ctx.waitUntil(turn.then(() => this.#run(this.#reindexing, calls)));
    return { turn };
  }

  /** Resolves when nothing is in hand; what is due later does not count. */
  async idle(): Promise<void> {
    const uncounted = async (loop: WorkLoop) => {
      while ((await loop.start(new Budget(Infinity))) === "spent");
    };
    await uncounted(this.#reindexing); // documents follow from it
    await Promise.all([uncounted(this.#projecting), uncounted(this.#fanningOut)]);
  }

  /** @param inHandMs when what is due now is looked at again: it is in hand, and somebody may die with it */
  async setAlarm(inHandMs = OWN_RETRY_MS): Promise<void> {
    const { ctx, parts, now } = this.#ground;
    const nowMs = now();
    const embargo = parts.rows.nextEmbargo();
    const dues = [
      embargo === undefined ? undefined : embargo * 1000,
      ...[parts.stale, parts.fanOut, parts.reindexing]
        .map((part) => part.nextDueMs())
        .map((due) => (due === undefined ? undefined : Math.max(due, nowMs + inHandMs))),
    ].filter((due) => due !== undefined);
    if (dues.length === 0) return;
    // Never `now` itself: an alarm that sets one for now can stall.
    const next = Math.min(Math.max(Math.min(...dues), nowMs + 1), nowMs + ALARM_MS_MAX);
    const present = await ctx.storage.getAlarm();
    if (present === null || present > next) await ctx.storage.setAlarm(next);
  }

  /** Never rejects. */
  async #run(loop: WorkLoop, calls: number): Promise<void> {
    try {
      const end = await loop.start(new Budget(calls));
      // What this invocation may not do any more, the next one does at once.
      await this.setAlarm(end === "spent" ? 1 : OWN_RETRY_MS);
    } catch (error) {
      console.error(JSON.stringify({ message: "work failed", error: String(error) }));
    }
  }
}
