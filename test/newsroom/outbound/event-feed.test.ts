import { reset } from "cloudflare:test";
import fc from "fast-check";
import { expect, it } from "vitest";
import { RELEASE_EVENT_TYPES } from "../../../src/domain/event.ts";
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

/** What an office does with one of a few releases; a step that cannot be is refused, and changes nothing. */
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
const filters = fc.record({
  ...conditions,
  not: fc.option(fc.record({ topic: some("a"), q: fc.option(fc.constant("war"), { nil: undefined }) }), {
    nil: undefined,
  }),
});
const types = fc.option(
  fc.uniqueArray(fc.constantFrom(...RELEASE_EVENT_TYPES), { minLength: 1, maxLength: 5 }),
  { nil: undefined, freq: 1 },
);

/** The texts that a subscriber holds, by id: what it was last told of each, and nothing of a killed one. */
class Held {
  readonly texts = new Map<string, unknown>();

  constructor(before?: Held) {
    for (const [id, text] of before?.texts ?? []) this.texts.set(id, text);
  }

  take(body: string): void {
    const { data } = JSON.parse(body) as { data: { release: { id: string; status: string } } };
    if (data.release.status === "killed") this.texts.delete(data.release.id);
    else this.texts.set(data.release.id, data.release);
  }
}

class Office {
  readonly #ids = Array.from({ length: 3 }, () => release().id);
  #edition = 0;

  async take(step: Step): Promise<void> {
    const id = this.#ids[step.which] ?? "";
    if (!("fields" in step)) {
      expect([200, 404, 409]).toContain((await act(step.do, id)).status);
      return;
    }
    this.#edition += 1;
    const change = { publish: {}, correct: { change: "major", note: "So" }, mend: { change: "minor" } };
    const title = `Edition ${this.#edition}`;
    const text = release({ id, slug: `s${step.which}`, ...step.fields, title, ...change[step.do] });
    expect([200, 201, 409, 422]).toContain((await put({ ...text, id })).status);
  }
}

/** All bodies that have arrived, once nothing is under way any more; what failed for a moment is tried again. */
async function delivered(made: Made): Promise<string[]> {
  await settled();
  await subscriberIdle(made.id);
  for (let tries = 0; tries < 5; tries += 1) {
    if ((await deliveries(made)).every(({ state }) => state !== "pending")) break;
    await subscriberLater(made.id, 600);
  }
  // A repeated attempt may have been one that had arrived.
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

/** Reads page after page. */
async function readOn(held: Held, query: string, after: number, limit: number): Promise<void> {
  for (let next: string | null = String(after); next !== null;) {
    const response = await request(`/api/v1/events?${query}&limit=${limit}&after=${next}`);
    const page: { data: unknown[]; next: string | null } = await response.json();
    for (const event of page.data) held.take(JSON.stringify(event));
    next = page.next;
  }
}

async function streamOn(held: Held, query: string, after: number, last: number): Promise<string[]> {
  const stream = await SentEvents.open(`?${query}`, String(after));
  const bodies = await stream.upTo(last);
  await stream.close();
  for (const body of bodies) held.take(body);
  return bodies;
}

async function lastSequence(): Promise<number> {
  return (await ledgerRows<{ last: number }>("SELECT count(*) AS last FROM events"))[0]?.last ?? 0;
}

it(
  "whatever an office does, who catches up with a filter holds what its webhooks would have given",
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        filters,
        types,
        fc.nat({ max: 14 }),
        fc.integer({ min: 1, max: 4 }),
        async (taken, asked, events, lostAt, limit) => {
          await reset();
          const filter = JSON.parse(JSON.stringify(asked)) as Record<string, unknown>; // without what is undefined
          const query = queryOf(filter, events);
          const made = await subscribe({ filter, ...(events === undefined ? {} : { events }) });
          const office = new Office();

          for (const step of taken.slice(0, lostAt)) await office.take(step);
          const before = new Held();
          for (const body of await delivered(made)) before.take(body);
          const middle = await lastSequence();
          const read = new Held();
          await readOn(read, query, 0, limit);
          expect(read.texts).toEqual(before.texts);

          for (const step of taken.slice(lostAt)) await office.take(step);
          const last = await lastSequence();
          const byWebhooks = new Held();
          const sent = await delivered(made);
          for (const body of sent) byWebhooks.take(body);

          for (const [held, after] of [
            [new Held(), 0],
            [new Held(before), middle],
          ] as const) {
            const streamed = new Held(held);
            await readOn(held, query, after, limit);
            expect(held.texts).toEqual(byWebhooks.texts);
            const bodies = await streamOn(streamed, query, after, last);
            expect(streamed.texts).toEqual(byWebhooks.texts);
            // A text that stands is told in the very bytes of its webhook, and nothing is told beside.
            const standing = (body: string) =>
              streamed.texts.has((JSON.parse(body) as { data: { release: { id: string } } }).data.release.id);
            if (after === 0) {
              expect(bodies.filter(standing).sort()).toEqual(sent.filter(standing).sort());
            }
          }
        },
      ),
      // A failure is told even if there is no time left to make it small.
      { numRuns: 30, interruptAfterTimeLimit: 90_000 },
    );
  },
);
