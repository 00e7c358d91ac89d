import { env } from "cloudflare:workers";
import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { newsroom } from "../../../src/runtime/stubs.ts";
import { pdf, png, textFile, upload } from "../../support/files.ts";
import {
  act,
  inNewsroom,
  newsroomLater,
  publish,
  release,
  request,
  send,
  settled,
} from "../../support/service.ts";

const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());
const statusOf = async (path: string) => {
  const answer = await request(path);
  await answer.arrayBuffer();
  return answer.status;
};

/** Publishes a release with one attachment. @returns the release, and the path of the file */
async function published(bytes: Uint8Array<ArrayBuffer>, name: string, fields: Record<string, unknown> = {}) {
  const { sha256 } = await upload(bytes);
  const body = release({ attachments: [{ file: `${sha256}/${name}` }], ...fields });
  await publish(body);
  return { body, sha256, path: `/files/${sha256}/${encodeURIComponent(name)}` };
}

async function pageOf(id: string): Promise<string> {
  return new URL((await request(`/r/${id}`)).headers.get("location") ?? "").pathname;
}

/** Lets KV be written, and what isolates remember become too old. */
async function later(): Promise<void> {
  await settled();
  await newsroomLater(2);
  vi.setSystemTime(Date.now() + 2_000);
}

afterEach(() => void vi.useRealTimers());

