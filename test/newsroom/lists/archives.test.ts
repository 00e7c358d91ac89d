import { reset } from "cloudflare:test";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { runs } from "../../support/properties.ts";
import { idsOf, readFeed, walk } from "../../support/feed-walk.ts";
import {
  act,
  inNewsroom,
  kvBody,
  ledgerRows,
  newsroomLater,
  publish,
  release,
  request,
  send,
  settled,
} from "../../support/service.ts";

const FORMATS = ["rss", "atom", "json"] as const;

/** The day so many days after 1 January 2019. */
const day = (index: number) => new Date(Date.UTC(2019, 0, 1 + index)).toISOString().slice(0, 10);

type Fields = Record<string, unknown> & { id: string };

async function publishAll(releases: Fields[]): Promise<void> {
  for (let start = 0; start < releases.length; start += 100) {
    const response = await send("POST", "/api/v1/releases", { releases: releases.slice(start, start + 100) });
    expect(response.status).toBe(200);
  }
  await settled();
}

describe("a list with archives", () => {
  const texts = Array.from({ length: 130 }, (_, index) =>
    release({ date: day(index), topics: index % 2 === 0 ? ["even"] : ["odd"], title: `Text ${index}` }),
  );
  const newestFirst = texts.map(({ id }) => id).toReversed();

  beforeAll(async () => {
    await publishAll(texts);
    await newsroomLater(2);
  });

  it.each(FORMATS)(
    "has every release once in its %s documents, from the newest to the oldest",
    async (format) => {
      for (const [list, expected] of [
        ["", newestFirst],
        ["/en", newestFirst],
        ["/en/topics/even", newestFirst.filter((_, index) => index % 2 === 1)],
      ] as const) {
        const documents = await walk(`${list}/feed.${format}`, format);
        expect(documents.length).toBeGreaterThan(1);
        expect(documents.flatMap(({ ids }) => ids)).toEqual(expected);
        expect(documents[0]!.ids.length).toBeGreaterThan(30);
        for (const { ids } of documents) expect(ids.length).toBeLessThanOrEqual(50);
      }
    },
  );

  it("has archives as a combination too", async () => {
    const documents = await walk("/en/feed.rss?topic=even&topic=odd", "rss");
    expect(documents.flatMap(({ ids }) => ids)).toEqual(newestFirst);
    expect(documents[1]!.path).toMatch(/^\/en\/archive\/\d+\/feed\.rss\?topic=even&topic=odd$/);
  });

  it("shows a browser a preview of an archive, even if the browser has cached the feed", async () => {
    const path = "/en/archive/1/feed.rss";
    expect((await request(path)).status).toBe(200);
    const remembered = await request(path, {
      headers: { "if-none-match": "*", "sec-fetch-dest": "document" },
    });
    expect([remembered.status, remembered.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
  });

  it("links the archives before and after each document", async () => {
    const atom = (await readFeed("/en/archive/2/feed.atom", "atom")).body;
    expect(atom).toContain("<fh:archive/>");
    for (const [rel, path] of [
      ["self", "/en/archive/2/feed.atom"],
      ["current", "/en/feed.atom"],
      ["prev-archive", "/en/archive/1/feed.atom"],
      ["next-archive", "/en/archive/3/feed.atom"],
    ]) {
      expect(atom).toContain(
        `<link rel="${rel}" type="application/atom+xml" href="https://press.example${path}"/>`,
      );
    }
    const rss = (await readFeed("/en/archive/1/feed.rss", "rss")).body;
    expect(rss).toContain('<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/>');
    expect(rss).not.toContain("prev-archive");
    const current = (await readFeed("/en/feed.atom", "atom")).body;
    expect(current).not.toContain("fh:archive");
    expect(current).not.toContain('rel="current"');
  });

  it("redirects the number of the next archive to the newest document", async () => {
    const [{ count } = { count: 0 }] = await ledgerRows<{ count: number }>(
      "SELECT json_array_length(reaches) AS count FROM lists WHERE address = '/en'",
    );
    const last = await request(`/en/archive/${count + 1}/feed.atom`);
    expect([last.status, last.headers.get("location")]).toEqual([302, "/en/feed.atom"]);
    for (const format of ["rss", "atom", "json"]) {
      const opened = await request(`/en/archive/${count + 1}/feed.${format}`, {
        headers: { "sec-fetch-dest": "document" },
      });
      expect([opened.status, opened.headers.get("location")]).toEqual([302, `/en/feed.${format}`]);
    }
    expect((await request(`/en/archive/${count + 2}/feed.atom`)).status).toBe(404);
  });

  it("has an HTML page for each archive", async () => {
    const html = await (await request("/en/archive/1")).text();
    expect(html).toContain('href="/en/archive/2"');
    expect(html).toContain("Text 0<");
    expect(await (await request("/en")).text()).toContain('rel="next" href="/en/archive/');
  });

  it("does not change an archive when newer releases are published", async () => {
    const before = await request("/en/archive/1/feed.atom");
    // A shared cache must not keep a killed release for long.
    expect(before.headers.get("cache-control")).toBe(
      "public, max-age=3600, s-maxage=10, stale-while-revalidate=60",
    );
    await settled();
    const written = () =>
      ledgerRows<{ written_ms: number }>(
        "SELECT written_ms FROM documents WHERE path LIKE '/en/archive/1/%'",
      );
    const writes = await written();
    await publishAll(Array.from({ length: 60 }, (_, index) => release({ date: day(200 + index) })));
    await newsroomLater(2);
    expect(await written()).toEqual(writes);
    expect((await request("/en/archive/1/feed.atom")).headers.get("etag")).toBe(before.headers.get("etag"));
  });

  it("changes an archive when one of its releases changes, and no other", async () => {
    for (const number of [1, 2]) await request(`/en/archive/${number}/feed.atom`);
    await settled();
    const second = await kvBody("/en/archive/2/feed.atom");
    await publish({ ...texts[3]!, title: "Text 3, corrected", change: "major", note: "The title" });
    await newsroomLater(2);
    expect(await kvBody("/en/archive/1/feed.atom")).toContain("Text 3, corrected");
    expect(await kvBody("/en/archive/2/feed.atom")).toBe(second);
  });

  it("names a killed release in its archive and in the newest document", async () => {
    expect((await act("kill", texts[4]!.id, "It was never true")).status).toBe(200);
    await newsroomLater(2);
    for (const path of ["/en/archive/1/feed.atom", "/en/feed.atom"]) {
      const body = (await kvBody(path)) ?? "";
      expect(body).toContain(`<at:deleted-entry ref="urn:uuid:${texts[4]!.id}"`);
      expect(body).toContain("<at:comment>It was never true</at:comment>");
      expect(idsOf(body)).not.toContain(texts[4]!.id);
    }
    expect(await kvBody("/en/topics/odd/feed.atom")).toBeNull();
    await act("reinstate", texts[4]!.id, "It was true after all");
    // As in a combination that has not taken in the reinstatement yet.
    await inNewsroom((_instance, { storage: { sql } }) => {
      sql.exec("INSERT INTO tombstones (list, release) VALUES ('/en', ?)", texts[4]!.id);
    });
    await newsroomLater(2);
    expect(idsOf((await kvBody("/en/archive/1/feed.atom")) ?? "")).toContain(texts[4]!.id);
    expect(await kvBody("/en/feed.atom")).not.toContain("deleted-entry");
  });

  it(
    "misses nothing when releases are published during a walk, whatever their dates",
    { timeout: 60_000 },
    async () => {
      const there = (
        await ledgerRows<{ id: string }>("SELECT id FROM releases WHERE status = 'published'")
      ).map(({ id }) => id);
      let count = 0;
      const meanwhile = async () => {
        count += 1;
        await publishAll([
          release({ date: day(400 + count), topics: ["even"] }),
          release({ date: day((count * 37) % 190), topics: ["odd"] }),
        ]);
        await newsroomLater(2);
      };
      const withTopic = await ledgerRows<{ id: string }>(
        "SELECT DISTINCT r.id FROM releases r JOIN filings f ON f.published = r.published AND f.field = 'topic'",
      );
      for (const [list, format, expected] of [
        ["/feed.rss", "rss", there],
        ["/en/feed.atom", "atom", there],
        ["/en/feed.json?topic=even&topic=odd", "json", withTopic.map(({ id }) => id)],
      ] as const) {
        const seen = (await walk(list, format, meanwhile)).flatMap(({ ids }) => ids);
        expect(new Set(seen).size).toBe(seen.length);
        expect(expected.filter((id) => !seen.includes(id))).toEqual([]);
      }
    },
  );

  it("renders the parts of an archive that was cut", async () => {
    const readArchives = async () => {
      const [row] = await ledgerRows<{ reaches: string; numbers: string }>(
        "SELECT reaches, numbers FROM lists WHERE address = '/en'",
      );
      return {
        reaches: JSON.parse(row!.reaches) as number[],
        numbers: JSON.parse(row!.numbers) as number[],
      };
    };
    const pathsOf = ({ reaches, numbers }: Awaited<ReturnType<typeof readArchives>>) =>
      reaches.map((_, index) => `/en/archive/${numbers[index]}/feed.atom`);
    const before = await readArchives();
    expect(before.reaches.length).toBeGreaterThan(2);
    const paths = pathsOf(before);
    for (const path of paths) await request(path);
    await settled();

    const oldest = Date.parse(`${day(0)}T12:00:00Z`);
    await publishAll(
      Array.from({ length: 60 }, (_, index) =>
        release({ date: new Date(oldest + index * 1_000).toISOString() }),
      ),
    );
    await newsroomLater(2);
    const after = await readArchives();
    expect(after.reaches.length).toBeGreaterThan(before.reaches.length);
    expect(after.reaches.slice(-2)).toEqual(before.reaches.slice(-2));
    expect(pathsOf(after)).toEqual(expect.arrayContaining(paths));

    const there = await ledgerRows<{ id: string; published: number }>(
      "SELECT id, published FROM releases WHERE status = 'published' ORDER BY published DESC",
    );
    for (const [index, path] of pathsOf(after).entries()) {
      const [from = -Infinity, to = Infinity] = [after.reaches[index - 1], after.reaches[index]];
      const expected = there.filter(({ published }) => published > from && published <= to);
      const body = paths.includes(path) ? await kvBody(path) : (await readFeed(path, "atom")).body;
      expect([path, idsOf(body ?? "")]).toEqual([path, expected.map(({ id }) => id)]);
    }
  });
});

describe("releases with many characters to escape", () => {
  it.each([
    [
      "in attachments",
      {
        attachments: Array.from({ length: 20 }, (_, index) => ({
          url: `https://files.example/${index}?${Array.from({ length: 60 }, (_each, at) => `a${at}=1`).join("&")}`,
          type: "application/pdf",
          title: '"<&>"'.repeat(20),
        })),
      },
    ],
    ["in the text", { body: `[so "so"](https://a.example/?a=1&b=2&c=3 '"&"') `.repeat(100) }],
    [
      "in title and summary",
      { title: '"&<>'.repeat(100), summary: '"&<>'.repeat(300), note: '"&<>'.repeat(100) },
    ],
  ])("%s: their documents stay under 250 kB", { timeout: 60_000 }, async (where, fields) => {
    await reset();
    // Each test has its own topic, because isolates cache answers for a moment.
    const topic = where.replaceAll(" ", "-");
    await publishAll(
      Array.from({ length: 50 }, (_, index) => release({ date: day(index), topics: [topic], ...fields })),
    );
    await newsroomLater(2);
    for (const format of FORMATS) {
      const documents = await walk(`/en/topics/${topic}/feed.${format}`, format);
      expect(documents.flatMap(({ ids }) => ids).length).toBe(50);
      const sizes = documents
        .filter(({ ids }) => ids.length > 1)
        .map(({ body }) => new TextEncoder().encode(body).byteLength);
      expect(sizes.length).toBeGreaterThan(0);
      expect(Math.max(...sizes)).toBeLessThan(250_000);
    }
  });
});

describe("a list after any publishes and kills", () => {
  it("has each release in one document, and no document is too large", async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant("publish" as const),
          at: fc.nat(900),
          words: fc.constantFrom(1, 1, 1, 2_000, 20_000),
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("kill" as const), which: fc.nat(500) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("reinstate" as const), which: fc.nat(500) }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 60, maxLength: 90 }),
        fc.boolean(),
        async (drawn, growing) => {
          await reset();
          const listed = new Map<string, string>();
          const all: { id: string; date: string }[] = [];
          let pending: Fields[] = [];
          const flush = async () => {
            await publishAll(pending);
            pending = [];
          };
          for (const [index, step] of drawn.entries()) {
            if (step.do === "publish") {
              const date = new Date(
                Date.UTC(2015, 0, 1) + (growing ? index : step.at) * 86_400_000 + index * 1_000,
              ).toISOString();
              const text = release({ date, body: "word ".repeat(step.words) });
              pending.push(text);
              all.push({ id: text.id, date });
              listed.set(text.id, date);
              if (pending.length >= 5) await flush();
              continue;
            }
            await flush();
            const chosen = all[step.which % Math.max(1, all.length)];
            if (chosen === undefined) continue;
            expect((await act(step.do, chosen.id, `Reason ${index}`)).status).toBe(200);
            if (step.do === "kill") listed.delete(chosen.id);
            else listed.set(chosen.id, chosen.date);
          }
          await flush();
          await newsroomLater(2);
          await newsroomLater(2);
          const documents = await walk("/en/feed.atom?type=press-release", "atom");
          const newestFirst = [...listed].sort(([, a], [, b]) => (a < b ? 1 : -1)).map(([id]) => id);
          expect(documents.flatMap(({ ids }) => ids)).toEqual(newestFirst);
          const kept = await walk("/feed.atom", "atom");
          expect(kept.flatMap(({ ids }) => ids)).toEqual(newestFirst);
          for (const { ids, body } of kept) {
            expect(ids.length).toBeLessThanOrEqual(50);
            if (ids.length > 1 && kept[0]!.body === body)
              expect(new TextEncoder().encode(body).byteLength).toBeLessThan(250_000);
          }
        },
      ),
      { numRuns: runs(1) },
    );
  });
});

