import { env } from "cloudflare:workers";
import { evictDurableObject, reset, runDurableObjectAlarm } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDocument, textOf } from "../../src/documents/kv-store.ts";
import { RELEASE_EVENT_TYPES, type ReleaseEvent } from "../../src/domain/event.ts";
import { type Filter, matches } from "../../src/domain/filter.ts";
import type { ReleaseView } from "../../src/domain/release.ts";
import { formatInstant } from "../../src/domain/dates.ts";
import type { Newsroom } from "../../src/newsroom/newsroom.ts";
import { newsroom } from "../../src/runtime/stubs.ts";
import { runs } from "../support/properties.ts";
import { inNewsroom, put, release, send } from "../support/service.ts";
import { type ModelRelease, PressOfficeModel, type Step, steps } from "./press-office-model.ts";

const START = Date.UTC(2026, 5, 1) / 1000;

/** The releases of a page; fails if the filter names unknown values. */
function releasesIn(found: Awaited<ReturnType<Newsroom["list"]>>): ReleaseView[] {
  if (found.kind === "unknown") throw new Error("unknown values");
  return found.releases;
}

/** The service and the model, which get the same steps. */
class PressOffice {
  readonly model = new PressOfficeModel();
  now = START;
  #counter = 0;
  #embargoes = new Map<string, number | null>();

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case "publish":
        return this.#publish(step.lang, `g${(this.#counter += 1)}`, step.embargoIn);
      case "translate": {
        const original = this.#pick(step.which);
        if (original) await this.#publish(original.lang === "en" ? "ru" : "en", original.group, null);
        return;
      }
      case "correct":
        return this.#edit(this.#pick(step.which), { word: this.#word() }, step.change);
      case "move":
        return this.#edit(this.#pick(step.which), { slug: `s${(this.#counter += 1)}` }, "minor");
      case "embargo": {
        const embargoed = this.#pick(step.which);
        if (embargoed?.status !== "embargoed") return;
        return this.#edit(embargoed, { embargo: this.#in(step.embargoIn), word: this.#word() }, "minor");
      }
      case "withdraw":
      case "kill":
      case "reinstate": {
        const chosen = this.#pick(step.which);
        if (!chosen) return;
        const response = await send("POST", `/api/v1/releases/${chosen.id}/${step.do}`, {
          reason: step.reason,
        });
        const isAccepted = this.model.act(
          step.do,
          chosen,
          step.reason,
          this.now,
          this.#embargoes.get(chosen.id) ?? null,
        );
        expect([step.do, response.status]).toEqual([step.do, isAccepted ? 200 : 409]);
        return;
      }
      case "wait":
        return this.pass(step.seconds);
      case "restart":
        await evictDurableObject(newsroom(env));
        return this.setClock();
    }
  }

  async setClock(): Promise<void> {
    const ms = this.now * 1000;
    await inNewsroom((instance) => {
      instance.clock = () => ms;
    });
  }

  /** Moves the clock, and runs the alarm until nothing is left to do. */
  async pass(seconds: number): Promise<void> {
    this.now += seconds;
    await this.setClock();
    for (let alarms = 0; alarms < 3; alarms += 1) {
      await runDurableObjectAlarm(newsroom(env));
      await inNewsroom((instance) => instance.idle());
    }
    this.model.pass(this.now);
  }

  async #publish(lang: string, group: string, embargoIn: number | null): Promise<void> {
    const index = (this.#counter += 1);
    const { id } = release();
    const added = {
      id,
      lang,
      group,
      slug: `s${index}`,
      word: this.#word(),
      date: formatInstant(START - 1_000_000 + index),
      embargo: this.#in(embargoIn),
    };
    const isRefused = this.model.hasRival(added);
    expect((await put(this.#body(added))).status).toBe(isRefused ? 409 : 201);
    if (isRefused) return;
    this.#embargoes.set(id, added.embargo);
    this.model.add(added);
  }

  async #edit(
    chosen: ModelRelease | undefined,
    fields: Partial<Pick<ModelRelease, "word" | "slug" | "embargo">>,
    change: "major" | "minor",
  ): Promise<void> {
    if (!chosen) return;
    const note = change === "major" ? `Note ${this.#counter}` : null;
    const body = { ...this.#body({ ...chosen, ...fields }), change, ...(note === null ? {} : { note }) };
    const response = await put(body);
    const open = chosen.status === "embargoed" || chosen.status === "published";
    expect([chosen.status, response.status]).toEqual([chosen.status, open ? 200 : 409]);
    if (!open) return;
    if (!chosen.seen)
      this.#embargoes.set(chosen.id, fields.embargo === undefined ? chosen.embargo : fields.embargo);
    this.model.edit(chosen, fields, change, note);
  }

  #body({
    id,
    lang,
    group,
    slug,
    word,
    date,
    embargo,
  }: Pick<ModelRelease, "id" | "lang" | "group" | "slug" | "word" | "date" | "embargo">) {
    return {
      id,
      lang,
      group,
      slug,
      type: "statement",
      title: `Title ${word}`,
      date,
      body: `Text ${word}.`,
      ...(embargo === null ? {} : { embargo: formatInstant(embargo) }),
    };
  }

  #pick(nth: number): ModelRelease | undefined {
    const { releases } = this.model;
    return releases[nth % Math.max(releases.length, 1)];
  }

  #word(): string {
    // Without a digit: a minor change of a number is refused.
    return `w${String((this.#counter += 1)).replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "")}`;
  }

  #in(seconds: number | null): number | null {
    return seconds === null ? null : this.now + seconds;
  }
}