describe("a file", () => {
  it("is served with its true type, length and a strong ETag", async () => {
    const bytes = pdf("served", 100_000);
    const { path, sha256 } = await published(bytes, "report.pdf");
    for (const source of ["ledger", "KV"]) {
      const answer = await request(path);
      expect(answer.status, source).toBe(200);
      const headers = Object.fromEntries(answer.headers);
      expect(headers).toMatchObject({
        "content-type": "application/pdf",
        "content-length": "100000",
        "content-disposition": 'inline; filename="report.pdf"',
        etag: `"${sha256}"`,
        "accept-ranges": "bytes",
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
        "cache-control": "public, max-age=60, s-maxage=10, stale-while-revalidate=60, no-transform",
      });
      expect(headers).not.toHaveProperty("content-security-policy");
      expect(await bytesOf(answer)).toEqual(bytes);
      vi.useFakeTimers({ toFake: ["Date"] });
      await later();
    }
  });

  it("answers HEAD with the headers of GET, and reads no bytes for it", async () => {
    const { path, sha256 } = await published(pdf("head", 300), "head.pdf");
    const get = await request(path);
    await get.arrayBuffer();
    await env.DOCUMENTS.delete(`file:${sha256}`);
    const head = await request(path, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(get.headers));
    expect((await bytesOf(head)).byteLength).toBe(0);
  });

  it("answers 304 to the client that has it", async () => {
    const { path, sha256 } = await published(pdf("conditional"), "c.pdf");
    for (const tag of [`"${sha256}"`, `W/"${sha256}"`, `"other", "${sha256}"`, "*"]) {
      const answer = await request(path, { headers: { "if-none-match": tag, range: "bytes=0-1" } });
      expect([answer.status, answer.headers.get("etag")]).toEqual([304, `"${sha256}"`]);
      expect(answer.headers.get("content-length")).toBeNull();
    }
    expect((await request(path, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
  });

  it.each([
    ["bytes=0-9", 0, 9],
    ["bytes=190-", 190, 199],
    ["bytes=-5", 195, 199],
    ["bytes=-500", 0, 199],
    ["bytes=150-9999", 150, 199],
    ["bytes=199-199", 199, 199],
  ])("answers a range: %s", async (range, first, last) => {
    const bytes = pdf("ranges", 200);
    const { path } = await published(bytes, "ranges.pdf");
    const answer = await request(path, { headers: { range } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBe(`bytes ${first}-${last}/200`);
    expect(answer.headers.get("content-length")).toBe(String(last - first + 1));
    expect(await bytesOf(answer)).toEqual(bytes.subarray(first, last + 1));
  });

  it("answers a range that spans what KV sends at once", async () => {
    const bytes = pdf("long", 3_000_000);
    const { path } = await published(bytes, "long.pdf");
    const answer = await request(path, { headers: { range: "bytes=999999-2000001" } });
    expect(await bytesOf(answer)).toEqual(bytes.subarray(999_999, 2_000_002));
  });

  it("answers 416 to a range behind its end, and the whole to what is no single range", async () => {
    const { path } = await published(pdf("beyond", 200), "beyond.pdf");
    for (const range of ["bytes=200-", "bytes=500-600", "bytes=-0"]) {
      const answer = await request(path, { headers: { range } });
      expect([answer.status, answer.headers.get("content-range")]).toEqual([416, "bytes */200"]);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    }
    for (const range of ["bytes=0-1,5-6", "bytes=9-3", "bytes=x-", "bytes=-", "lines=0-1", ""]) {
      const answer = await request(path, { headers: { range } });
      expect([range, answer.status, (await bytesOf(answer)).byteLength]).toEqual([range, 200, 200]);
    }
    const head = await request(path, { method: "HEAD", headers: { range: "bytes=500-" } });
    expect(head.status).toBe(200);
  });

  it("answers a range only of the file that the client has a part of", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { path, sha256 } = await published(pdf("if-range"), "r.pdf");
    await later();
    const modified = (await request(path, { method: "HEAD" })).headers.get("last-modified") ?? "";
    expect(modified).not.toBe("");
    for (const [condition, status] of [
      [`"${sha256}"`, 206],
      [modified, 206],
      [`W/"${sha256}"`, 200],
      ['"other"', 200],
      ["Wed, 25 Nov 2020 10:00:00 GMT", 200],
    ] as const) {
      const headers = { range: "bytes=0-0", "if-range": condition };
      expect([condition, (await request(path, { headers })).status]).toEqual([condition, status]);
    }
  });

  it.each([
    ["<svg xmlns='x'><script>alert(1)</script></svg>", "logo.svg", "image/svg+xml", "inline"],
    ["<!doctype html><script>alert(1)</script>", "page.html", "text/html; charset=utf-8", "inline"],
    ["<a/>", "data.xml", "application/xml", "attachment"],
  ])("that a browser could run is shut in: %s", async (text, name, type, disposition) => {
    const { path } = await published(textFile(text), name);
    const answer = await request(path);
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    );
    expect(answer.headers.get("content-type")).toBe(type);
    expect(answer.headers.get("content-disposition")).toBe(`${disposition}; filename="${name}"`);
  });

  it.each([
    ["Հայտարարություն.txt", `inline; filename="_.txt"; filename*=UTF-8''`],
    ['a "quoted" 100%.csv', `inline; filename="a _quoted_ 100_.csv"; filename*=UTF-8''`],
    ["it's (final).json", 'attachment; filename="it\'s (final).json"'],
  ])("keeps its name: %s", async (name, disposition) => {
    const { path } = await published(textFile("1,2"), name);
    const answer = await request(path);
    const given = answer.headers.get("content-disposition") ?? "";
    expect(answer.status).toBe(200);
    expect(given.startsWith(disposition)).toBe(true);
    const extended = /filename\*=UTF-8''(.*)$/.exec(given)?.[1];
    if (extended !== undefined) expect(decodeURIComponent(extended)).toBe(name);
  });

  it("is found in any spelling of its name's escapes, composed or not, and under no other name", async () => {
    const { path, sha256 } = await published(textFile("Café"), "Café (1).txt");
    for (const name of ["Caf%C3%A9%20%281%29.txt", "Café%20(1).txt", "Cafe%CC%81%20(1).txt"]) {
      expect([name, await statusOf(`/files/${sha256}/${name}`)]).toEqual([name, 200]);
    }
    for (const other of [
      `/files/${sha256}`,
      `/files/${sha256}/`,
      `/files/${sha256}/Caf%C3%A9%20(1).TXT`,
      `/files/${sha256.toUpperCase()}/Caf%C3%A9%20(1).txt`,
      `/files/${"0".repeat(64)}/Caf%C3%A9%20(1).txt`,
      `${path}%2F`,
      `${path}%00`,
      `/files/${sha256}/..%2F..%2Fetc`,
      `/files/${sha256}/${"a".repeat(300)}.txt`,
    ]) {
      expect([other, await statusOf(other)]).toEqual([other, other.endsWith("/") ? 301 : 404]);
    }
  });

  it("answers OPTIONS as every public address, and no other method", async () => {
    const { path } = await published(pdf("methods"), "m.pdf");
    const preflight = await request(path, { method: "OPTIONS" });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("Range");
    const refused = await request(path, { method: "POST" });
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("whose bytes KV lacks is 503 for a moment, not 404", async () => {
    const { path, sha256 } = await published(pdf("lacking"), "l.pdf");
    await env.DOCUMENTS.delete(`file:${sha256}`);
    const answer = await request(path);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "10"]);
    expect(await answer.json()).toMatchObject({ code: "file-unavailable" });
  });
});

describe("readers see a file", () => {
  it("from the second in which its embargo ends, in every place where a release names one", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const [attached, shown, linked] = await Promise.all(
      ["attached", "shown", "linked"].map(async (seed) => (await upload(png(3, 2, seed))).sha256),
    );
    const nowMs = await inNewsroom((instance) => instance.clock());
    const embargo = new Date((Math.ceil(nowMs / 1000) + 60) * 1000).toISOString();
    const body = release({
      embargo,
      date: "2020-01-01",
      attachments: [{ file: `${attached}/a.png` }],
      image: { file: `${shown}/b.png`, alt: "" },
      body: `![x](/files/${linked}/c.png)`,
    });
    await publish(body);
    await later();
    const paths = [`/files/${attached}/a.png`, `/files/${shown}/b.png`, `/files/${linked}/c.png`];
    for (const path of paths) expect(await statusOf(path)).toBe(404);
    await inNewsroom((instance) => {
      instance.clock = () => Date.parse(embargo);
    });
    vi.setSystemTime(Date.parse(embargo));
    await runDurableObjectAlarm(newsroom(env));
    for (const path of paths) expect(await statusOf(path)).toBe(200);
  });

  it("as long as an edition uses it: a correction takes it away and brings it back", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { body, path } = await published(pdf("dropped"), "d.pdf");
    await later();
    expect(await statusOf(path)).toBe(200);
    await publish({ ...body, attachments: [], change: "minor" });
    await later();
    expect(await statusOf(path)).toBe(404);
    await publish({ ...body, change: "minor" });
    await later();
    expect(await statusOf(path)).toBe(200);
  });

  it("of a withdrawn release, but not of a killed one until it is reinstated", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { body, path } = await published(pdf("lifecycle"), "l.pdf");
    const steps = [
      ["withdraw", 200],
      ["kill", 410],
      ["reinstate", 200],
      ["kill", 410],
    ] as const;
    for (const [action, status] of steps) {
      await act(action, body.id, "It was wrong");
      await later();
      expect([action, await statusOf(path)]).toEqual([action, status]);
    }
    const gone = await request(path);
    expect(gone.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await gone.text()).toContain("It was wrong");
  });

  it("that another release uses too, when one of them is killed", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { body, path, sha256 } = await published(pdf("shared"), "s.pdf");
    const other = release({ body: `[The same](/files/${sha256}/s.pdf), [renamed](/files/${sha256}/t.pdf)` });
    await publish(other);
    await act("kill", body.id);
    await later();
    expect(await statusOf(path)).toBe(200);
    await act("kill", other.id);
    await later();
    expect([await statusOf(path), await statusOf(`/files/${sha256}/t.pdf`)]).toEqual([410, 410]);
    await act("reinstate", body.id);
    await later();
    expect([await statusOf(path), await statusOf(`/files/${sha256}/t.pdf`)]).toEqual([200, 410]);
  });

  it("of a release that comes as withdrawn, and not of one that comes as killed", async () => {
    for (const [status, expected] of [
      ["withdrawn", 200],
      ["killed", 410],
    ] as const) {
      const { path } = await published(pdf(status), `${status}.pdf`, { status, reason: "It was wrong" });
      expect([status, await statusOf(path)]).toEqual([status, expected]);
    }
  });

  it("never of a release that was killed under its embargo", async () => {
    const embargo = "2099-01-01T00:00:00Z";
    const { body, path } = await published(pdf("never"), "n.pdf", { embargo, date: "2020-01-01" });
    await act("kill", body.id);
    await settled();
    expect(await statusOf(path)).toBe(404);
  });

  it("again after KV was lost and rebuilt, with the same documents", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { path } = await published(pdf("rebuilt"), "Վերականգնված.pdf");
    const killed = await published(pdf("killed"), "k.pdf");
    await act("kill", killed.body.id);
    await later();
    const documents = async () => {
      const { keys } = await env.DOCUMENTS.list({ prefix: "document:/files/" });
      return Promise.all(
        keys.map(async ({ name }) => [name, await env.DOCUMENTS.getWithMetadata(name, "text")] as const),
      );
    };
    const before = await documents();
    expect(before.length).toBeGreaterThan(10);
    for (const [key] of before) await env.DOCUMENTS.delete(key);
    expect((await send("POST", "/api/v1/rebuild", undefined)).status).toBe(202);
    await later();
    expect(await documents()).toEqual(before);
    expect([await statusOf(path), await statusOf(killed.path)]).toEqual([200, 410]);
  });
});

