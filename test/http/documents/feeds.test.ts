import { beforeAll, describe, expect, it } from "vitest";
import {
  act,
  newsroomLater,
  type ProblemJson,
  publish,
  release,
  request,
  settled,
} from "../../support/service.ts";
import { idsOf } from "../../support/feed-walk.ts";

const FORMATS = ["rss", "atom", "json"] as const;
const TYPES = {
  rss: "application/rss+xml; charset=utf-8",
  atom: "application/atom+xml; charset=utf-8",
  json: "application/feed+json; charset=utf-8",
};

const text = release({
  lang: "hy",
  slug: "nist",
  title: "Նիստը կայացավ",
  body: "Նիստ։ ".repeat(500),
  topics: ["csto"],
});
let counter = 0;

/** A list never requested before, so that no isolate has an older version in memory. */
const fresh = (format: string) => `/hy/feed.${format}?q=-unasked${(counter += 1)}`;

beforeAll(async () => {
  await publish(text);
  await publish(release({ lang: "hy", slug: "erkrord", title: "Երկրորդ", date: "2020-12-02" }));
  await newsroomLater(2);
});

describe.each(FORMATS)("a feed in %s", (format) => {
  it("has every header that a poller or a cache needs", async () => {
    const path = fresh(format);
    const { status, headers } = await request(path);
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": TYPES[format],
      "cache-control": "public, max-age=60, s-maxage=10, stale-while-revalidate=60",
      vary: "Accept-Encoding, A-IM, Sec-Fetch-Dest",
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "ETag, Last-Modified, Link, IM",
      link: `<https://press.example/hub>; rel="hub", <https://press.example${path}>; rel="self"`,
    });
    expect(headers.get("etag")).toMatch(/^W\/"[0-9a-z]+\.[\w-]+"$/);
  });

  it("is 304 with the same headers for a client that has it, from KV and from memory", async () => {
    const path = fresh(format);
    const full = await request(path);
    const etag = full.headers.get("etag")!;
    for (let count = 0; count < 2; count += 1) {
      for (const match of [etag, `"other", ${etag}`, etag.replace("W/", ""), "*", `"a,b",${etag},W/"z"`]) {
        const response = await request(path, { headers: { "if-none-match": match } });
        expect([match, response.status, await response.text()]).toEqual([match, 304, ""]);
        const kept = (headers: Headers) =>
          Object.fromEntries(
            [...headers].filter(([name]) => !/^content-(?:type|length|encoding)$/.test(name)),
          );
        expect(kept(response.headers)).toEqual(kept(full.headers));
      }
      const mismatched = {
        "if-none-match": '"other"',
        "if-modified-since": new Date(Date.now() + 1e6).toUTCString(),
      };
      expect((await request(path, { headers: mismatched })).status).toBe(200);
    }
  });

  it("is compressed exactly once, and only for clients that accept gzip", async () => {
    const path = fresh(format);
    const plain = await (await request(path)).text();
    for (const accepted of ["gzip", "br, gzip;q=0.5", "GZIP", "*"]) {
      const response = await request(path, { headers: { "accept-encoding": accepted } });
      expect([accepted, response.headers.get("content-encoding")]).toEqual([accepted, "gzip"]);
      // The client decodes one layer. With two layers, or none, this would not be a feed.
      expect(await response.text()).toBe(plain);
    }
    for (const accepted of ["identity", "gzip;q=0", "br", "*;q=0", "gzip;q=0.0, *"]) {
      const response = await request(path, { headers: { "accept-encoding": accepted } });
      expect([accepted, response.headers.get("content-encoding")]).toEqual([accepted, null]);
      expect(await response.text()).toBe(plain);
    }
  });

  it("answers HEAD like GET, without the body", async () => {
    const path = fresh(format);
    const get = await request(path);
    const head = await request(path, { method: "HEAD" });
    expect(await head.text()).toBe("");
    const compared = ({ headers }: Response) => [...headers].filter(([name]) => name !== "content-length");
    expect([head.status, compared(head)]).toEqual([200, compared(get)]);
    const etag = { "if-none-match": get.headers.get("etag")! };
    expect((await request(path, { method: "HEAD", headers: etag })).status).toBe(304);
  });

  it("is sent whole to a client that asks for a range", async () => {
    const path = fresh(format);
    const full = await (await request(path)).text();
    const response = await request(path, { headers: { range: "bytes=0-10" } });
    expect([response.status, response.headers.get("accept-ranges"), await response.text()]).toEqual([
      200,
      "none",
      full,
    ]);
  });

  it("sends only the new entries to a client that asks for a delta", async () => {
    const path = fresh(format);
    const known = await request(path);
    const etag = known.headers.get("etag")!;
    expect((await request(path, { headers: { "a-im": "feed", "if-none-match": etag } })).status).toBe(304);
    const added = release({ lang: "hy", slug: `nor-${format}`, title: "Նոր", date: "2020-12-03" });
    await publish(added);
    await newsroomLater(2);
    const ask = (headers: Record<string, string>) => request(path, { headers });
    // An isolate keeps documents for half a second. Until then it may say that nothing is new.
    await expect.poll(async () => (await ask({ "a-im": "feed", "if-none-match": etag })).status).toBe(226);
    const delta = await ask({ "a-im": "feed", "if-none-match": `"x", ${etag}` });
    expect([delta.status, delta.headers.get("im"), delta.headers.get("cache-control")]).toEqual([
      226,
      "feed",
      "private, no-store",
    ]);
    const whole = await request(path);
    expect(delta.headers.get("etag")).toBe(whole.headers.get("etag"));
    const body = await delta.text();
    expect(idsOf(body)).toEqual([added.id]);
    const kept = (document: string) => document.split(/<item>|<entry |"items"/)[0];
    expect(kept(body)).toBe(kept(await whole.text()));
    expect((await ask({ "a-im": "feed", "if-none-match": delta.headers.get("etag")! })).status).toBe(304);
    // A client whose ETag says nothing gets the whole feed.
    for (const headers of [
      { "a-im": "feed" },
      { "a-im": "feed", "if-none-match": '"unknown"' },
      // rss2email cannot read a delta.
      {
        "a-im": "feed",
        "if-none-match": etag,
        "user-agent": "feedparser/6.0.10 +https://github.com/kurtmckee/feedparser/",
      },
      { "a-im": "gzip", "if-none-match": etag },
      { "a-im": "feed;q=0", "if-none-match": etag },
      // An ETag newer than the ledger comes from another service.
      { "a-im": "feed", "if-none-match": 'W/"zzzz.AAAAAAAAAAAAAAAA"' },
    ] as Record<string, string>[])
      expect([headers, (await ask(headers)).status]).toEqual([headers, 200]);
    const packed = await ask({ "a-im": "feed", "if-none-match": etag, "accept-encoding": "gzip" });
    expect([packed.status, packed.headers.get("content-encoding")]).toEqual([226, "gzip"]);
    expect(await packed.text()).toBe(body);
  });

  it("shows a page to a person who opens it, and changes nothing for feed readers", async () => {
    const path = fresh(format);
    const browser = { "sec-fetch-dest": "document", accept: "text/html,*/*;q=0.8" };
    const page = await request(path, { headers: browser });
    expect([page.headers.get("content-type"), page.headers.get("cache-control")]).toEqual([
      "text/html; charset=utf-8",
      "private, no-store",
    ]);
    const html = await page.text();
    expect(html).toContain("Սա հոսք է");
    expect(html).toContain(`https://press.example${path}`);
    expect(html).toContain("Նիստը կայացավ");
    const miniflux = await request(path, { headers: { accept: "application/atom+xml, text/html" } });
    expect(miniflux.headers.get("content-type")).toBe(TYPES[format]);
    expect((await request(path, { headers: { accept: "image/png" } })).status).toBe(200);
    expect((await request(path, { headers: browser })).headers.get("content-type")).toContain("text/html");
  });

  it("shows that page even if the browser has the feed, from KV and from memory", async () => {
    const path = fresh(format);
    // The same bytes at another address, which is not in memory at first.
    const { etag, "last-modified": modified } = Object.fromEntries((await request(fresh(format))).headers);
    for (const memory of ["cold", "remembered"]) {
      for (const condition of [
        { "if-none-match": etag! },
        { "if-none-match": "*" },
        { "if-modified-since": modified! },
      ]) {
        const headers = { ...condition, "sec-fetch-dest": "document" };
        const response = await request(path, { headers });
        expect([memory, condition, response.status, response.headers.get("content-type")]).toEqual([
          memory,
          condition,
          200,
          "text/html; charset=utf-8",
        ]);
        expect(response.headers.get("etag")).toBeNull();
      }
      expect((await request(path)).status).toBe(200);
      expect((await request(path, { headers: { "if-none-match": "*" } })).status).toBe(304);
    }
  });
});