const document = async (path: string) => {
  const found = await readDocument(env.DOCUMENTS, path);
  return found === null
    ? undefined
    : { body: textOf(found), status: found.status ?? 200, location: found.location };
};

async function everyEvent(instance: Newsroom, filter: Filter): Promise<ReleaseEvent[]> {
  const page = await instance.events({ filter, types: RELEASE_EVENT_TYPES }, 0, 1_000);
  return page.kind === "page" ? page.events : [];
}

interface FeedItem {
  id: string;
  title: string;
  _communique: { removed?: true };
}

async function expectAgreement(model: PressOfficeModel): Promise<void> {
  for (const lang of [undefined, "en", "ru"]) {
    const expected = model
      .listed(lang)
      .map(({ id, word, status }) => [
        `urn:uuid:${id}`,
        `${status === "withdrawn" ? `${lang === "ru" ? "Отозвано" : "Withdrawn"}: ` : ""}Title ${word}`,
      ]);
    const feed = await document(`${lang === undefined ? "" : `/${lang}`}/feed.json`);
    const { items: entries } = JSON.parse(feed?.body ?? '{"items":[]}') as { items: FeedItem[] };
    const items = entries.filter(({ _communique }) => _communique.removed !== true);
    const removed = entries.filter((each) => !items.includes(each)).map(({ id }) => id);
    expect(removed.toSorted()).toEqual(
      model.releases
        .filter((each) => each.seen && each.status === "killed" && (lang ?? each.lang) === each.lang)
        .map(({ id }) => `urn:uuid:${id}`)
        .toSorted(),
    );
    const shown =
      lang === undefined
        ? items.map(({ id, title }) => [id, title.replace("Отозвано", "Withdrawn")])
        : items.map(({ id, title }) => [id, title]);
    expect(shown).toEqual(expected);
  }
  for (const one of model.releases) await expectRelease(one);
  const events = await inNewsroom((instance) => everyEvent(instance, {}));
  expect(events.map(({ type, release: { id }, sequence }) => ({ type, id, sequence }))).toEqual(
    model.events.map((event, index) => ({ ...event, sequence: index + 1 })),
  );
  for (const word of model.releases.map((one) => one.word)) {
    const found = await inNewsroom(async (instance) =>
      releasesIn(await instance.list({ filter: { q: word } }, 100)),
    );
    expect(found.map(({ id }) => id)).toEqual(
      model
        .listed()
        .filter((one) => one.word === word)
        .map(({ id }) => id),
    );
  }
}

