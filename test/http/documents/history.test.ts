import { parseXml } from "@rgrove/parse-xml";
import { describe, expect, it } from "vitest";
import { HISTORY_ENTRIES_MAX, HISTORY_SHOWN_UNITS_MAX } from "../../../src/newsroom/limits.ts";
import {
  act,
  inNewsroom,
  kvBody,
  newsroomLater,
  publish,
  release,
  request,
  settled,
} from "../../support/service.ts";

/** What a person reads of each entry of the page, tags taken out; added and deleted words in braces. */
function entriesOf(html: string): string[] {
  const [, list = ""] = /<ol class="history"[^>]*>(.*)<\/ol>/s.exec(html) ?? [];
  return list
    .split("<li>")
    .slice(1)
    .map((entry) =>
      entry
        .replaceAll(/<\/?bdi>/g, "")
        .replaceAll(/<time[^>]*>[^<]*<\/time>/g, "")
        .replaceAll(/<span class="unseen">[^<]*<\/span>/g, "")
        .replaceAll(/<(ins|del)>/g, (_, tag: string) => (tag === "ins" ? "{+" : "{-"))
        .replaceAll(/<\/(?:ins|del)>/g, "}")
        .replaceAll(/<[^>]*>/g, "|")
        .replaceAll(/\|+/g, "|")
        .replaceAll(/^\||\|$/g, ""),
    );
}

function pathOf({ lang, slug }: Record<string, unknown>): string {
  return `/${String(lang)}/releases/${String(slug)}/history`;
}

async function historyOf(path: string): Promise<{ status: number; html: string; entries: string[] }> {
  const response = await request(path);
  const html = await response.text();
  return { status: response.status, html, entries: entriesOf(html) };
}

