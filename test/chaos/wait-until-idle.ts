/**
 * After the trouble: everything answers again, and all that was accepted has to arrive. First without
 * anybody touching the service, since a request could wake what must wake by itself; then with every
 * means of asking, until nothing is left to be done.
 */
import { setTimeout as delay } from "node:timers/promises";
import { RELEASE_EVENT_TYPES } from "../../src/domain/event.ts";
import { toIndexTerms, type KnownRelease, type LedgerEvent } from "./expected-state.ts";
import type { Desk } from "./desk.ts";
import { isAsked } from "./expected.ts";
import type { ServiceCalls } from "./service-calls.ts";
import type { Stage } from "./environment.ts";

/** Milliseconds in which all must have arrived; own failures are tried again after several seconds. */
const SETTLED_WITHIN_MS = 60_000;
const ASK_MS = 40;
const OVERLAP_SECONDS = 120;
const NAMED_MAX = 5;
const ALL_TYPES = RELEASE_EVENT_TYPES.map((type) => `events=${type}`).join("&");

/** Receivers answer, calls work, nobody is paused. */
export async function heal(stage: Stage): Promise<void> {
  await stage.receivers.behave("answer");
  await stage.setFaults({});
  for (const desk of stage.desks) while (!(await desk.resume())) await delay(ASK_MS);
}

/**
 * Waits until all that was answered 2xx, and that nothing took back meanwhile, was acknowledged.
 *
 * @param after what was answered with later sequences
 * @returns what is missing, in words
 */
export async function untouched(stage: Stage, after: number): Promise<string[]> {
  return until(async () => {
    await Promise.all(stage.desks.map(({ file }) => file.read()));
    return stage.desks.flatMap((desk) => missingUntouched(stage, desk, after));
  }, "did not arrive, with nobody touching the service");
}

/** @returns what does not come to rest, in words */
export async function settle(stage: Stage): Promise<string[]> {
  const { desks, book } = stage;
  for (const desk of desks) while (!desk.secrets.isSure) await desk.rotate(OVERLAP_SECONDS);
  const left = await until(() => unsettled(stage), "is left to be done");
  book.settle();
  return left;
}

async function unsettled(stage: Stage): Promise<string[]> {
  const { calls, book, desks } = stage;
  await readEvents(stage);
  const releases = [...book.releases.values()];
  for (const release of releases) await resolveEmbargoed(stage, release);
  const embargoed = releases
    .filter(({ status }) => status === "embargoed")
    .map(({ id }) => `embargoed ${id}`);
  const { waiting, sequence } = await calls.answer<{ waiting: number; sequence: number }>("GET", "/healthz");
  await Promise.all(desks.map(({ file }) => file.read()));
  return [
    ...embargoed,
    ...(sequence === book.events.length ? [] : [`events after ${book.events.length}`]),
    ...(waiting === 0 ? [] : [`${waiting} documents`]),
    ...(await Promise.all(desks.map(unsettledAt))).flat(),
  ];
}

async function unsettledAt(desk: Desk): Promise<string[]> {
  const { expected, file, id } = desk;
  const missing = [...expected.events.values()].filter(
    (event) => !file.acknowledged.has(event.data.id) && !expected.isReplaceable(event),
  );
  if (missing.length > 0) return missing.map(({ type, data }) => `${type} ${data.id} for ${id}`);
  const { status, health } = await desk.answer<{ status: string; health: { waiting: number } }>("GET", "");
  if (status !== "active") return [`${id}, which is ${status}`];
  return health.waiting === 0 ? [] : [`${health.waiting} deliveries of ${id}`];
}

async function readEvents({ calls, book, desks }: Stage): Promise<void> {
  for (const event of await eventsAfter(calls, book.events.length)) {
    book.take(event);
    const filed = book.filed(event);
    if (filed !== undefined) for (const { expected } of desks) expected.take(event, filed);
  }
}

/** All events of whatever type after a sequence, in order. */
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

async function resolveEmbargoed({ calls, book }: Stage, release: KnownRelease): Promise<void> {
  if (release.uncertain?.step.embargoMs === undefined) return;
  const outcome = await calls.call("GET", `/api/v1/releases/${release.id}`, calls.adminToken);
  if (outcome.kind !== "unknown") book.resolveEmbargoed(release, outcome.kind === "answered");
}

function missingUntouched({ book }: Stage, { wishes, file, id }: Desk, after: number): string[] {
  const answered = [...book.answered].filter(([sequence]) => sequence > after);
  const killed = new Set(
    answered.filter(([, { type }]) => type === "release.killed").map(([, { release }]) => release),
  );
  const missing = answered.filter(([sequence, { release, type, edition }]) => {
    const text = book.releases.get(release)?.editions[edition - 1];
    const isOpen = killed.has(release) || book.releases.get(release)?.uncertain !== undefined;
    return (
      text !== undefined &&
      !isOpen &&
      isAsked(wishes, type, toIndexTerms(text)) &&
      !file.sequences.has(sequence)
    );
  });
  const embargoed = [...book.releases.values()].filter(({ status, editions: [text], id: release }) => {
    const isDue = status === "embargoed" && text !== undefined;
    return isDue && isAsked(wishes, "release.published", toIndexTerms(text)) && !file.published.has(release);
  });
  return [
    ...missing.map(([sequence, { type }]) => `${type} ${sequence} for ${id}`),
    ...embargoed.map((release) => `embargoed ${release.id} for ${id}`),
  ];
}

/** Asks until nothing is left. @returns what is, when the time is up */
async function until(ask: () => Promise<string[]>, what: string): Promise<string[]> {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const left = await ask();
    if (left.length === 0) return [];
    if (performance.now() > deadline)
      return [
        `${left.length} ${what} within ${SETTLED_WITHIN_MS} ms: ${left.slice(0, NAMED_MAX).join(", ")}`,
      ];
    await delay(ASK_MS);
  }
}
