/**
 * What one Subscriber owes others: calls that must be made, however often it dies before they are.
 * Each is a record with its time; one of a name at most, and one at a time.
 */
import type { Budget } from "../runtime/bounded-work.ts";
import { backoffMs } from "../runtime/async.ts";
import type { StoredValues, StoredValue } from "../runtime/stored-values.ts";

interface Owed {
  /** What the chore must know. */
  payload: unknown;
  /** Milliseconds since 1970. */
  dueMs: number;
  failures: number;
  /** Tells it from one of the same name that was owed while this one was being done. */
  stamp: number;
}

/** `spent`: some are due, and must wait for the next invocation. */
export type JobsEnd = "done" | "spent";

/** Does one bounded piece. @returns what is still owed; undefined when it is done */
export type JobHandler<P> = (payload: P) => Promise<P | undefined>;

/** A name for each kind of chore, and what it must know. */
export interface JobPayloads {
  /** Tell the Newsroom how this subscription stands. */
  report: null;
  /** Put in again the events after one sequence, up to another. */
  replay: { after: number; to: number };
  /** Tell the office's own subscriptions, those after one, that this one was disabled: the id and time of that event. */
  notice: { id: string; atMs: number; reason: string; after?: string };
}
type Name = keyof JobPayloads;
type Handlers = { [N in Name]: JobHandler<JobPayloads[N]> };

/** A piece of a chore calls one object, and of a notice a few. */
export const SUBREQUESTS_PER_JOB = 5;

export class JobQueue {
  readonly #value: StoredValue<Partial<Record<Name, Owed>>>;
  readonly #now: () => number;
  readonly #handlers: Handlers;
  /** Whoever must not run beside a chore waits for this. */
  #turn: Promise<unknown> = Promise.resolve();
  #running: Promise<JobsEnd> | undefined;

  constructor(store: StoredValues, now: () => number, handlers: Handlers) {
    this.#value = store.value("chores");
    this.#now = now;
    this.#handlers = handlers;
  }

  /** From now on this is owed, in place of what was owed under the name; no later than that was due. */
  enqueue<N extends Name>(name: N, payload: JobPayloads[N], dueMs: number): void {
    const owed = this.#owed();
    const before = owed[name];
    this.#value.put({
      ...owed,
      [name]: {
        payload,
        dueMs: Math.min(dueMs, before?.dueMs ?? Infinity),
        failures: 0,
        stamp: (before?.stamp ?? 0) + 1,
      },
    });
  }

  isQueued(name: Name): boolean {
    return this.#owed()[name] !== undefined;
  }

  /** When the next one is due, in milliseconds since 1970. */
  nextDueMs(): number | undefined {
    const dues = Object.values(this.#owed()).map(({ dueMs }) => dueMs);
    return dues.length === 0 ? undefined : Math.min(...dues);
  }

  /** Does what is due, as far as the budget goes. One that runs already goes on with its own. Never rejects. */
  start(budget: Budget): Promise<JobsEnd> {
    this.#running ??= this.#run(budget).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Runs something that no chore may run beside, after what is in hand. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #run(budget: Budget): Promise<JobsEnd> {
    for (let name = this.#due(); name !== undefined; name = this.#due()) {
      if (!budget.allows(SUBREQUESTS_PER_JOB)) return "spent";
      budget.spend(SUBREQUESTS_PER_JOB);
      const chosen = name;
      await this.exclusively(() => this.#do(chosen));
    }
    return "done";
  }

  #due(): Name | undefined {
    const nowMs = this.#now();
    const [first] = (Object.entries(this.#owed()) as [Name, Owed][])
      .filter(([, { dueMs }]) => dueMs <= nowMs)
      .sort(([, a], [, b]) => a.dueMs - b.dueMs);
    return first?.[0];
  }

  async #do(name: Name): Promise<void> {
    const owed = this.#owed()[name];
    if (owed === undefined) return;
    try {
      const handler = this.#handlers[name] as JobHandler<unknown>;
      this.#complete(name, owed, { payload: await handler(owed.payload), dueMs: this.#now(), failures: 0 });
    } catch (error) {
      console.error(JSON.stringify({ message: "chore failed", chore: name, error: String(error) }));
      const failures = owed.failures + 1;
      const dueMs = this.#now() + backoffMs(owed.failures);
      this.#complete(name, owed, { payload: owed.payload, dueMs, failures });
    }
  }

  /** Writes down what is left of a chore, unless another is owed in its place by now, or nothing at all. */
  #complete(name: Name, done: Owed, left: Omit<Owed, "stamp">): void {
    const owed = this.#owed();
    if (owed[name]?.stamp !== done.stamp) return;
    const { [name]: _done, ...others } = owed;
    const rest = left.payload === undefined ? others : { ...others, [name]: { ...left, stamp: done.stamp } };
    this.#value.put(rest);
  }

  #owed(): Partial<Record<Name, Owed>> {
    return this.#value.get() ?? {};
  }
}
