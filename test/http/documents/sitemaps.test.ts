import type { XmlElement } from "@rgrove/parse-xml";
import { describe, expect, it } from "vitest";
import {
  act,
  BASE_URL,
  inNewsroom,
  newsroomLater,
  publish,
  release,
  request,
  send,
} from "../../support/service.ts";
import { elementsIn, fetchedSitemap as fetched, storedSitemap as stored } from "../../support/sitemaps.ts";

/** The releases in all sitemaps. */
async function releasesInSitemaps(): Promise<string[]> {
  const files = (await stored("/sitemap.xml")) ?? (await fetched("/sitemap.xml"));
  const paths: string[] = [];
  for (const { path } of files.slice(1)) {
    const entries = (await stored(path)) ?? (await fetched(path));
    paths.push(...entries.map((entry) => entry.path));
  }
  return paths;
}

describe("sitemaps", () => {
  it("name every release that readers see, at its present address, and no other", async () => {
    const [first, moved, killed, withdrawn] = [
      release({ slug: "first" }),
      release({ slug: "before" }),
      release({ slug: "killed" }),
      release({ slug: "withdrawn" }),
    ];
    for (const each of [first, moved, killed, withdrawn]) await publish(each);
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    await publish(release({ slug: "secret", embargo: soon }));
    expect(await releasesInSitemaps()).toEqual(
      ["first", "before", "killed", "withdrawn"].map((slug) => `/en/releases/${slug}`),
    );
    await publish({ ...moved, slug: "after", change: "minor" });
    await act("kill", killed.id);
    await act("withdraw", withdrawn.id);
    const remaining = ["first", "after", "withdrawn"].map((slug) => `/en/releases/${slug}`);
    expect(await releasesInSitemaps()).toEqual(remaining);
    // The clock of the Newsroom reaches the end of the embargo.
    await newsroomLater(3_600);
    expect(await releasesInSitemaps()).toEqual([...remaining, "/en/releases/secret"]);
  });

  it("say when a page changed last, and link its translations", async () => {
    const group = "translated";
    const [en, hy] = [release({ slug: "english", group }), release({ slug: "armenian", lang: "hy", group })];
    await publish(en);
    await releasesInSitemaps();
    await publish(hy);
    const entryOf = async (path: string) =>
      (await stored("/sitemaps/0.xml"))?.find((entry) => entry.path === path);
    const alternates = (element: XmlElement | undefined) =>
      element === undefined
        ? []
        : elementsIn(element, "xhtml:link").map(({ attributes }) => [
            attributes["hreflang"],
            attributes["href"],
          ]);
    const both = [
      ["en", `${BASE_URL}/en/releases/english`],
      ["hy", `${BASE_URL}/hy/releases/armenian`],
    ];
    const before = await entryOf("/en/releases/english");
    expect(alternates(before?.element)).toEqual(both);
    expect(alternates((await entryOf("/hy/releases/armenian"))?.element)).toEqual(both);
    await newsroomLater(100);
    await publish({ ...en, body: "Another text.", change: "major", note: "Another" });
    const after = await entryOf("/en/releases/english");
    expect(Date.parse(after?.lastmod ?? "") - Date.parse(before?.lastmod ?? "")).toBeGreaterThanOrEqual(
      100_000,
    );
    const index = await stored("/sitemap.xml");
    expect(index?.find(({ path }) => path === "/sitemaps/0.xml")?.lastmod).toBe(after?.lastmod);
    await act("kill", hy.id);
    expect(alternates((await entryOf("/en/releases/english"))?.element)).toEqual([]);
  });

  it("have files of a bounded size, and a release stays in the file of its first event", async () => {
    const [before, after] = [release({ slug: "before-many" }), release({ slug: "after-many" })];
    await publish(before);
    // A thousand minor editions, as far as events tell.
    await inNewsroom((_instance, { storage }) =>
      storage.sql.exec(
        `WITH RECURSIVE more (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < 1000)
         INSERT INTO events (sequence, id, type, at, release, edition, details)
         SELECT last + n, 'evt_many_' || n, 'release.revised', at, release, edition, details
         FROM events, more, (SELECT max(sequence) AS last FROM events)
         WHERE sequence = last`,
      ),
    );
    await publish(after);
    await publish({ ...before, change: "minor", reallyMinor: true, title: "Again" });
    expect((await stored("/sitemap.xml"))?.map(({ path }) => path)).toEqual([
      "/sitemaps/lists.xml",
      "/sitemaps/0.xml",
      "/sitemaps/1.xml",
    ]);
    const paths = async (file: string) =>
      ((await stored(file)) ?? (await fetched(file))).map(({ path }) => path);
    expect(await paths("/sitemaps/0.xml")).toContain("/en/releases/before-many");
    expect(await paths("/sitemaps/1.xml")).toEqual(["/en/releases/after-many"]);
    // A translation in another file changes this one too.
    await publish(release({ slug: "translation", lang: "hy", group: before["group"] ?? before.id }));
    const entry = (await stored("/sitemaps/0.xml"))?.find(({ path }) => path.endsWith("/before-many"));
    expect(entry && elementsIn(entry.element, "xhtml:link")).toHaveLength(2);
    for (const path of ["/sitemaps/2.xml", "/sitemaps/01.xml", "/sitemaps/x.xml"])
      expect((await request(path)).status, path).toBe(404);
  });

  it("of lists name the home pages and the values that have releases, in each language", async () => {
    const topics = [{ slug: "energy", names: { en: "Energy" } }];
    const registry = { types: [], topics, people: [], organisations: [], places: [] };
    expect((await send("PUT", "/api/v1/registry", registry)).status).toBe(200);
    await publish(release({ topics: ["energy"], lang: "hy" }));
    await fetched("/sitemaps/lists.xml");
    await publish(release({ lang: "ru", type: "speech" }));
    // A burst of publishes renders it once, ten minutes later.
    await newsroomLater(601);
    const paths = ((await stored("/sitemaps/lists.xml")) ?? []).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(["/", "/en", "/hy", "/ru", "/fr", "/hy/topics/energy", "/ru/types/speech"]),
    );
    expect(paths).not.toContain("/en/topics/energy");
  });
});

describe("robots.txt", () => {
  it("lets everybody in, names the sitemaps, and says what programs may do for AI", async () => {
    expect(await (await request("/robots.txt")).text()).toBe(
      [
        "User-agent: *",
        "Content-Signal: search=yes, ai-input=yes, ai-train=no",
        "Content-Usage: search=y, train-ai=n",
        "Allow: /",
        "",
        `Sitemap: ${BASE_URL}/sitemap.xml`,
        `Sitemap: ${BASE_URL}/news-sitemap.xml`,
        "",
      ].join("\n"),
    );
  });
});

describe("X-Robots-Tag", () => {
  it("keeps the API and lists that somebody put together out of search engines, and nothing else", async () => {
    const text = release({ slug: "indexed" });
    await publish(text);
    const tagOf = async (path: string) => (await request(path)).headers.get("x-robots-tag");
    for (const path of [
      "/en?q=talks",
      "/en?from=2020-01-01",
      `/api/v1/releases/${text.id}`,
      "/api/v1/events",
    ])
      expect(await tagOf(path), path).toBe("noindex");
    for (const path of ["/", "/en", "/en/types/statement", "/en/releases/indexed", "/feeds", "/en/feed.rss"])
      expect(await tagOf(path), path).toBeNull();
  });
});