describe("the history of a release", () => {
  it("has every edition since the first public one, minor ones too, with note and words", async () => {
    const text = release({
      title: "The summit in May",
      body: "It takes place on 1 May.",
      embargo: "2999-01-01T00:00:00Z",
    });
    await publish(text);
    const { embargo: _embargo, ...open } = text;
    await publish({ ...open, id: text.id });
    const major = { change: "major", note: "Corrected the day", body: "It takes place on 2 May." };
    await publish({ ...open, id: text.id, ...major });
    await publish({
      ...open,
      id: text.id,
      ...major,
      change: "minor",
      note: "A comma",
      body: "It takes place, on 2 May.",
    });
    const { status, html, entries } = await historyOf(pathOf(text));
    expect(status).toBe(200);
    expect(entries).toEqual([
      "Small change · Edition 3|What changed: A comma|Text|It takes place{+,} on 2 May.",
      "Corrected · Edition 2|What changed: Corrected the day|Text|It takes place on {-1}{+2} May.",
      "Published · Edition 1",
    ]);
    expect(html).toContain('<del><span class="unseen"> deleted: </span>1</del>');
    expect(html).toContain('<ins><span class="unseen"> added: </span>2</ins>');
    expect(html).toContain("<h1>All changes to this text</h1>");
    expect(html).not.toContain("<script");
  });

  it("compares what people read, and the Markdown only where that is the same", async () => {
    const text = release({ body: "The [programme](https://a.example/1) is long." });
    await publish(text);
    const words = { ...text, body: "The [programme](https://a.example/1) is short.", change: "minor" };
    await publish(words);
    const link = { ...words, body: "The [programme](https://a.example/two) is short.", note: "The link" };
    await publish(link);
    await publish({ ...link, body: `${link.body}\n\n<!-- internal -->`, note: "Nothing" });
    expect((await historyOf(pathOf(text))).entries).toEqual([
      "Small change · Edition 4|What changed: Nothing",
      "Small change · Edition 3|What changed: The link|Text|" +
        "The [programme](https://a.example/{-1}{+two}) is short.",
      "Small change · Edition 2|Text|The programme is {-long}{+short}.",
      "Published · Edition 1",
    ]);
  });

  it("tells of withdrawal and reinstatement, with the reasons", async () => {
    const text = release();
    await publish(text);
    await act("withdraw", text.id, "Under review");
    await act("reinstate", text.id, "It was right");
    expect((await historyOf(pathOf(text))).entries).toEqual([
      "Reinstated|Reason: It was right",
      "Withdrawn|Reason: Under review",
      "Published · Edition 1",
    ]);
  });

  it("of a killed release is 410, without its text and notes, and comes back with the release", async () => {
    const text = release({ title: "The secret title", body: "A secret body." });
    await publish(text);
    await publish({ ...text, body: "A secret text.", change: "major", note: "A secret note" });
    await settled();
    const path = pathOf(text);
    expect((await historyOf(path)).html).toContain("secret");
    await act("kill", text.id, "Unlawful");
    await settled();
    expect(await kvBody(path)).not.toContain("secret");
    await newsroomLater(2);
    const html = (await kvBody(path)) ?? "";
    expect(entriesOf(html)).toEqual([
      "Removed|Reason: Unlawful",
      "Corrected · Edition 2",
      "Published · Edition 1",
    ]);
    expect(html).not.toMatch(/secret/i);
    await act("reinstate", text.id, "Lawful");
    await newsroomLater(2);
    expect(await kvBody(path)).toContain("A secret note");
  });

  it("of a release that was killed before it was requested is 410", async () => {
    const text = release();
    await publish(text);
    await act("kill", text.id, "Unlawful");
    const { status, entries } = await historyOf(pathOf(text));
    expect([status, entries]).toEqual([410, ["Removed|Reason: Unlawful", "Published · Edition 1"]]);
  });

  it("of a release under embargo is 404, as of none", async () => {
    const text = release({ embargo: "2999-01-01T00:00:00Z" });
    await publish(text);
    const [secret, none] = [
      await historyOf(pathOf(text)),
      await historyOf("/en/releases/no-such-text/history"),
    ];
    expect([secret.status, none.status]).toEqual([404, 404]);
    expect(secret.html.length).toBe(none.html.length);
  });

  it("follows the release to its present address", async () => {
    const text = release();
    await publish(text);
    const moved = { ...text, slug: `${String(text["slug"])}-moved`, change: "minor" };
    await publish(moved);
    const old = await request(pathOf(text));
    expect([old.status, old.headers.get("location")]).toEqual([301, pathOf(moved)]);
    expect((await historyOf(pathOf(moved))).entries[0]).toBe(
      `Small change · Edition 2|Address|{-${String(text["slug"])}}{+${moved.slug}}`,
    );
    const upper = await request(pathOf(moved).toUpperCase());
    expect([upper.status, upper.headers.get("location")]).toEqual([301, pathOf(moved)]);
  });

  it("is served out of KV with its ETag, and kept up to date", async () => {
    const text = release();
    await publish(text);
    const path = pathOf(text);
    expect(await kvBody(path)).toBeNull();
    const first = await request(path);
    const etag = first.headers.get("etag") ?? "";
    await settled();
    expect(entriesOf((await kvBody(path)) ?? "")).toEqual(["Published · Edition 1"]);
    expect((await request(path, { headers: { "if-none-match": etag } })).status).toBe(304);
    await publish({ ...text, title: "The session was not held", change: "major", note: "It was not" });
    await newsroomLater(2);
    expect(entriesOf((await kvBody(path)) ?? "")[0]).toBe(
      "Corrected · Edition 2|What changed: It was not|Title|The session was {+not }held",
    );
  });

  it("has no comments of the office, and fields in words", async () => {
    const text = release({ body: "One.<!-- a secret --> Two.", topics: ["csto"], type: "statement" });
    await publish(text);
    const next = {
      body: "One.<!-- another secret --> Three.",
      topics: [],
      type: "speech",
      date: "2020-12-02",
    };
    await publish({ ...text, ...next, change: "major", note: "All of it" });
    const { html, entries } = await historyOf(pathOf(text));
    expect(html).not.toContain("secret");
    expect(entries[0]).toBe(
      "Corrected · Edition 2|What changed: All of it|Types|{-Statement}{+Speech}|Date|{-2020-12-01}{+2020-12-02}" +
        "|Topics|{-csto}|Text|One. {-Two}{+Three}.",
    );
  });

  it("of a text with many and long changes stays short, and links the whole difference", async () => {
    const words = (word: string) => Array.from({ length: 40_000 }, (_, nth) => `${word}${nth}`).join(" ");
    const text = release({ body: words("old") });
    await publish(text);
    await publish({ ...text, body: words("new"), change: "major", note: "Everything" });
    await publish({
      ...text,
      body: `${words("new")} ${"a longer end ".repeat(500)}`,
      change: "major",
      note: "More",
    });
    const startedMs = performance.now();
    const { html, entries } = await historyOf(pathOf(text));
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(html.length).toBeLessThan(2 * HISTORY_SHOWN_UNITS_MAX + 10_000);
    expect(entries).toHaveLength(3);
    for (const [from, to] of [
      [1, 2],
      [2, 3],
    ])
      expect(html).toContain(`href="/api/v1/releases/${text.id}/editions/${from}/diff/${to}"`);
    expect(entries[0]).toContain("a longer end");
    expect(entries[1]).not.toContain("new7");
  });

  it("shows the newest entries, and links the others", async () => {
    const text = release({ body: "Text 0." });
    await publish(text);
    for (let nth = 1; nth <= HISTORY_ENTRIES_MAX; nth += 1)
      await publish({ ...text, body: `Text ${nth}.`, change: "major", note: `Note ${nth}` });
    const { html, entries } = await historyOf(pathOf(text));
    expect(entries).toHaveLength(HISTORY_ENTRIES_MAX);
    expect(entries.at(-1)).toContain("Note 1|");
    expect(html).toContain(`href="/api/v1/releases/${text.id}/editions"`);
  });

  it("of a release that came to this service withdrawn has its edition and its withdrawal", async () => {
    const text = release({ status: "withdrawn", reason: "Outdated", updated: "2021-01-01T00:00:00Z" });
    await publish(text);
    expect((await historyOf(pathOf(text))).entries).toEqual([
      "Withdrawn|Reason: Outdated",
      "Published · Edition 1",
    ]);
  });

  it("is in the language of the release, and well-formed", async () => {
    const text = release({ lang: "hy", title: "Հայտարարություն <b>", body: "Մեկ & երկու։" });
    await publish(text);
    await publish({ ...text, body: "Մեկ & երեք <i>։", change: "major", note: "<Ուղղում>" });
    const { html } = await historyOf(pathOf(text));
    expect(html).toContain("<h1>Այս տեքստի բոլոր փոփոխությունները</h1>");
    const [main = ""] = /<main.*<\/main>/s.exec(html) ?? [];
    expect(() => parseXml(main.replaceAll(" reversed", ' reversed=""'))).not.toThrow();
  });

  it("is made again byte for byte after KV was lost", async () => {
    const text = release();
    await publish(text);
    await publish({ ...text, body: "Another body.", change: "minor", reallyMinor: true });
    const path = pathOf(text);
    await request(path);
    await settled();
    const before = await kvBody(path);
    await inNewsroom((instance) => instance.rebuild());
    await newsroomLater(2);
    expect(before).toContain("Small change");
    expect(await kvBody(path)).toBe(before);
  });
});
