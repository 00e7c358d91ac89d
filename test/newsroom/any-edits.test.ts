import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../support/properties.ts";
import { act, ADMIN, kvBody, newsroomLater, publish, put, release, request } from "../support/service.ts";

type Step =
  | { do: "edit"; change: "major" | "minor"; word: string; title: boolean }
  | { do: "note"; change: "major" | "minor" }
  | { do: "withdraw" | "kill" | "reinstate" };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("edit" as const),
        change: fc.constantFrom("major" as const, "minor" as const),
        word: fc.constantFrom("one", "two", "մեկ", "北京", "a&b", "a & b", "“three”"),
        title: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("note" as const),
        change: fc.constantFrom("major" as const, "minor" as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom("withdraw" as const, "kill" as const, "reinstate" as const),
      }),
    },
  ),
  { maxLength: 12 },
);

type Fields = Record<string, unknown> & { id: string; title: string; body: string };

/** What should have happened. */
interface Expected {
  status: "published" | "withdrawn" | "killed";
  /** The content of each public edition, with its change and note. */
  editions: { title: string; body: string; change: string | null; note: string | null }[];
  /** Types of events, oldest first, with the edition of each. */
  events: { type: string; edition: number; note?: string; reason?: string }[];
  /** The note that readers see beside the text. */
  note: string | undefined;
}

async function take(step: Step, text: Fields, expected: Expected, nth: number): Promise<Fields> {
  const last = expected.editions.at(-1);
  if (last === undefined) throw new Error("a release without editions");
  if (step.do === "edit" || step.do === "note") {
    const isNote = step.do === "note";
    const note = `Note ${nth}`;
    const body = isNote ? text.body : `Text ${step.word} ${nth}.`;
    const title = !isNote && step.title ? `Title ${step.word} ${nth}` : text.title;
    const next = { ...text, title, body };
    const kind = step.change === "minor" ? { change: "minor", reallyMinor: true } : { change: "major" };
    const response = await put({ ...next, ...kind, note });
    const isPossible = expected.status === "published";
    // A note alone is nothing new of a first edition, or of a release that was taken back.
    if (isNote && (!isPossible || expected.editions.length === 1)) {
      expect(await response.json()).toMatchObject({ changed: false });
      return text;
    }
    expect(response.status).toBe(isPossible ? 200 : 409);
    if (!isPossible) return text;
    const correctsShown = isNote && last.note !== null && last.note === expected.note;
    if (step.change === "major" || correctsShown) expected.note = note;
    expected.editions.push({ title, body, change: step.change, note });
    const type = step.change === "major" ? "release.corrected" : "release.revised";
    expected.events.push({ type, edition: expected.editions.length, note });
    return next;
  }
  const next = ({ withdraw: "withdrawn", kill: "killed", reinstate: "published" } as const)[step.do];
  const reason = `Reason ${nth}`;
  const response = await act(step.do, text.id, reason);
  const isPossible = step.do !== "withdraw" || expected.status !== "killed";
  expect(response.status).toBe(isPossible ? 200 : 409);
  if (!isPossible || (next === "published" && expected.status === "published")) return text;
  expected.status = next;
  const type = next === "published" ? "release.reinstated" : `release.${next}`;
  expected.events.push({ type, edition: expected.editions.length, reason });
  return text;
}

const KINDS: Record<string, string> = {
  "release.published": "Published",
  "release.corrected": "Corrected",
  "release.revised": "Small change",
  "release.withdrawn": "Withdrawn",
  "release.killed": "Removed",
  "release.reinstated": "Reinstated",
};