describe("one long text among short ones", () => {
  it("is shown by its summary in the newest document, whole in its archive, and empties no feed", async () => {
    const fields = { topics: ["long-text"] };
    const short = () => release({ ...fields, date: day(0) });
    const long = release({ ...fields, date: day(0), summary: "The budget.", body: "word ".repeat(48_000) });
    await publishAll([...Array.from({ length: 6 }, short), long, short()]);
    for (const format of FORMATS) {
      const { ids, body } = await readFeed(`/en/topics/long-text/feed.${format}`, format);
      expect(ids.length).toBe(8);
      expect(new TextEncoder().encode(body).byteLength).toBeLessThan(250_000);
      expect(body).toContain("This is only the summary. Read the whole text.");
      expect(body).not.toContain("word word");
    }
    const json = await (
      await request("/en/topics/long-text/feed.json")
    ).json<{
      items: { id: string; content_html: string; _communique: { is_summary?: boolean } }[];
    }>();
    const entry = json.items.find(({ id }) => id.endsWith(long.id))!;
    expect(entry._communique.is_summary).toBe(true);
    expect(entry.content_html).toBe(
      `<p>The budget.</p><p><a href="https://press.example/en/releases/${String(long["slug"])}">This is only the summary. Read the whole text.</a></p>`,
    );
    expect(json.items.filter(({ _communique }) => _communique.is_summary)).toHaveLength(1);
    const whole = await (await request(`/api/v1/releases/${long.id}`)).json<{ content: { text: string } }>();
    expect(whole.content.text.length).toBeGreaterThan(239_000);

    await publishAll(Array.from({ length: 45 }, (_, index) => release({ ...fields, date: day(1 + index) })));
    await newsroomLater(2);
    // From KV: an isolate remembers the newest document for half a second.
    const newest = (await kvBody("/en/topics/long-text/feed.json"))!;
    expect(idsOf(newest)).not.toContain(long.id);
    const { next_url: older } = JSON.parse(newest) as { next_url: string };
    const archives = await walk(new URL(older).pathname, "json");
    const holding = archives.find(({ ids }) => ids.includes(long.id))!;
    expect(holding.body).toContain("word word");
  });
});

