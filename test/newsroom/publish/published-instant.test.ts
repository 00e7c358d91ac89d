import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textOf } from "../../../src/documents/kv-store.ts";
import { dayOf, formatInstant } from "../../../src/domain/dates.ts";
import type { Newsroom } from "../../../src/newsroom/newsroom.ts";
import { runs } from "../../support/properties.ts";
import { idsOf } from "../../support/feed-walk.ts";
import { inNewsroom, newsroomLater, publish, release, request, settled } from "../../support/service.ts";

const DAY = 86_400;
const ZONE = "Asia/Yerevan";

async function publishedOf(id: string): Promise<string> {
  await settled();
  return (await (await request(`/api/v1/releases/${id}`)).json<{ published: string }>()).published;
}

/** The newest document of a list as Atom, rendered from the ledger; empty if the list does not exist yet. */
async function newestOf(instance: Newsroom, address: string): Promise<string> {
  const found = await instance.document(`${address}/feed.atom`, null);
  return found.kind === "missing" ? "" : textOf(found.document);
}

/** A release as the Newsroom gets it. */
function prepared(input: ReturnType<typeof release>) {
  const text = String(input["body"]);
  const empty = { people: [], organisations: [], places: [], attachments: [] };
  return {
    input: { ...input, ...empty },
    hash: "",
    html: `<p>${text}</p>`,
    text,
    summary: "A summary",
    files: [],
  } as never;
}

describe("the instant of a release", () => {
  it("is the moment at which it becomes public if its date is a day of the last seven days", async () => {
    const ms = await newsroomLater(0);
    for (const daysAgo of [0, 3, 7]) {
      const text = release({ date: dayOf(ms / 1000 - daysAgo * DAY, ZONE) });
      await publish(text);
      const published = Date.parse(await publishedOf(text.id));
      expect(published, `${daysAgo} days ago`).toBeGreaterThanOrEqual(Math.floor(ms / 1000) * 1000);
    }
  });

  it("is noon of an older day, plus a second for each release that has the day", async () => {
    for (const expected of ["2015-06-01T08:00:00Z", "2015-06-01T08:00:01Z"]) {
      const text = release({ date: "2015-06-01" });
      await publish(text);
      expect(await publishedOf(text.id)).toBe(expected);
    }
  });

  it("is noon on the day of a clock change too", async () => {
    const text = release({ date: "2011-03-27" }); // Asia/Yerevan changed to UTC+5
    await publish(text);
    expect(await publishedOf(text.id)).toBe("2011-03-27T07:00:00Z");
  });

  it("is the exact instant where the newest documents still show it there", async () => {
    const exact = formatInstant(Math.floor((await newsroomLater(0)) / 1000) - 2 * DAY);
    const text = release({ date: exact });
    await publish(text);
    expect(await publishedOf(text.id)).toBe(exact);
  });

  it("is the moment for an exact instant that has gone into an archive", async () => {
    const now = Math.floor((await newsroomLater(60)) / 1000);
    const topics = ["many-today"];
    for (let index = 0; index < 51; index += 1)
      await publish(release({ topics, date: formatInstant(now - 60 + index) }));
    const late = release({ topics, date: formatInstant(now - DAY) });
    await publish(late);
    expect(Date.parse(await publishedOf(late.id)) / 1000).toBeGreaterThanOrEqual(now);
  });

  it("is the second after that for the third release of one instant", async () => {
    const texts = [1, 2, 3].map(() => release({ date: "2016-02-03T10:00:00Z" }));
    for (const text of texts) await publish(text);
    const published = await Promise.all(texts.map(({ id }) => publishedOf(id)));
    expect(published).toEqual(["2016-02-03T10:00:00Z", "2016-02-03T10:00:01Z", "2016-02-03T10:00:02Z"]);
  });

  it("shows what is news in the newest document of each list, whatever came before", async () => {
    const step = fc.record({
      waits: fc.constantFrom(0, 0, 1, 40, 3_600, DAY),
      date: fc.oneof(
        fc.record({ precision: fc.constant("day" as const), daysAgo: fc.nat(7) }),
        fc.record({ precision: fc.constant("second" as const), secondsAgo: fc.nat(7 * DAY) }),
        fc.record({ precision: fc.constant("second" as const), secondsAgo: fc.nat(60) }),
      ),
      topic: fc.constantFrom("one", "two"),
      length: fc.constantFrom(10, 10, 10, 30_000, 240_000),
    });
    await inNewsroom(async (instance) => {
      let nowMs = instance.clock();
      instance.clock = () => nowMs;
      await fc.assert(
        fc.asyncProperty(fc.uuid(), fc.array(step, { minLength: 20, maxLength: 60 }), async (run, steps) => {
          const held = new Map<string, number>();
          for (const { waits, date, topic, length } of steps) {
            nowMs += waits * 1000;
            const now = Math.floor(nowMs / 1000);
            const topics = [`${topic}-${run}`];
            const lists = ["/", "/en", `/en/topics/${topics[0]}`].map((each) => each.replace(/\/$/, ""));
            const before = await Promise.all(lists.map((list) => newestOf(instance, list)));
            const text = release({
              topics,
              date:
                date.precision === "day"
                  ? dayOf(now - date.daysAgo * DAY, ZONE)
                  : formatInstant(now - date.secondsAgo),
              body: "word ".repeat(length / 5),
            });
            await instance.publish([prepared(text)], { dryRun: false });
            for (const [index, list] of lists.entries()) {
              const document = await newestOf(instance, list);
              const ids = idsOf(document);
              expect(ids, list).toContain(text.id);
              if (date.precision === "day") expect(ids[0], list).toBe(text.id);
              const updated = (body: string) => /<updated>([^<]*)/.exec(body)?.[1] ?? "";
              expect(updated(document) > updated(before[index] ?? ""), list).toBe(true);
              const count = (held.get(list) ?? 0) + 1;
              held.set(list, count);
              expect(ids.length).toBeGreaterThanOrEqual(Math.min(15, count));
              expect(new TextEncoder().encode(document).byteLength).toBeLessThan(250_000);
            }
          }
        }),
        { numRuns: runs(2), seed: 12, endOnFailure: true },
      );
    });
  });
});