describe("an address that is not canonical", () => {
  it.each([
    ["/rss", "/feed.rss"],
    ["/rss.xml", "/feed.rss"],
    ["/feed", "/feed.rss"],
    ["/feed/", "/feed.rss"],
    ["/feed.xml", "/feed.rss"],
    ["/index.xml", "/feed.rss"],
    ["/atom.xml", "/feed.atom"],
    ["/feed/atom/", "/feed.atom"],
    ["/index.json", "/feed.json"],
    ["/hy/rss", "/hy/feed.rss"],
    ["/hy/topics/csto/atom.xml", "/hy/topics/csto/feed.atom"],
    ["/hy/feed.xml?type=speech&utm_source=x", "/hy/types/speech/feed.rss"],
    ["/hy/feed.rss?b=1&topic=osce&a=2&topic=csto&topic=osce", "/hy/feed.rss?topic=csto&topic=osce"],
    ["/HY", "/hy"],
    ["/%68y", "/hy"],
    ["/%68y/feed%2Erss?topic=csto", "/hy/topics/csto/feed.rss"],
    ["/%68y/rss?q=b+a", "/hy/feed.rss?q=a+b"],
    ["/hy/releases/nis%74", "/hy/releases/nist"],
    ["/HY/Releases/NIST", "/hy/releases/nist"],
    ["/hy/releases/Nowhere?a=1", "/hy/releases/nowhere?a=1"],
    ["/Feeds", "/feeds"],
    ["/FEEDS.opml", "/feeds.opml"],
    ["//feed.rss", "/feed.rss"],
    ["//en//feed.rss?q=a//b", "/en/feed.rss?q=a//b"],
    ["/hy//releases///nist", "/hy/releases/nist"],
    ["/?feed=rss2", "/feed.rss"],
    ["/hy?feed=atom&type=speech", "/hy/types/speech/feed.atom"],
    ["/hy/topics/csto/?feed=feed", "/hy/topics/csto/feed.rss"],
    ["/hy/feed.rss?q=b+a&from=2020-01-01T04:00:00%2B04:00", "/hy/feed.rss?q=a+b&from=2020-01-01T00:00:00Z"],
  ])("%s leads to %s", async (path, expected) => {
    const response = await request(path);
    expect([response.status, response.headers.get("location")]).toEqual([301, expected]);
  });

  it.each([
    "/feed.rss?from=2020-01-01T00:00:00Z",
    "/feed.rss?from=2020-01-01T00%3A00%3A00Z",
    "/feed.rss?from=2020-01-01T00%3a00%3a00Z",
    "/feed.rss?q=%22a%20b%22",
    "/feed.rss?q=%22a+b%22",
    '/feed.rss?q="a+b"',
  ])("%s is answered, whatever escapes a client has undone", async (path) => {
    expect((await request(path)).status).toBe(200);
  });

  it.each([
    ["/hy/feed.rss?tpoic=csto", "/tpoic", "topic"],
    ["/hy/feed.json?topics=csto", "/topics", "topic"],
    ["/rss?type[]=speech", "/type[]", "type"],
    ["/api/v1/releases?tpoic=csto", "/tpoic", "topic"],
    ["/api/v1/events?topics=", "/topics", "topic"],
    ["/api/v1/events/stream?type[]=speech", "/type[]", "type"],
    ["/api/v1/events?afetr=3", "/afetr", "after"],
  ])("%s is refused and says what was meant", async (path, pointer, meant) => {
    const response = await request(path);
    expect(response.status).toBe(path.startsWith("/api") ? 422 : 400);
    const { errors } = await response.json<ProblemJson>();
    expect(errors).toContainEqual({ path: pointer, message: expect.stringContaining(`nearest is ${meant}`) });
  });

  it("refuses bounds where a call has none, instead of answering with everything", async () => {
    expect((await request("/api/v1/events?from=2020-01-01")).status).toBe(422);
  });

  it.each(["/hy/feed.rss?q=caf%E9", "/hy?q=%zz", "/hy/%E9", "/api/v1/releases?q=100%", "/feed.rss?topic=%"])(
    "%s is 400, because its escapes are broken",
    async (path) => {
      expect((await request(path)).status).toBe(400);
    },
  );

  it("ignores broken escapes of parameters that are not ours", async () => {
    expect((await request("/hy?utm_term=caf%E9")).headers.get("location")).toBe("/hy");
  });

  it.each(["/wp/feed.xml", "/de/rss", "/en/colours/red/feed"])("%s is 404", async (path) => {
    expect((await request(path)).status).toBe(404);
  });

  it.each([
    ["/rss", 301],
    ["/feed.atom?type=speech&type=speech", 301],
    ["/hy/archive/1/feed.rss", 302],
    ["/feed.json?lang=de", 404],
    ["/feed.json?from=yesterday", 400],
    ["/nothing.rss", 404],
  ])("%s may be asked for by scripts of other sites: %i", async (path, expected) => {
    const { status, headers } = await request(path);
    expect([status, headers.get("access-control-allow-origin")]).toEqual([expected, "*"]);
  });

  it("names the issues of a query after an alias", async () => {
    const guess = await request("/feed.xml?lang=de");
    expect(guess.status).toBe(404);
    expect(await guess.json()).toEqual(await (await request("/feed.rss?lang=de")).json());
  });

  it("names its issues", async () => {
    const response = await request("/hy/feed.json?from=yesterday");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ path: "/from" }] });
    const page = await request("/hy?from=yesterday");
    expect([page.status, await page.text()]).toEqual([
      400,
      expect.stringContaining("Այս հասցեն հնարավոր չէ կարդալ։"),
    ]);
  });
});