describe("a release that is filed elsewhere", () => {
  it("is a deletion in the Atom feeds of the lists that it left, until it comes back", async () => {
    await reset();
    const text = release({ topics: ["here", "stays"], date: day(1) });
    await publishAll([text]);
    const paths = ["/feed.atom", "/en/feed.atom", "/hy/feed.atom", "/en/topics/here/feed.atom"];
    for (const path of [...paths, "/feed.atom?topic=here"]) await request(path);
    await settled();
    const deletionsIn = async (path: string) => {
      const body = await kvBody(path);
      return [...body!.matchAll(/<at:deleted-entry ref="urn:uuid:([^"]*)"/g)].map(([, id]) => id);
    };
    await publish({ ...text, topics: ["there"], lang: "hy", change: "minor" });
    await newsroomLater(2);
    expect(await Promise.all(paths.map(deletionsIn))).toEqual([[], [text.id], [], [text.id]]);
    expect(await deletionsIn("/feed.atom?topic=here")).toEqual([text.id]);
    expect(await kvBody("/en/feed.atom")).not.toContain("at:comment");

    await publish({ ...text, change: "minor" });
    await newsroomLater(2);
    expect(await Promise.all(paths.map(deletionsIn))).toEqual([[], [], [text.id], []]);
    expect(await deletionsIn("/feed.atom?topic=here")).toEqual([]);
  });
});

