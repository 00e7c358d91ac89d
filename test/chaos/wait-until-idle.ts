/**
 * After the failures: waits until everything that was answered 2xx has arrived. First without a request to
 * the service, because a request could wake an object that must wake by itself; then with requests, until
 * the service is idle.
 */
import { setTimeout as delay } from "node:timers/promises";
import { isRetraction, RELEASE_EVENT_TYPES } from "../../src/domain/event.ts";
import { toIndexTerms, type KnownRelease, type LedgerEvent } from "./expected-state.ts";
import type { Subscription } from "./subscription.ts";
import { isSelected } from "./expected-events.ts";
import type { ServiceCalls } from "./service-calls.ts";
import type { Environment } from "./environment.ts";

/** In milliseconds. The service retries failures of its own after several seconds. */
const IDLE_WITHIN_MS = 60_000;
const POLL_MS = 40;
const OVERLAP_SECONDS = 120;
const LISTED_MAX = 5;
const ALL_TYPES = RELEASE_EVENT_TYPES.map((type) => `events=${type}`).join("&");

/** Makes endpoints answer and calls work, and resumes all subscriptions. */
export async function endFailures(environment: Environment): Promise<void> {
  await environment.endpoints.behave("answer");
  await environment.setFaults({});
  for (const subscription of environment.subscriptions)
    while (!(await subscription.resume())) await delay(POLL_MS);
}

/**
 * Waits until every confirmed change that no kill or withdrawal has replaced was acknowledged.
 *
 * @param after considers only later sequences
 * @returns descriptions of the missing events
 */
export async function waitForDeliveries(environment: Environment, after: number): Promise<string[]> {
  return untilEmpty(async () => {
    await Promise.all(environment.subscriptions.map(({ file }) => file.read()));
    return environment.subscriptions.flatMap((subscription) =>
      missingEvents(environment, subscription, after),
    );
  }, "did not arrive without a request to the service");
}

/** @returns descriptions of the work that is left at the deadline */
export async function waitUntilIdle(environment: Environment): Promise<string[]> {
  const { subscriptions, expectedState } = environment;
  for (const subscription of subscriptions)
    while (!subscription.secrets.isNewestKnown) await subscription.rotate(OVERLAP_SECONDS);
  const left = await untilEmpty(() => remainingWork(environment), "are left");
  expectedState.resolveUncertain();
  return left;
}

async function remainingWork(environment: Environment): Promise<string[]> {
  const { calls, expectedState, subscriptions } = environment;
  await readEvents(environment);
  const releases = [...expectedState.releases.values()];
  for (const release of releases) await resolveEmbargoed(environment, release);
  const embargoed = releases
    .filter(({ status }) => status === "embargoed")
    .map(({ id }) => `embargoed ${id}`);
  const { waiting, sequence } = await calls.answer<{ waiting: number; sequence: number }>(
    "GET",
    "/healthz",
    calls.adminToken,
  );
  await Promise.all(subscriptions.map(({ file }) => file.read()));
  return [
    ...embargoed,
    ...(sequence === expectedState.events.length ? [] : [`events after ${expectedState.events.length}`]),
    ...(waiting === 0 ? [] : [`${waiting} documents`]),
    ...(await Promise.all(subscriptions.map(remainingFor))).flat(),
    ...(await Promise.all(environment.followers.map((follower) => follower.remaining()))).flat(),
  ];
}

async function remainingFor(subscription: Subscription): Promise<string[]> {
  const { expected, file, id } = subscription;
  const missing = [...expected.events.values()].filter(
    (event) => !file.acknowledged.has(event.data.id) && !expected.isReplaceable(event),
  );
  if (missing.length > 0) return missing.map(({ type, data }) => `${type} ${data.id} for ${id}`);
  const { status, health } = await subscription.answer<{ status: string; health: { waiting: number } }>(
    "GET",
    "",
  );
  if (status !== "active") return [`${id} (${status})`];
  return health.waiting === 0 ? [] : [`${health.waiting} deliveries of ${id}`];
}

async function readEvents({ calls, expectedState, subscriptions }: Environment): Promise<void> {
  for (const event of await eventsAfter(calls, expectedState.events.length)) {
    expectedState.addEvent(event);
    const terms = expectedState.indexTermsOf(event);
    if (terms !== undefined) for (const { expected } of subscriptions) expected.add(event, terms);
  }
}

/** All events of every type after a sequence, in order. */
export async function eventsAfter(calls: ServiceCalls, after: number): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for (let next: string | null = String(after); next !== null;) {
    const page: { data: LedgerEvent[]; next: string | null } = await calls.answer(
      "GET",
      `/api/v1/events?limit=100&content=summary&after=${next}&${ALL_TYPES}`,
    );
    events.push(...page.data);
    next = page.next;
  }
  return events;
}

async function resolveEmbargoed({ calls, expectedState }: Environment, release: KnownRelease): Promise<void> {
  if (release.uncertain?.step.embargoMs === undefined) return;
  const outcome = await calls.call("GET", `/api/v1/releases/${release.id}`, calls.adminToken);
  if (outcome.kind !== "unknown") expectedState.resolveEmbargoed(release, outcome.kind === "answered");
}

function missingEvents(
  { expectedState }: Environment,
  { options, file, id }: Subscription,
  after: number,
): string[] {
  const answered = [...expectedState.answered].filter(([sequence]) => sequence > after);
  // A kill replaces what waits before it, and so does a withdrawal once an attempt has failed.
  const isReplaceable = (release: string, before: number) =>
    answered.some(
      ([sequence, change]) => change.release === release && isRetraction(change.type) && sequence > before,
    );
  const missing = answered.filter(([sequence, { release, type, edition }]) => {
    const text = expectedState.releases.get(release)?.editions[edition - 1];
    const isOpen =
      isReplaceable(release, sequence) || expectedState.releases.get(release)?.uncertain !== undefined;
    return (
      text !== undefined &&
      !isOpen &&
      isSelected(options, type, toIndexTerms(text)) &&
      !file.sequences.has(sequence)
    );
  });
  const embargoed = [...expectedState.releases.values()].filter(
    ({ status, editions: [text], id: release }) => {
      const isDue = status === "embargoed" && text !== undefined;
      return (
        isDue && isSelected(options, "release.published", toIndexTerms(text)) && !file.published.has(release)
      );
    },
  );
  return [
    ...missing.map(([sequence, { type }]) => `${type} ${sequence} for ${id}`),
    ...embargoed.map((release) => `embargoed ${release.id} for ${id}`),
  ];
}

/** Polls until the list is empty. @returns a message with the rest at the deadline */
async function untilEmpty(poll: () => Promise<string[]>, what: string): Promise<string[]> {
  const deadline = performance.now() + IDLE_WITHIN_MS;
  for (;;) {
    const left = await poll();
    if (left.length === 0) return [];
    if (performance.now() > deadline)
      return [`${left.length} ${what} within ${IDLE_WITHIN_MS} ms: ${left.slice(0, LISTED_MAX).join(", ")}`];
    await delay(POLL_MS);
  }
}
