/**
 * The parts of one Subscriber, which requests, verification, jobs and attempts work on.
 */
import { configOf } from "../config.ts";
import { Alarm } from "../runtime/alarm.ts";
import { Mutex } from "../runtime/async.ts";
import { StoredValues } from "../runtime/stored-values.ts";
import { delayBeforeMs } from "../webhooks/outcome.ts";
import { DeliveryLog } from "./delivery-log.ts";
import { JobQueue } from "./job-queue.ts";
import { Outbox } from "./outbox.ts";
import { OwnerRequests } from "./owner-requests.ts";
import { Secrets } from "./secrets.ts";
import { SubscriptionState } from "./state.ts";

export type SubscriberParts = ReturnType<typeof buildParts>;

/** @param now milliseconds since 1970 */
export function buildParts(storage: DurableObjectStorage, env: Env, now: () => number) {
  const config = configOf(env);
  const { sql } = storage;
  const firstDelayMs = () => delayBeforeMs(config.retrySchedule, 1, Math.random()) ?? 0;
  const store = new StoredValues(storage);
  const outbox = new Outbox({ sql, firstDelayMs });
  const jobs = new JobQueue({ store, now });
  return {
    env,
    config,
    storage,
    sql,
    store,
    alarm: new Alarm(storage),
    outbox,
    log: new DeliveryLog(sql),
    secrets: new Secrets(env.SECRETS_KEY),
    secretsKey: env.SECRETS_KEY,
    jobs,
    ownerRequests: new OwnerRequests({ store, now }),
    state: new SubscriptionState({ store, outbox, jobs, site: config.site, now }),
    /** The releases of which an attempt is in flight. */
    releasesInFlight: new Set<string>(),
    /** Held by each job, and by each request that must not overlap with a job. */
    mutex: new Mutex(),
    now,
  };
}