describe("an empty feed", () => {
  it("has been empty since its list was first requested, not since 1970", async () => {
    const ms = await newsroomLater(1);
    await request("/hy/types/qa/feed.atom");
    await newsroomLater(2);
    const updated = /<updated>([^<]*)/.exec((await kvBody("/hy/types/qa/feed.atom"))!)?.[1] ?? "";
    expect(Math.abs(Date.parse(updated) - ms)).toBeLessThan(3_000);
  });
});

describe("a kill", () => {
  it("moves the date of the feeds that had the release, even if it was changed last", async () => {
    await reset();
    const [older, newer] = [release({ date: day(1) }), release({ date: day(2) })];
    await publishAll([older, newer]);
    await newsroomLater(10);
    await publish({ ...newer, title: "Corrected", change: "major", note: "The title" });
    await newsroomLater(10);
    const dates = async () => {
      const [atom, rss] = [await kvBody("/en/feed.atom"), await kvBody("/en/feed.rss")];
      return [/<updated>([^<]*)/, /<lastBuildDate>([^<]*)/].map((pattern, index) =>
        Date.parse(pattern.exec([atom, rss][index] ?? "")?.[1] ?? ""),
      );
    };
    const before = await dates();
    await act("kill", newer.id);
    await newsroomLater(10);
    const after = await dates();
    expect(after[0]).toBeGreaterThan(before[0]!);
    expect(after[1]).toBe(after[0]);
  });

  it("of the last release of an archive is named by that archive and by no other", async () => {
    await reset();
    const many = Array.from({ length: 120 }, (_, index) => release({ date: day(index) }));
    await publishAll(many);
    const documents = (await walk("/en/feed.atom", "atom")).filter(({ path }) => path.includes("/archive/"));
    expect(documents.length).toBeGreaterThan(1);
    await newsroomLater(2);
    for (const { ids } of documents) await act("kill", ids[0]!);
    await newsroomLater(2);
    for (const { path, ids } of documents) {
      const body = (await kvBody(path)) ?? "";
      const deleted = [...body.matchAll(/<at:deleted-entry ref="urn:uuid:([^"]*)"/g)].map(([, id]) => id);
      expect(deleted, path).toEqual([ids[0]]);
    }
  });
});
