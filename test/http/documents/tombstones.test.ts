import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { readEtag } from "../../../src/documents/kv-store.ts";
import { TOMBSTONES_MAX } from "../../../src/newsroom/limits.ts";
import { act, kvBody, newsroomLater, publish, release, request, send } from "../../support/service.ts";

interface Item {
  id: string;
  title: string;
  url: string;
  content_html: string;
  date_published: string;
  date_modified: string;
  language: string;
  _communique: Record<string, unknown>;
}

async function itemsOf(path: string): Promise<Item[]> {
  return (JSON.parse((await kvBody(`${path}/feed.json`)) ?? "") as { items: Item[] }).items;
}

/** The items of RSS, as they are written. */
async function rssItemsOf(path: string): Promise<string[]> {
  return ((await kvBody(`${path}/feed.rss`)) ?? "").split("<item>").slice(1);
}

describe("a killed release", () => {
  it("stays in JSON Feed and RSS under its id, with the reason and without its text", async () => {
    const text = release({
      lang: "fr",
      title: "Secret",
      body: "Secret text",
      topics: ["csto"],
      slug: "secret",
    });
    await publish(text);
    await publish(release({ lang: "fr", title: "Another", date: "2020-12-02" }));
    await newsroomLater(2);
    const [before] = (await itemsOf("/fr")).filter(({ title }) => title === "Secret");
    await act("kill", text.id, "Faux & <b>");
    await newsroomLater(2);
    const items = await itemsOf("/fr");
    expect(items.map(({ title }) => title)).toEqual(["Another", "Supprimé\u00a0: Faux & <b>"]);
    const [, gone] = items;
    expect(gone).toMatchObject({
      id: before?.id,
      url: `https://press.example/r/${text.id}`,
      content_html: "<p>Ce texte a été supprimé. Motif\u00a0: Faux &#x26; &#x3C;b></p>",
      date_published: before?.date_published,
      language: "fr",
      _communique: { removed: true, reason: "Faux & <b>" },
    });
    expect(gone?.date_modified).not.toBe(before?.date_modified);
    const [, rss = ""] = await rssItemsOf("/fr");
    expect(rss).toContain("<title>Supprimé\u00a0: Faux &#x26; &#x3C;b&#x3E;</title>");
    expect(rss).toContain(`urn:uuid:${text.id}`);
    for (const body of [
      await kvBody("/fr/feed.json"),
      await kvBody("/fr/feed.rss"),
      await kvBody("/fr/feed.atom"),
    ])
      expect(body).not.toMatch(/secret|csto/i);
    expect(await kvBody("/fr/feed.atom")).not.toContain(`<id>urn:uuid:${text.id}`);
    expect(await kvBody("/fr")).not.toContain("Faux");

    await act("reinstate", text.id, "Vrai");
    await newsroomLater(2);
    expect((await itemsOf("/fr")).map(({ title }) => title)).toEqual(["Another", "Secret"]);
  });

  it("that was never public has no tombstone", async () => {
    const text = release({ lang: "ru", embargo: "2999-01-01T00:00:00Z" });
    await publish(text);
    await act("kill", text.id, "A secret");
    await newsroomLater(2);
    expect(await itemsOf("/ru")).toEqual([]);
  });

  it("comes in a delta, without the entries that the reader has", async () => {
    const kept = release({ lang: "hy" });
    await publish(kept);
    for (const format of ["json", "rss"]) {
      const killed = release({ lang: "hy" });
      await publish(killed);
      await newsroomLater(2);
      const etag = (await readEtag(env.DOCUMENTS, `/hy/feed.${format}`)) ?? "";
      await act("kill", killed.id, `Because of ${format}`);
      await newsroomLater(2);
      const delta = await request(`/hy/feed.${format}`, {
        headers: { "a-im": "feed", "if-none-match": etag },
      });
      const body = await delta.text();
      expect(delta.status).toBe(226);
      expect(body).toContain(`Because of ${format}`);
      expect([body.includes(killed.id), body.includes(kept.id)]).toEqual([true, false]);
    }
  });

  it("leaves with the part of the list that goes into an archive", async () => {
    const texts = Array.from({ length: 60 }, (_, nth) =>
      release({
        title: `Text ${nth}`,
        topics: ["archived"],
        date: new Date(Date.UTC(2019, 0, 1 + nth)).toISOString().slice(0, 10),
      }),
    );
    const list = "/en/topics/archived";
    await publish(texts[0]!);
    for (const format of ["json", "rss"]) await request(`${list}/feed.${format}`);
    for (const text of texts.slice(1, 30)) await publish(text);
    await act("kill", texts[2]!.id, "It was wrong");
    await newsroomLater(2);
    expect((await itemsOf(list)).map(({ id }) => id)).toContain(`urn:uuid:${texts[2]!.id}`);
    for (const text of texts.slice(30)) await publish(text);
    await newsroomLater(2);
    const now = await itemsOf(list);
    expect(now.length).toBeGreaterThan(20);
    expect(now.map(({ id }) => id)).not.toContain(`urn:uuid:${texts[2]!.id}`);
  });

  it("is one of a bounded number, with a bounded reason", async () => {
    const texts = Array.from({ length: TOMBSTONES_MAX + 2 }, () => release({ topics: ["many"] }));
    for (const text of texts) await publish(text);
    const list = "/en/topics/many";
    for (const format of ["json", "rss"]) await request(`${list}/feed.${format}`);
    for (const text of texts) await act("kill", text.id, "Long reasons. ".repeat(350));
    await newsroomLater(2);
    const removed = (await itemsOf(list)).filter(({ _communique }) => _communique["removed"] === true);
    expect(removed).toHaveLength(TOMBSTONES_MAX);
    expect(removed[0]?.title.length).toBeLessThan(120);
    expect((await kvBody(`${list}/feed.json`))?.length).toBeLessThan(60_000);
    const opened = await request(`${list}/feed.json`, { headers: { "sec-fetch-dest": "document" } });
    expect(await opened.text()).not.toContain("Long reasons");
  });
});

describe("a release that is filed elsewhere", () => {
  it("says so in the list that it left, without its text", async () => {
    const text = release({ title: "Refiled", topics: ["left"] });
    await publish(text);
    for (const format of ["json", "rss"]) await request(`/en/topics/left/feed.${format}`);
    await publish({ ...text, topics: ["joined"], change: "minor" });
    await newsroomLater(2);
    expect(await itemsOf("/en/topics/left")).toMatchObject([
      { id: `urn:uuid:${text.id}`, title: "No longer in this feed", _communique: { removed: true } },
    ]);
    const [rss = ""] = await rssItemsOf("/en/topics/left");
    expect(rss).toContain("<title>No longer in this feed</title>");
    expect(rss).not.toContain("Refiled");
  });

  it("leaves documents there that a rebuild gives again, whatever happens to it later", async () => {
    const text = release({ title: "Refiled", topics: ["former"] });
    const path = "/en/topics/former/feed.json";
    await publish(text);
    await request(path);
    await publish({ ...text, topics: ["joined"], change: "minor" });
    await newsroomLater(2);
    await act("withdraw", text.id);
    await newsroomLater(2);
    const etag = await readEtag(env.DOCUMENTS, path);
    expect((await send("POST", "/api/v1/rebuild", undefined)).status).toBe(202);
    await newsroomLater(2);
    expect(await readEtag(env.DOCUMENTS, path)).toBe(etag);
  });
});