describe("what names a file elsewhere", () => {
  it("has its URL, type, length and hash: JSON, feeds, events, editions", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { sha256 } = await upload(pdf("everywhere", 777));
    const photo = await upload(png(300, 200, "everywhere"));
    const body = release({
      attachments: [
        { file: `${sha256}/Առաջին.pdf`, title: "The report" },
        { url: "https://a.example/b.pdf", type: "application/pdf", size: 5 },
      ],
      image: { file: `${photo.sha256}/p.png`, alt: "A hall", credit: "Office" },
      body: `![In the text](/files/${photo.sha256}/p.png)`,
    });
    const { sequence } = await publish(body);
    await later();
    const url = `https://press.example/files/${sha256}/${encodeURIComponent("Առաջին")}.pdf`;
    const attachments = [
      { url, type: "application/pdf", title: "The report", size: 777, sha256 },
      { url: "https://a.example/b.pdf", type: "application/pdf", size: 5 },
    ];
    const image = {
      url: `https://press.example/files/${photo.sha256}/p.png`,
      alt: "A hall",
      credit: "Office",
      type: "image/png",
      width: 300,
      height: 200,
      sha256: photo.sha256,
    };
    for (const path of ["", "/editions/1"]) {
      const answer = await request(`/api/v1/releases/${body.id}${path}`);
      expect(await answer.json()).toMatchObject({ attachments, image });
    }
    const page = await (await request(await pageOf(body.id))).text();
    const [, inFigure, inText] = page.split("<img ");
    for (const img of [inFigure, inText]) expect(img).toMatch(/^[^>]* width="300" height="200"/);
    const events = await request(`/api/v1/events?after=${(sequence ?? 0) - 1}`);
    expect(await events.json()).toMatchObject({ data: [{ data: { release: { attachments } } }] });
    const enclosed = { rss: "enclosure", atom: "link", json: "" };
    for (const [format, element] of Object.entries(enclosed)) {
      const feed = await (await request(`/en/feed.${format}`)).text();
      if (element === "") {
        const { items } = JSON.parse(feed) as { items: { url: string; attachments?: unknown[] }[] };
        expect(items[0]?.attachments?.[0]).toEqual({
          url,
          mime_type: "application/pdf",
          title: "The report",
          size_in_bytes: 777,
          _communique: { sha256 },
        });
      } else {
        const found = new RegExp(`<${element} [^>]*${sha256}[^>]*>`).exec(feed)?.[0];
        expect(found).toContain('length="777"');
        expect(found).toContain('type="application/pdf"');
      }
    }
  });
});
