import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Archives, indexAt, NO_ARCHIVES, withCuts } from "../../../src/newsroom/lists/archive-cuts.ts";
import { runs } from "../../support/properties.ts";
import { type Format, idsOf, readFeed, type Walked, walk } from "../../support/feed-walk.ts";
import {
  BASE_URL,
  kvBody,
  ledgerRows,
  newsroomLater,
  release,
  request,
  send,
  settled,
} from "../../support/service.ts";

const FORMATS = ["rss", "atom", "json"] as const;
const LIST = "/en/topics/cut";
const DAYS = 150;

const day = (index: number) => new Date(Date.UTC(2019, 0, 1 + index)).toISOString().slice(0, 10);

/** Each test has its own topic, because isolates cache answers for a moment. */
async function publishAll(topic: string, dates: readonly string[]): Promise<void> {
  for (let start = 0; start < dates.length; start += 100) {
    const releases = dates.slice(start, start + 100).map((date) => release({ date, topics: [topic] }));
    expect((await send("POST", "/api/v1/releases", { releases })).status).toBe(200);
  }
  await settled();
}

/** Fills a list with several archives, and requests it. */
async function fill(topic: string, address: string): Promise<void> {
  await publishAll(
    topic,
    Array.from({ length: DAYS }, (_, index) => day(index)),
  );
  await request(address);
  await settled();
}

/** Publishes so many releases of one day that any archive with them is too full. */
const batchOf = (topic: string, date: string) =>
  publishAll(
    topic,
    Array.from({ length: 31 }, () => date),
  );

/** The ids of the topic's releases, newest first, after their documents were written. */
async function listed(topic: string): Promise<string[]> {
  await newsroomLater(2);
  const rows = await ledgerRows<{ id: string }>(
    `SELECT r.id FROM filings f JOIN releases r ON r.published = f.published
     WHERE f.field = 'topic' AND f.value = '${topic}' ORDER BY f.published DESC`,
  );
  return rows.map(({ id }) => id);
}

const idsIn = (documents: readonly Walked[]) => documents.flatMap(({ ids }) => ids);

async function archives(address: string): Promise<Archives> {
  const [row] = await ledgerRows<{ reaches: string; numbers: string }>(
    `SELECT reaches, numbers FROM lists WHERE address = '${address}'`,
  );
  return {
    archiveEnds: JSON.parse(row!.reaches) as number[],
    numbers: JSON.parse(row!.numbers) as number[],
  };
}

describe("archives that are cut again and again", () => {
  it("keep the end of each number, and use the number that was given to the next archive", () => {
    const cut = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 30 }), (steps) => {
        let present = NO_ARCHIVES;
        const ends = new Map<number, number>();
        for (const wanted of steps) {
          const index = indexAt(present, wanted[0] ?? 0);
          const [after, to] = [present.archiveEnds[index - 1] ?? -1, present.archiveEnds[index] ?? Infinity];
          const cuts = [...new Set(wanted)].filter((at) => at > after && at < to).toSorted((a, b) => a - b);
          const nextNumber = present.numbers.at(-1);
          const isNewest = index === present.archiveEnds.length;
          present = withCuts(present, index, cuts);
          expect(present.archiveEnds).toEqual(present.archiveEnds.toSorted((a, b) => a - b));
          expect(present.numbers.length).toBe(present.archiveEnds.length + 1);
          expect(new Set(present.numbers).size).toBe(present.numbers.length);
          if (isNewest && cuts.length > 0) expect(present.numbers[index]).toBe(nextNumber);
          else expect(present.numbers.at(-1)).toBe(nextNumber);
          for (const [at, reach] of present.archiveEnds.entries()) {
            const number = present.numbers[at] ?? 0;
            expect(ends.get(number) ?? reach).toBe(reach);
            ends.set(number, reach);
          }
        }
        expect(ends.size).toBe(present.archiveEnds.length);
      }),
    );
  });
});