async function expectRelease(one: ModelRelease): Promise<void> {
  const page = await document(`/${one.lang}/releases/${one.slug}`);
  const json = await document(`/api/v1/releases/${one.id}`);
  if (!one.seen) {
    expect([page, json]).toEqual([undefined, undefined]);
    return;
  }
  const view = JSON.parse(json?.body ?? "{}") as Record<string, unknown>;
  const killed = one.status === "killed";
  expect([one.status, page?.status, page?.body.includes(`Text ${one.word}.`)]).toEqual([
    one.status,
    killed ? 410 : 200,
    !killed,
  ]);
  expect({
    status: view["status"],
    edition: view["edition"],
    reason: view["reason"] ?? null,
    stale: view["stale"] ?? false,
    note: view["note"] ?? null,
  }).toEqual({
    status: one.status,
    edition: one.edition,
    reason: one.reason,
    stale: !killed && one.behind !== null,
    note: killed ? null : one.note,
  });
  for (const left of one.retired) {
    expect(await document(`/${one.lang}/releases/${left}`)).toMatchObject({
      status: 301,
      location: `/${one.lang}/releases/${one.slug}`,
    });
  }
}

describe("after any steps of a press office", () => {
  it("lists, feeds, pages, events and search agree with the model", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (drawn) => {
        await reset();
        const office = new PressOffice();
        await office.setClock();
        for (const step of drawn) await office.take(step);
        await office.pass(2);
        await office.pass(2);
        await expectAgreement(office.model);
      }),
      { numRuns: runs(20) },
    );
  });

  it("a filter matches the same releases in the ledger as in memory", { timeout: 60_000 }, async () => {
    await reset();
    const facet = fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 2 });
    const word = fc.constantFrom("peace", "war", "Élan", "մեր", "ещё");
    const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(" "));
    const made = fc.sample(
      fc.record({
        lang: fc.constantFrom("en", "ru", "hy"),
        type: fc.constantFrom("speech", "visit"),
        title: text,
        body: text,
        topics: facet,
        people: facet,
        organisations: facet,
        places: facet,
      }),
      { numRuns: 40, seed: 7 },
    );
    for (const fields of made) expect((await put(release(fields))).status).toBe(201);

    const some = (...values: string[]) =>
      // Mostly left out: each further condition empties the result, in which no fault shows.
      fc.oneof(
        { weight: 4, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }) },
      );
    const q = fc.option(
      fc
        .array(
          fc.tuple(
            fc.constantFrom("", "-"),
            fc.oneof(
              word,
              fc.tuple(word, word).map((pair) => `"${pair.join(" ")}"`),
            ),
          ),
          { maxLength: 3 },
        )
        .map((parts) => parts.map((part) => part.join("")).join(" ")),
      { nil: undefined },
    );
    const conditions = {
      lang: some("en", "ru", "fr"),
      type: some("speech", "visit"),
      topic: some("a", "b", "z"),
      person: some("a", "c"),
      organisation: some("b"),
      place: some("a", "b", "c"),
      q,
    };
    const filters = fc.record({ ...conditions, not: fc.option(fc.record(conditions), { nil: undefined }) });
    const given = (value: object) => JSON.parse(JSON.stringify(value)) as Filter; // drops undefined fields
    await inNewsroom(async (instance) => {
      const events = await everyEvent(instance, {});
      expect(events.length).toBe(made.length);
      await fc.assert(
        fc.asyncProperty(filters, async (value) => {
          const filter = given(value);
          const fromLedger = releasesIn(await instance.list({ filter }, 1_000)).map(({ id }) => id);
          const fromMemory = (await everyEvent(instance, filter)).map((event) => event.release.id);
          expect(fromLedger.toSorted()).toEqual(fromMemory.toSorted());
        }),
        { numRuns: 400 },
      );
    });
    expect(
      matches(
        {},
        { lang: "en", type: "speech", topics: [], people: [], organisations: [], places: [], words: " " },
      ),
    ).toBe(true);
  });
});
