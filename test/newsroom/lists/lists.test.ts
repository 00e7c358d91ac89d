import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { readDocument } from "../../../src/documents/kv-store.ts";
import { LISTS_KEPT_MAX, RETIRED_SECONDS } from "../../../src/newsroom/limits.ts";
import { untilRefused } from "../../support/rate-limits.ts";
import {
  act,
  ADMIN,
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

const named = (...slugs: string[]) =>
  slugs.map((slug) => ({ slug, names: { en: slug.toUpperCase(), ru: `${slug}-ru` } }));
const REGISTRY = {
  types: [],
  topics: named("csto", "osce", "fisheries"),
  people: [],
  organisations: named("un"),
  places: [],
};

/** Requests an address that no isolate has cached. */
async function ask(address: string): Promise<string> {
  const response = await request(address);
  const body = await response.text();
  await settled();
  return body;
}

const writtenMs = async (path: string) =>
  (await ledgerRows<{ written_ms: number }>(`SELECT written_ms FROM documents WHERE path = '${path}'`))[0]
    ?.written_ms;

beforeAll(async () => {
  expect((await send("PUT", "/api/v1/registry", REGISTRY)).status).toBe(200);
  await publish(release({ title: "On collective security", topics: ["csto"], organisations: ["un"] }));
  await publish(release({ title: "On security in Europe", topics: ["osce"], type: "speech" }));
  await publish(release({ lang: "ru", slug: "odkb", title: "О безопасности", topics: ["csto"] }));
  // A value exists for readers from its first public release on.
  const left = release({ lang: "fr", slug: "peche", topics: ["fisheries"] });
  await publish(left);
  await publish({ ...left, topics: [], change: "minor" });
  expect((await act("kill", left.id)).status).toBe(200);
  await settled();
  await newsroomLater(2);
});

describe("a list that was not requested yet", () => {
  it("is not rendered, and is kept from its first request", async () => {
    expect(await kvBody("/en/topics/csto/feed.atom")).toBeNull();
    expect(await ask("/en/topics/csto/feed.atom")).toContain("On collective security");
    expect(await kvBody("/en/topics/csto/feed.atom")).toContain("On collective security");
    // Only the requested document is written.
    expect(await kvBody("/en/topics/csto/feed.rss")).toBeNull();
    expect(await kvBody("/en/topics/csto")).toBeNull();

    await publish(release({ title: "Of both", topics: ["csto", "osce"] }));
    await newsroomLater(2);
    expect(await kvBody("/en/topics/csto/feed.atom")).toContain("Of both");
  });

  it("is rendered again only when one of its releases changes", async () => {
    await ask("/en/feed.json?topic=csto&type=press-release");
    const before = await writtenMs("/en/feed.json?type=press-release&topic=csto");
    expect(before).toBeUndefined();
    const address = "/en/feed.json?type=press-release&topic=csto";
    await ask(address);
    const written = await writtenMs(address);
    expect(written).toBeGreaterThan(0);
    await newsroomLater(5);
    await publish(release({ title: "A speech", topics: ["csto"], type: "speech" }));
    await publish(release({ title: "Elsewhere", topics: ["osce"] }));
    await newsroomLater(2);
    expect(await writtenMs(address)).toBe(written);
    const moved = release({ title: "It moves", topics: ["osce"] });
    await publish(moved);
    await newsroomLater(2);
    expect(await writtenMs(address)).toBe(written);
    await publish({ ...moved, topics: ["csto"], change: "minor" });
    await newsroomLater(2);
    expect(await kvBody(address)).toContain("It moves");
    await publish({ ...moved, topics: ["osce"], change: "minor" });
    await newsroomLater(2);
    expect(await kvBody(address)).not.toContain("It moves");
  });

  it("can search for words in any script", async () => {
    const russian = `/ru/feed.rss?${new URLSearchParams({ q: "безопасности" }).toString()}`;
    expect(await ask(russian)).toContain("О безопасности");
    await publish(release({ lang: "ru", slug: "mir", title: "Мир и БЕЗОПАСНОСТИ" }));
    await newsroomLater(2);
    expect(await kvBody(russian)).toContain("Мир и БЕЗОПАСНОСТИ");
  });

  it("has a title in its language that describes the filter", async () => {
    const title = async (address: string) => (JSON.parse(await ask(address)) as { title: string }).title;
    expect(await title("/en/topics/csto/feed.json")).toBe("CSTO – Press releases – English");
    expect(await title("/ru/topics/csto/feed.json")).toBe("csto-ru – Press releases – Русский");
    expect(await title("/ru/types/speech/feed.json")).toBe("Выступление – Press releases – Русский");
    expect(await title("/feed.json?lang=en&lang=ru")).toBe("English / Русский – Press releases");
    expect(
      await title(
        "/en/feed.json?type=speech&topic=csto&topic=osce&q=peace&not.organisation=un&from=2020-12-01&to=2020-12-31",
      ),
    ).toBe(
      "Speech · CSTO / OSCE · “peace” · without UN · since 1 December 2020 · until 31 December 2020 – Press releases – English",
    );
  });
});

describe("a list of a value", () => {
  it.each(["rss", "atom", "json"])(
    "that does not exist is 404 in %s, with the nearest values",
    async (format) => {
      for (const path of [`/en/topics/cstoo/feed.${format}`, `/en/feed.${format}?type=speech&topic=cstoo`]) {
        const response = await request(path);
        expect(response.status).toBe(404);
        expect(JSON.stringify(await response.json())).toContain("the nearest are csto");
      }
    },
  );

  it("that does not exist is 404 as a page, with the nearest values", async () => {
    const response = await request("/en/topics/cstoo");
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('href="/en/topics/csto"');
  });

  it("that has no release any more is an empty feed", async () => {
    const response = await request("/en/topics/fisheries/feed.atom");
    expect([response.status, (await response.text()).includes("<entry")]).toEqual([200, false]);
    expect((await request("/fr/types/qa/feed.rss")).status).toBe(200);
  });

  it("that only an embargoed release has is not revealed", async () => {
    // Without a registry, values are known from releases.
    await inNewsroom((_instance, { storage }) =>
      storage.sql.exec("DELETE FROM marks WHERE name = 'registry'"),
    );
    expect(await kvBody("/en/topics/zanzibar/feed.atom")).toBeNull();
    await inNewsroom((_instance, { storage }) =>
      storage.sql.exec("INSERT INTO marks (name, value) VALUES ('registry', ?)", JSON.stringify(REGISTRY)),
    );
  });

  it("that is retired says so for 30 days, and is 410 after that", async () => {
    for (const document of ["", "/feed.rss", "/feed.atom", "/feed.json"])
      await ask(`/en/topics/fisheries${document}`);
    const without = { ...REGISTRY, topics: named("csto", "osce") };
    expect((await send("PUT", "/api/v1/registry", without)).status).toBe(200);
    await newsroomLater(2);
    for (const format of ["rss", "atom", "json"]) {
      const body = await kvBody(`/en/topics/fisheries/feed.${format}`);
      expect(body).toContain("This feed has ended: FISHERIES – Press releases – English");
      expect(body).toContain("https://press.example/feeds");
    }
    expect(await kvBody("/en/topics/fisheries")).toContain("This feed has ended");
    expect(await ask("/en/feed.rss?type=speech&topic=fisheries")).toContain("This feed has ended");

    await inNewsroom(async (instance, { storage }) => {
      // One day more than needed, because other tests have moved the clock.
      storage.sql.exec("UPDATE retired_values SET at = at - ?", RETIRED_SECONDS + 86_400);
      await instance.rebuild();
    });
    await newsroomLater(3);
    const document = await readDocument(env.DOCUMENTS, "/en/topics/fisheries/feed.atom");
    expect(document?.goneFrom).toBeLessThanOrEqual(Date.now() / 1000);
    for (const path of ["", "/feed.rss", "/feed.atom", "/feed.json"])
      await expect.poll(async () => (await request(`/en/topics/fisheries${path}`)).status).toBe(410);

    expect((await send("PUT", "/api/v1/registry", REGISTRY)).status).toBe(200);
    await newsroomLater(2);
    expect(await kvBody("/en/topics/fisheries/feed.atom")).not.toContain("has ended");
  });
});

describe("a client that requests many new combinations", () => {
  it("gets 429, and other clients do not", async () => {
    const requestNew = (client: string, index: number) =>
      request(`/en/feed.rss?q=madeup${client.replaceAll(/[.:]/g, "x")}i${index}`, {
        headers: { "cf-connecting-ip": client },
      });
    // Two addresses of one /64 are one client.
    const { sent, refused } = await untilRefused((nth) => requestNew(`2001:db8:1157::${nth % 2}`, nth));
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
    expect([sent >= 60, sent <= 120]).toEqual([true, true]);
    expect((await requestNew("203.0.113.115", 1)).status).toBe(200);
    expect((await requestNew("2001:db8:1157:1::", 1)).status).toBe(200);
    // A list that is kept already counts for no limit.
    expect(
      (await request("/en/topics/csto/feed.atom", { headers: { "cf-connecting-ip": "2001:db8:1157::1" } }))
        .status,
    ).toBe(200);
    await settled();
  });

  it("displaces the least requested combinations, which are its own", { timeout: 120_000 }, async () => {
    const used = "/en/feed.atom?topic=csto&topic=osce";
    let nowMs = Date.now() + 3_600_000;
    const inLedger = (path: string) =>
      inNewsroom((instance) => {
        nowMs += 1;
        instance.clock = () => nowMs;
        return instance.document(path, null);
      });
    await inLedger(used);
    nowMs += 3_700_000; // after the first hour: KV has dropped the document
    await inLedger(used);
    for (let index = 0; index < LISTS_KEPT_MAX + 20; index += 1)
      await inLedger(`/en/feed.atom?q=nonsense${index}`);
    await settled();
    await newsroomLater(2);
    const [kept] = await ledgerRows<{ count: number }>(
      "SELECT count(*) AS count FROM lists WHERE kept_until_ms IS NOT NULL",
    );
    expect(kept!.count).toBeLessThanOrEqual(LISTS_KEPT_MAX + 200);
    expect(await kvBody(used)).toContain("On collective security");
    expect(await kvBody("/en/feed.atom?q=nonsense0")).toBeNull();
    expect(await kvBody(`/en/feed.atom?q=nonsense${LISTS_KEPT_MAX + 19}`)).not.toBeNull();
    const documents = await ledgerRows<{ count: number }>(
      "SELECT count(*) AS count FROM documents WHERE path LIKE '%nonsense%'",
    );
    expect(documents[0]!.count).toBeLessThanOrEqual(LISTS_KEPT_MAX);
  });
});

describe("the directory of feeds", () => {
  it("has the number of releases of each value in each language", async () => {
    const html = (await kvBody("/feeds")) ?? "";
    const [{ count } = { count: 0 }] = await ledgerRows<{ count: number }>(
      "SELECT count(*) AS count FROM filings f JOIN filings l ON l.published = f.published AND l.field = 'lang' AND l.value = 'en' WHERE f.field = 'topic' AND f.value = 'csto'",
    );
    expect(count).toBeGreaterThan(1);
    expect(html).toContain(`<a href="/en/topics/csto">CSTO</a></th><td class="count">${count}</td>`);
    expect(html).toContain('<a href="/ru/topics/csto">csto-ru</a></th><td class="count">1</td>');
    expect(html).not.toContain("/en/topics/fisheries");
    const opml = (await kvBody("/feeds.opml")) ?? "";
    expect(opml).toContain('xmlUrl="https://press.example/en/topics/csto/feed.atom"');
  });

  it("allows only the service's own script", async () => {
    const response = await request("/feeds");
    expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
    expect((await request("/")).headers.get("content-security-policy")).not.toContain("script-src");
    expect((await request("/copy.js")).headers.get("content-type")).toContain("javascript");
    expect((await request("/icon.png", { headers: ADMIN })).headers.get("content-type")).toBe("image/png");
  });
});