describe("cutting an archive", () => {
  it(
    "changes it and the one before it, but no other archive's bytes or number",
    { timeout: 60_000 },
    async () => {
      await fill("cut", `${LIST}/feed.atom`);
      const before = await archives(LIST);
      const paths = before.numbers.map((number) => `${LIST}/archive/${number}/feed.atom`).slice(0, -1);
      for (const path of paths) await request(path);
      await settled();
      const bodies = await Promise.all(paths.map(kvBody));

      await batchOf("cut", day(70));
      await newsroomLater(2);
      const after = await archives(LIST);
      const added = after.numbers.find((number) => !before.numbers.includes(number))!;
      expect(after.archiveEnds.length).toBe(before.archiveEnds.length + 1);
      expect(after.numbers.toSpliced(after.numbers.indexOf(added), 1)).toEqual(before.numbers);
      for (const [at, reach] of before.archiveEnds.entries())
        expect(after.numbers[after.archiveEnds.indexOf(reach)]).toBe(before.numbers[at]);

      const bodiesAfter = await Promise.all(paths.map(kvBody));
      const changed = paths.filter((_, at) => bodiesAfter[at] !== bodies[at]);
      const at = after.numbers.indexOf(added);
      const [older, newer] = [after.numbers[at - 1]!, after.numbers[at + 1]!];
      expect(changed).toEqual([older, newer].map((number) => `${LIST}/archive/${number}/feed.atom`));
      const [olderBody, newerBody] = [bodiesAfter[at - 1]!, bodiesAfter[at]!];
      expect(olderBody).toBe(
        bodies[at - 1]!.replaceAll(`/archive/${newer}/feed.atom`, `/archive/${added}/feed.atom`),
      );
      const between = await readFeed(`${LIST}/archive/${added}/feed.atom`, "atom");
      expect(newerBody).toContain(
        `rel="prev-archive" type="application/atom+xml" href="${BASE_URL}${between.path}"`,
      );
      expect(between.previous).toBe(`${LIST}/archive/${older}/feed.atom`);
      expect(between.ids.length + idsOf(newerBody).length).toBe(idsOf(bodies[at]!).length + 31);
    },
  );

  it("leaves the number of the next archive unchanged", { timeout: 60_000 }, async () => {
    const nextNumber = (await archives(LIST)).numbers.at(-1)!;
    await batchOf("cut", day(60));
    await batchOf("cut", day(60));
    expect((await archives(LIST)).numbers.at(-1)).toBe(nextNumber);
    const address = `${LIST}/archive/${nextNumber}/feed.rss`;
    expect((await request(address.replace("rss", "atom"))).headers.get("location")).toBe(`${LIST}/feed.atom`);
    const newest = (await readFeed(`${LIST}/feed.rss`, "rss")).ids;
    await batchOf("cut", day(DAYS + 30));
    const { ids, status } = await readFeed(address, "rss");
    expect(status).toBe(200);
    expect(ids.length).toBeGreaterThan(0);
    expect(newest.slice(-ids.length)).toEqual(ids);
  });
});

describe("a walk from the newest document to the oldest", () => {
  it("misses nothing when the oldest archive is cut during the walk", async () => {
    const list = "/en/topics/walk";
    await fill("walk", `${list}/feed.atom`);
    const there = await listed("walk");
    const before = await archives(list);
    let steps = 0;
    const seen = idsIn(
      await walk(`${list}/feed.atom`, "atom", async () => {
        steps += 1;
        if (steps === 3) await batchOf("walk", day(4));
      }),
    );
    expect((await archives(list)).archiveEnds.length).toBe(before.archiveEnds.length + 1);
    expect(there.filter((id) => !seen.includes(id))).toEqual([]);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("finds each release once, whichever archives are cut during the walk", async () => {
    // Cuts after a step, so many days before the oldest release that was read; after it, if negative.
    const after = fc.integer({ min: 1, max: 5 });
    const inTheNext = fc.record({ after, ahead: fc.integer({ min: 2, max: 19 }) });
    const anywhere = fc.record({ after, ahead: fc.integer({ min: -60, max: 80 }) });
    const plan = fc
      .tuple(inTheNext, fc.array(anywhere, { maxLength: 3 }))
      .map(([first, others]) => [first, ...others]);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        plan,
        fc.constantFrom<Format>(...FORMATS),
        fc.boolean(),
        async (cuts, format, isCombination) => {
          run += 1;
          const topic = `run-${run}`;
          const start = isCombination
            ? `/en/feed.${format}?type=press-release&topic=${topic}`
            : `/en/topics/${topic}/feed.${format}`;
          await fill(topic, start.replace(format, format === "rss" ? "atom" : "rss"));
          const there = await listed(topic);
          let steps = 0;
          const seen = idsIn(
            await walk(start, format, async ({ ids }) => {
              steps += 1;
              const at = DAYS - 1 - Math.max(0, ...ids.map((id) => there.indexOf(id)));
              for (const { after, ahead } of cuts) if (after === steps) await batchOf(topic, day(at - ahead));
            }),
          );
          expect(new Set(seen).size).toBe(seen.length);
          expect(there.filter((id) => !seen.includes(id))).toEqual([]);
        },
      ),
      { numRuns: runs(2) },
    );
  });
});

describe("an expired combination", () => {
  it("has the same archive numbers when it is requested again", { timeout: 60_000 }, async () => {
    const feed = "/en/feed.atom?type=press-release&topic=expired";
    await fill("expired", feed.replace("atom", "rss"));
    const name = "/en?type=press-release&topic=expired";
    const before = await archives(name);
    expect(before.archiveEnds.length).toBeGreaterThan(3);
    await newsroomLater(2 * 86_400);
    for (const _ of [1, 2]) await batchOf("expired", day(9));
    expect(await archives(name)).toEqual(before);

    const there = await listed("expired");
    const documents = await walk(feed, "atom");
    const after = await archives(name);
    expect(after.archiveEnds.length).toBeGreaterThan(before.archiveEnds.length);
    for (const [at, reach] of before.archiveEnds.entries())
      expect(after.numbers[after.archiveEnds.indexOf(reach)]).toBe(before.numbers[at]);
    expect(idsIn(documents)).toEqual(there);
    for (const { ids } of documents) expect(ids.length).toBeLessThanOrEqual(50);
  });
});
