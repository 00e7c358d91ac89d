/**
 * Calls that one Subscriber must make to other objects, stored until they succeed. The queue only stores;
 * jobs.ts holds the handlers. There is at most one job of each name.
 */
import { backoffMs } from "../runtime/async.ts";
import type { StoredValue, StoredValues } from "../runtime/stored-values.ts";

/** The name of each kind of job, and its payload. Both are stored: they must not change. */
export interface JobPayloads {
  /** Report the state and health of this subscription to the Newsroom. */
  report: null;
  /** The same when an unverified subscription has expired: the Newsroom does not know it any more. */
  expire: null;
  /** End a subscription of the hub. `reason`: for the callback, which is notified; null: it knows, or does not listen. */
  end: { reason: string | null };
  /** Seal the secrets again with the first key of SECRETS_KEY. */
  reseal: null;
  /** End pending deliveries after one sequence that a changed filter or list of events no longer asks for. */
  narrow: { after: number };
  /** Put the events after one sequence, up to another, into the outbox again. */
  replay: { after: number; to: number };
  /**
   * Notify the admin's subscriptions that this subscription was disabled. `id` and `atMs` are those of the
   * event; `after` is the last subscription that has been notified.
   */
  notice: { id: string; atMs: number; reason: string; after?: string };
  /** The same, that an event was given up. A further one takes the place of one that is not sent yet. */
  givenUp: JobPayloads["notice"] & { event: string; sequence: number | null; release: string | null };
}
type JobName = keyof JobPayloads;

/** Stored under the key `chores`, by name. The field names must not change. */
interface StoredJob<P> {
  payload: P;
  /** Milliseconds since 1970. */
  dueMs: number;
  failures: number;
  /** Distinguishes this job from a job of the same name that is enqueued while this one runs. */
  stamp: number;
}
type StoredJobs = { [N in JobName]?: StoredJob<JobPayloads[N]> };

/** A stored job with its name. */
export type Job = { [N in JobName]: StoredJob<JobPayloads[N]> & { name: N } }[JobName];

export class JobQueue {
  readonly #stored: StoredValue<StoredJobs>;
  readonly #now: () => number;

  constructor({ store, now }: { store: StoredValues; now: () => number }) {
    this.#stored = store.value("chores");
    this.#now = now;
  }

  /** Stores a job in place of any of the same name. The earlier of the two due times applies. */
  enqueue<N extends JobName>(name: N, payload: JobPayloads[N], dueMs: number): void {
    const jobs = this.#read();
    const before = jobs[name];
    this.#stored.put({
      ...jobs,
      [name]: {
        payload,
        dueMs: Math.min(dueMs, before?.dueMs ?? Infinity),
        failures: 0,
        stamp: (before?.stamp ?? 0) + 1,
      },
    });
  }

  isQueued(name: JobName): boolean {
    return this.#read()[name] !== undefined;
  }

  /** When the next job is due, in milliseconds since 1970; undefined where there is none. */
  nextDueMs(): number | undefined {
    return this.#first()?.dueMs;
  }

  /** The first job that is due now; it stays stored until `complete`. */
  nextDue(): Job | undefined {
    const job = this.#first();
    return job !== undefined && job.dueMs <= this.#now() ? job : undefined;
  }

  /** Removes a job, or stores what is left of it, due at once. */
  complete(job: Job, rest: JobPayloads[JobName] | undefined): void {
    this.#settle(job, rest === undefined ? undefined : { payload: rest, dueMs: this.#now(), failures: 0 });
  }

  /** Stores a job for a later retry. */
  fail(job: Job): void {
    const dueMs = this.#now() + backoffMs(job.failures);
    this.#settle(job, { payload: job.payload, dueMs, failures: job.failures + 1 });
  }

  /** Changes nothing if the job has been replaced or deleted since it was read. */
  #settle(job: Job, next: Omit<StoredJob<unknown>, "stamp"> | undefined): void {
    const { [job.name]: stored, ...others } = this.#read();
    if (stored?.stamp !== job.stamp) return;
    const rest = next === undefined ? others : { ...others, [job.name]: { ...next, stamp: job.stamp } };
    this.#stored.put(rest);
  }

  #first(): Job | undefined {
    const jobs = Object.entries(this.#read()).map(([name, job]) => ({ name, ...job }) as Job);
    return jobs.sort((a, b) => a.dueMs - b.dueMs)[0];
  }

  #read(): StoredJobs {
    return this.#stored.get() ?? {};
  }
}