async function expectAgreement(
  text: Fields,
  { status, editions, events: happened, note }: Expected,
): Promise<void> {
  const isKilled = status === "killed";
  // Of a killed release nobody learns any other reason than the last one.
  const last = happened.at(-1)?.reason;
  const events = happened.map((event) =>
    isKilled && event.reason !== undefined && last !== undefined ? { ...event, reason: last } : event,
  );
  const api = `/api/v1/releases/${text.id}`;

  const history = await request(`/en/releases/${String(text["slug"])}/history`);
  const html = await history.text();
  expect(history.status).toBe(isKilled ? 410 : 200);
  const headings = [...html.matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, heading]) => heading);
  expect(headings).toEqual(
    events
      .map(
        ({ type, edition, reason }) => `${KINDS[type]}${reason === undefined ? ` · Edition ${edition}` : ""}`,
      )
      .toReversed(),
  );
  const notes = events.flatMap((event) => (event.note === undefined ? [] : [event.note]));
  expect(html.match(/(?<=What changed: <bdi>)Note \d+/g) ?? []).toEqual(isKilled ? [] : notes.toReversed());
  expect(html.match(/(?<=<p>Reason: <bdi>)Reason \d+/g) ?? []).toEqual(
    events.flatMap(({ reason }) => (reason === undefined ? [] : [reason])).toReversed(),
  );

  const listed = await request(`${api}/editions?limit=100`, { headers: ADMIN });
  const { data } = await listed.json<{ data: { title: string; change: string; note: string }[] }>();
  const public_ = data.slice(data.length - editions.length);
  expect(public_.slice(1).map((each) => [each.title, each.change, each.note])).toEqual(
    editions.slice(1).map((each) => [each.title, each.change, each.note]),
  );
  expect((await request(`${api}/editions`)).status).toBe(isKilled ? 410 : 200);

  for (let edition = 1; edition < editions.length; edition += 1) {
    const response = await request(`${api}/editions/${edition}/diff/${edition + 1}`);
    expect(response.status).toBe(isKilled ? 410 : 200);
    if (isKilled) break;
    const { fields } = await response.json<{ fields: Record<string, { op: string; text: string }[]> }>();
    for (const name of ["title", "body"] as const) {
      const [before, after] = [editions[edition - 1]?.[name], editions[edition]?.[name]];
      const without = (op: string) =>
        fields[name]?.flatMap((part) => (part.op === op ? [] : [part.text])).join("");
      expect([without("insert") ?? before, without("delete") ?? after]).toEqual([before, after]);
      if (before === after || name === "title") continue;
      // The page shows the same words.
      for (const part of fields[name]?.filter(({ op }) => op === "insert") ?? [])
        expect(html).toContain(`${part.text.replaceAll("&", "&#x26;").replaceAll("<", "&#x3C;")}</ins>`);
    }
  }

  const all = await request(`/api/v1/events?after=0&limit=100&events=${Object.keys(KINDS).join("&events=")}`);
  let page = await all.json<EventsPage>();
  const found: EventJson[] = [];
  for (;;) {
    found.push(...page.data.filter((event) => event.data.release.id === text.id));
    if (page.next === null) break;
    const query = `after=${page.next}&limit=100&events=${Object.keys(KINDS).join("&events=")}`;
    page = await (await request(`/api/v1/events?${query}`)).json<EventsPage>();
  }
  expect(
    found.map(({ type, data: { change, reason } }) => [type, isKilled ? undefined : change?.note, reason]),
  ).toEqual(events.map((event) => [event.type, isKilled ? undefined : event.note, event.reason]));

  const { items } = JSON.parse((await kvBody("/en/feed.json")) ?? "") as { items: FeedItem[] };
  const item = items.find(({ id }) => id === `urn:uuid:${text.id}`);
  expect(item?._communique).toMatchObject(
    isKilled
      ? { removed: true, reason: events.at(-1)?.reason }
      : {
          ...(note === undefined ? {} : { note }),
          ...(events.length === 1
            ? {}
            : { history: `https://press.example/en/releases/${String(text["slug"])}/history` }),
        },
  );
  expect(item?._communique.history === undefined).toBe(isKilled || events.length === 1);
}

interface EventJson {
  type: string;
  data: { release: { id: string }; change?: { note?: string }; reason?: string };
}
interface EventsPage {
  data: EventJson[];
  next: number | null;
}
interface FeedItem {
  id: string;
  _communique: { history?: string };
}

describe("after any edits and actions", () => {
  it("history, editions, differences, events and feeds tell the same", async () => {
    let nth = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 }), steps, async (drafts, drawn) => {
        let text = release({ title: "Title", body: "Text." }) as Fields;
        for (let draft = 0; draft < drafts; draft += 1)
          await publish({ ...text, embargo: "2999-01-01T00:00:00Z", title: `Draft ${draft}` });
        await publish(text);
        const expected: Expected = {
          status: "published",
          editions: [{ title: text.title, body: text.body, change: null, note: null }],
          events: [{ type: "release.published", edition: 1 }],
          note: undefined,
        };
        for (const step of drawn) text = await take(step, text, expected, (nth += 1));
        await newsroomLater(2);
        await expectAgreement(text, expected);
      }),
      { numRuns: runs(20) },
    );
  });
});
