import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { textOf } from "../../../src/documents/kv-store.ts";
import { parseDocumentPath } from "../../../src/documents/paths.ts";
import {
  inNewsroom,
  kvBody,
  newsroomLater,
  publish,
  release,
  request,
  settled,
} from "../../support/service.ts";

const FEEDS = [
  ["/feed.rss", "application/rss+xml; charset=utf-8"],
  ["/feed.atom", "application/atom+xml; charset=utf-8"],
  ["/feed.json", "application/feed+json; charset=utf-8"],
  ["/hy/feed.rss", "application/rss+xml; charset=utf-8"],
  ["/hy/feed.atom", "application/atom+xml; charset=utf-8"],
  ["/hy/feed.json", "application/feed+json; charset=utf-8"],
] as const;

const text = release({
  lang: "hy",
  title: "Նիստը կայացավ",
  slug: "nist",
  body: "Դեկտեմբերի 1-ին կայացավ նիստը։",
});

describe("before anything is published", () => {
  it.each(FEEDS)("%s is an empty valid feed", async (path, type) => {
    const response = await request(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    const body = await response.text();
    expect(body).not.toContain("Invalid Date");
    expect(body).not.toContain("<item>");
    expect(body).not.toContain("<entry");
  });

  it.each([
    "/de",
    "/de/feed.rss",
    "/en/topics/none",
    "/en/colours/red/feed.rss",
    "/en/releases/none",
    "/en/releases/a/b",
    "/feed.xml2",
    "/r/x",
    "/en/feed.rss/x",
    `/en/releases/${"x".repeat(600)}`,
  ])("%s is 404", async (path) => {
    expect((await request(path)).status).toBe(404);
  });

  it("answers an unknown address in the language of the address", async () => {
    const response = await request("/hy/releases/none");
    expect(await response.text()).toContain('<html lang="hy"');
  });
});

describe("feeds and pages", () => {
  beforeAll(async () => {
    await publish(text);
    await settled();
    // Later than the isolate keeps the empty feeds.
    await newsroomLater(5);
  });

  it("are in KV, and a new isolate serves them with one read", async () => {
    for (const [path] of FEEDS) expect(await kvBody(path)).toContain("Նիստը կայացավ");
    expect(await kvBody("/hy/releases/nist")).toContain("Դեկտեմբերի 1-ին");
    expect(await kvBody("/hy")).toContain("Նիստը կայացավ");
    expect(await kvBody("/")).toContain("Նիստը կայացավ");
  });

  it("are linked by each page for its own list", async () => {
    const html = await (await request("/hy/releases/nist")).text();
    for (const [format, type] of [
      ["rss", "rss+xml"],
      ["atom", "atom+xml"],
      ["json", "feed+json"],
    ]) {
      expect(html).toContain(`<link rel="alternate" type="application/${type}"`);
      expect(html).toContain(`href="https://press.example/hy/feed.${format}"`);
    }
    expect(html).toContain('<html lang="hy" dir="ltr">');
    expect(html).toContain("1 դեկտեմբերի, 2020 թ.");
  });

  it("forbid scripts on pages", async () => {
    const response = await request("/hy/releases/nist");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("answer HEAD like GET, without the body", async () => {
    const [get, head] = await Promise.all([
      request("/hy/releases/nist"),
      request("/hy/releases/nist", { method: "HEAD" }),
    ]);
    expect(await head.text()).toBe("");
    expect([...head.headers].filter(([name]) => name !== "content-length")).toEqual(
      [...get.headers].filter(([name]) => name !== "content-length"),
    );
  });

  it("refuse a bound that no address can write, instead of redirecting to it", async () => {
    for (const bound of ["9999-12-31T23:59:59-12:00", "1000-01-01T00:00:00+12:00"]) {
      expect((await request(`/hy?from=${encodeURIComponent(bound)}`)).status).toBe(400);
      expect((await request(`/hy/feed.rss?to=${encodeURIComponent(bound)}`)).status).toBe(400);
    }
  });

  it("redirect a browser that opens the promised first archive", async () => {
    for (const format of ["rss", "atom", "json"]) {
      const path = `/hy/archive/1/feed.${format}`;
      const answers = [
        await request(path),
        await request(path, { headers: { "sec-fetch-dest": "document" } }),
      ];
      expect(answers.map(({ status, headers }) => [status, headers.get("location")])).toEqual([
        [302, `/hy/feed.${format}`],
        [302, `/hy/feed.${format}`],
      ]);
    }
  });

  it("redirect an address with a slash at the end", async () => {
    const response = await request("/hy/");
    expect([response.status, response.headers.get("location")]).toEqual([301, "/hy"]);
  });

  it("keep the query in a redirect, and never redirect to another host", async () => {
    expect((await request("/hy/releases/nist/?x=1")).headers.get("location")).toBe("/hy/releases/nist?x=1");
    for (const path of ["//evil.example/", "///evil.example//", "/%00/", "/x%0d%0aSet-Cookie:a=b/"]) {
      const response = await request(path);
      const location = response.headers.get("location");
      expect([path, location === null || /^\/[^/\\]/.test(location)]).toEqual([path, true]);
      expect(response.status).toBeLessThan(500);
      expect(response.headers.get("set-cookie")).toBeNull();
    }
  });

  it("may be read by scripts of other sites, also conditionally", async () => {
    const asked = await request("/feed.json", {
      method: "OPTIONS",
      headers: { origin: "https://reader.example" },
    });
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-headers")).toContain("If-None-Match");
  });

  describe("for a client that has them", () => {
    const path = "/hy/releases/nist";
    const conditional = async (headers: Record<string, string>) => (await request(path, { headers })).status;

    it("are 304 with every header of the 200", async () => {
      // A list never requested before: memory may be a moment old.
      const full = await request("/en/feed.atom");
      const again = await request("/en/feed.atom", {
        headers: { "if-none-match": full.headers.get("etag")! },
      });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe("");
      for (const name of ["etag", "last-modified", "cache-control", "access-control-allow-origin"]) {
        expect(full.headers.get(name)).not.toBeNull();
        expect(again.headers.get(name)).toBe(full.headers.get(name));
      }
    });

    it("compare ETags weakly, in lists, and with a star", async () => {
      const etag = (await request(path)).headers.get("etag")!;
      expect(etag).toMatch(/^W\/"/);
      expect(await conditional({ "if-none-match": etag.slice(2) })).toBe(304);
      expect(await conditional({ "if-none-match": `"other", W/"a,b", ${etag}` })).toBe(304);
      expect(await conditional({ "if-none-match": "*" })).toBe(304);
      expect(await conditional({ "if-none-match": '"other"' })).toBe(200);
    });

    it("are 304 for a browser that has the page", async () => {
      const etag = (await request(path)).headers.get("etag")!;
      expect(await conditional({ "if-none-match": etag, "sec-fetch-dest": "document" })).toBe(304);
      expect(await conditional({ "if-none-match": '"other"', "sec-fetch-dest": "document" })).toBe(200);
    });

    it("use If-Modified-Since only without If-None-Match", async () => {
      const modified = (await request(path)).headers.get("last-modified")!;
      const before = new Date(Date.parse(modified) - 1000).toUTCString();
      expect(await conditional({ "if-modified-since": modified })).toBe(304);
      expect(await conditional({ "if-modified-since": before })).toBe(200);
      expect(await conditional({ "if-modified-since": "yesterday" })).toBe(200);
      expect(await conditional({ "if-modified-since": modified, "if-none-match": '"other"' })).toBe(200);
    });
  });

  it("are answered from the ledger if KV does not have them", async () => {
    await env.DOCUMENTS.delete("document:/hy/releases/nist");
    const response = await request(`/r/${text.id}`);
    expect(response.status).toBe(302);
    await env.DOCUMENTS.delete(`document:/api/v1/releases/${text.id}`);
    const found = await inNewsroom((instance) => instance.document("/hy/releases/nist", null));
    expect(found.kind === "found" && textOf(found.document)).toContain("Նիստը կայացավ");
  });
});

describe("the paths of documents", () => {
  it.each([
    ["/", { kind: "list", place: { list: { filter: {} } } }],
    ["/feed.rss", { kind: "list", place: { list: { filter: {} }, format: "rss" } }],
    ["/zh-Hant", { kind: "list", place: { list: { filter: { lang: ["zh-Hant"] } } } }],
    ["/feeds", { kind: "directory" }],
    ["/feeds.opml", { kind: "directory" }],
    ["/en/releases/a-b", { kind: "release", lang: "en", slug: "a-b" }],
  ])("%s is one", (path, place) => {
    expect(parseDocumentPath(path, ["en", "zh-Hant"])).toEqual(place);
  });

  it.each([
    "//",
    "/de",
    "/en/feed.xml",
    "/en/releases",
    "/en/releases/A",
    "/api/v1/releases/x",
    "/favicon.ico",
  ])("%s is none, and wakes nobody", (path) => {
    expect(parseDocumentPath(path, ["en", "zh-Hant"])).toBeUndefined();
  });
});