describe("a correction, withdrawal or kill", () => {
  it("is visible in the entry itself, in every format", async () => {
    const corrected = release({ lang: "hy", slug: "uxxum", title: "Ուղղված", date: "2020-11-01" });
    await publish(corrected);
    await publish({ ...corrected, title: "Ուղղված է", change: "major", note: "Վերնագիրը <b>" });
    const withdrawn = release({ lang: "en", slug: "withdrawn", date: "2020-11-02" });
    await publish(withdrawn);
    await act("withdraw", withdrawn.id, "It was wrong");
    const { id } = release();
    await publish(release({ id, lang: "en", slug: "killed", date: "2020-11-03" }));
    await settled();
    await newsroomLater(2);
    await act("kill", id, "Never & nowhere");
    await newsroomLater(2);
    const bodies = await Promise.all(
      FORMATS.map(async (format) => (await request(`/feed.${format}?q=-nobody${format}`)).text()),
    );
    for (const body of bodies) {
      expect(body).toMatch(/Ի՞նչ է փոխվել|Ինչ է փոխվել: Վերնագիրը (?:&lt;|&#x3C;|&amp;#x3C;)b>|Ինչ է փոխվել/);
      expect(body).toContain("Withdrawn: The session was held");
      expect(body).toContain("Reason: It was wrong");
      expect(idsOf(body)).not.toContain(id);
    }
    expect(new Set(bodies.map((body) => JSON.stringify(idsOf(body)))).size).toBe(1);
    const json = JSON.parse(bodies[2]!) as {
      items: { id: string; date_published: string; date_modified: string }[];
    };
    const item = json.items.find((each) => each.id.endsWith(corrected.id))!;
    expect(Date.parse(item.date_modified)).toBeGreaterThan(Date.parse(item.date_published));
  });
});

describe("the hub", () => {
  it("is named by each feed, in its headers and in its own way", async () => {
    const hub = "https://press.example/hub";
    const [rss, atom, json] = await Promise.all(
      FORMATS.map(async (format) => (await request(fresh(format))).text()),
    );
    expect(rss).toContain(`<atom:link rel="hub" href="${hub}"/>`);
    expect(atom).toContain(`<link rel="hub" href="${hub}"/>`);
    expect(JSON.parse(json!)).toMatchObject({ hubs: [{ type: "WebSub", url: hub }] });
  });

  it("is named by the page of a list, with the feed that has the same releases", async () => {
    const links = async (path: string) => (await request(path)).headers.get("link");
    const named = (topic: string) =>
      `<https://press.example/hub>; rel="hub", <https://press.example${topic}>; rel="self"`;
    expect(await links("/")).toBe(named("/feed.atom"));
    expect(await links("/en")).toBe(named("/en/feed.atom"));
    expect(await links("/en?type=speech&type=visit")).toBe(named("/en/feed.atom?type=speech&type=visit"));
    expect(await links("/feeds")).toBe(null);
  });
});
