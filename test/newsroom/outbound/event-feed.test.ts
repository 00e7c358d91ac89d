import { reset } from "cloudflare:test";
import fc from "fast-check";
import { expect, it } from "vitest";
import { RELEASE_EVENT_TYPES } from "../../../src/domain/event.ts";
import { type Filter, findContradiction } from "../../../src/domain/filter.ts";
import { runs } from "../../support/properties.ts";
import { SentEvents } from "../../support/sent-events.ts";
import {
  act,
  ledgerRows,
  put,
  release,
  request,
  settled,
  subscriberIdle,
  subscriberLater,
} from "../../support/service.ts";
import { arrivals, deliveries, type Made, subscribe } from "../../support/subscriptions.ts";

/** A step with one of three releases. The service refuses impossible ones, and they change nothing. */
type Step = { which: number } & (
  | { do: "publish" | "correct" | "mend"; fields: Fields }
  | { do: "withdraw" | "kill" | "reinstate" }
);
interface Fields {
  type: string;
  topics: string[];
  body: string;
}

const which = fc.nat({ max: 2 });
const fields = fc.record({
  type: fc.constantFrom("speech", "visit"),
  topics: fc.uniqueArray(fc.constantFrom("a", "b"), { maxLength: 2 }),
  body: fc.constantFrom("Peace now.", "War and peace.", "Nothing."),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        which,
        do: fc.constantFrom("publish" as const, "correct" as const, "mend" as const),
        fields,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        which,
        do: fc.constantFrom("withdraw" as const, "kill" as const, "reinstate" as const),
      }),
    },
  ),
  { minLength: 2, maxLength: 14 },
);

const some = (...values: string[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }), { nil: undefined });
const conditions = {
  type: some("speech", "visit"),
  topic: some("a", "b"),
  q: fc.option(fc.constantFrom("peace", "war -peace", "-war"), { nil: undefined }),
};
const filters = fc
  .record({
    ...conditions,
    not: fc.option(fc.record({ topic: some("a"), q: fc.option(fc.constant("war"), { nil: undefined }) }), {
      nil: undefined,
    }),
  })
  // A subscription may not have a filter that no release can match.
  .filter((given) => findContradiction(given as Filter) === undefined);
const types = fc.option(
  fc.uniqueArray(fc.constantFrom(...RELEASE_EVENT_TYPES), { minLength: 1, maxLength: 5 }),
  { nil: undefined, freq: 1 },
);

/** The releases that a client has, by id: the latest content of each; killed ones are removed. */
class Copy {
  readonly texts = new Map<string, unknown>();

  constructor(before?: Copy) {
    for (const [id, text] of before?.texts ?? []) this.texts.set(id, text);
  }

  take(body: string): void {
    const { data } = JSON.parse(body) as { data: { release: { id: string; status: string } } };
    if (data.release.status === "killed") this.texts.delete(data.release.id);
    else this.texts.set(data.release.id, data.release);
  }
}

class PressOffice {
  readonly #ids = Array.from({ length: 3 }, () => release().id);
  #edition = 0;

  async take(step: Step): Promise<void> {
    const id = this.#ids[step.which] ?? "";
    if (!("fields" in step)) {
      expect([200, 404, 409]).toContain((await act(step.do, id)).status);
      return;
    }
    this.#edition += 1;
    const change = {
      publish: {},
      correct: { change: "major", note: "So" },
      mend: { change: "minor", reallyMinor: true, note: `Note ${this.#edition}` },
    };
    const title = `Edition ${this.#edition}`;
    const text = release({ id, slug: `s${step.which}`, ...step.fields, title, ...change[step.do] });
    expect([200, 201, 409, 422]).toContain((await put({ ...text, id })).status);
  }
}

/** All bodies that arrived, after every delivery was attempted and failed ones were retried. */
async function delivered(made: Made): Promise<string[]> {
  await settled();
  await subscriberIdle(made.id);
  for (let tries = 0; tries < 5; tries += 1) {
    if ((await deliveries(made)).every(({ state }) => state !== "pending")) break;
    await subscriberLater(made.id, 600);
  }
  // An attempt that was repeated may have arrived before.
  return [...new Set((await arrivals(made)).map(({ body }) => body))];
}

function queryOf(filter: Record<string, unknown>, events: readonly string[] | undefined): string {
  const query = new URLSearchParams();
  for (const [field, value] of Object.entries(filter)) {
    if (field === "not") {
      for (const [name, text] of Object.entries(value as object)) {
        for (const one of [text].flat()) query.append(`not.${name}`, String(one));
      }
    } else for (const one of [value].flat()) query.append(field, String(one));
  }
  for (const type of events ?? []) query.append("events", type);
  return query.toString();
}

/** Reads all pages into a copy. */
async function readOn(copy: Copy, query: string, after: number, limit: number): Promise<void> {
  for (let next: string | null = String(after); next !== null;) {
    const response = await request(`/api/v1/events?${query}&limit=${limit}&after=${next}`);
    const page: { data: unknown[]; next: string | null } = await response.json();
    for (const event of page.data) copy.take(JSON.stringify(event));
    next = page.next;
  }
}

async function streamOn(copy: Copy, query: string, after: number, last: number): Promise<string[]> {
  const stream = await SentEvents.open(`?${query}`, String(after));
  const bodies = await stream.upTo(last);
  await stream.close();
  for (const body of bodies) copy.take(body);
  return bodies;
}

async function lastSequence(): Promise<number> {
  return (await ledgerRows<{ last: number }>("SELECT count(*) AS last FROM events"))[0]?.last ?? 0;
}

it("a client that catches up with a filter has the same releases as one that gets webhooks", async () => {
  await fc.assert(
    fc.asyncProperty(
      steps,
      filters,
      types,
      fc.nat({ max: 14 }),
      fc.integer({ min: 1, max: 4 }),
      async (drawn, drawnFilter, events, lostAt, limit) => {
        await reset();
        const filter = JSON.parse(JSON.stringify(drawnFilter)) as Record<string, unknown>; // drops undefined fields
        const query = queryOf(filter, events);
        const made = await subscribe({ filter, ...(events === undefined ? {} : { events }) });
        const office = new PressOffice();

        for (const step of drawn.slice(0, lostAt)) await office.take(step);
        const before = new Copy();
        for (const body of await delivered(made)) before.take(body);
        const middle = await lastSequence();
        const read = new Copy();
        await readOn(read, query, 0, limit);
        expect(read.texts).toEqual(before.texts);

        for (const step of drawn.slice(lostAt)) await office.take(step);
        const last = await lastSequence();
        const byWebhooks = new Copy();
        const sent = await delivered(made);
        for (const body of sent) byWebhooks.take(body);

        for (const [copy, after] of [
          [new Copy(), 0],
          [new Copy(before), middle],
        ] as const) {
          const streamed = new Copy(copy);
          await readOn(copy, query, after, limit);
          expect(copy.texts).toEqual(byWebhooks.texts);
          const bodies = await streamOn(streamed, query, after, last);
          expect(streamed.texts).toEqual(byWebhooks.texts);
          // Every release that remains arrived in the exact bytes of its webhook, and no other did.
          const remains = (body: string) =>
            streamed.texts.has((JSON.parse(body) as { data: { release: { id: string } } }).data.release.id);
          if (after === 0) {
            expect(bodies.filter(remains).sort()).toEqual(sent.filter(remains).sort());
          }
        }
      },
    ),
    // A failure is reported even if there is no time left to shrink it.
    { numRuns: runs(15), interruptAfterTimeLimit: runs(90_000) },
  );
});
