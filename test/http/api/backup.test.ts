import { env } from "cloudflare:workers";
import { evictDurableObject, reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { newsroom, subscriber } from "../../../src/runtime/stubs.ts";
import {
  backUp,
  beginRestore,
  finishRestore,
  type Line,
  restoreAll,
  rowsIn,
  sendLines,
} from "../../support/backup.ts";
import { callback, delivered, sentTo, subscribeAtHub } from "../../support/hub.ts";
import {
  act,
  inNewsroom,
  kvBody,
  ledgerRows,
  newsroomLater,
  type ProblemJson,
  publish,
  put,
  release,
  request,
  send,
  settled,
  subscriberIdle,
  subscriberLater,
} from "../../support/service.ts";
import {
  arrivals,
  deliveries,
  endpoint,
  eventOf,
  own,
  publishTo,
  subscribe,
} from "../../support/subscriptions.ts";

beforeEach(() => reset());

const codeOf = async (response: Response) => [response.status, (await response.json<ProblemJson>()).code];
const BEING_RESTORED = [503, "being-restored"];

describe("a backup", () => {
  it("is for the admin alone, and so is a restore", async () => {
    for (const [method, path] of [
      ["POST", "/api/v1/backup"],
      ["DELETE", "/api/v1/backup/any"],
      ["GET", `/api/v1/backup/files/${"0".repeat(64)}`],
      ["POST", "/api/v1/restore"],
      ["POST", "/api/v1/restore/any"],
      ["POST", "/api/v1/restore/any/clear"],
      ["POST", "/api/v1/restore/any/finish"],
      ["PUT", `/api/v1/restore/any/files/${"0".repeat(64)}`],
      ["DELETE", "/api/v1/restore"],
    ] as const) {
      expect([path, await codeOf(await request(path, { method }))]).toEqual([path, [401, "unauthorized"]]);
    }
  });

  it("holds one state, although editors publish between its pages", async () => {
    const first = release();
    await publish(first);
    const second = release();
    await publish(second);
    let before: unknown;
    const lines = await backUp(async (page) => {
      // Page 1 reads Subscribers. The next one keeps the ledger as it is then.
      if (page === 2) before = await (await request("/api/v1/events?after=0")).json();
      if (page < 3) return;
      await publish({
        ...first,
        body: `Text ${page}.`,
        slug: `moved-${page}`,
        change: "major",
        note: `Moved on page ${page}`,
      });
      await act("kill", second.id);
      await publish(release());
    });
    expect(rowsIn(lines)).toMatchObject({ releases: 2, editions: 2, events: 2, addresses: 2 });
    await reset();
    await restoreAll(lines);
    expect(await (await request("/api/v1/events?after=0")).json()).toEqual(before);
    expect(await ledgerRows("SELECT name FROM sqlite_master WHERE name LIKE 'backup%'")).toEqual([]);
    expect((await put({ ...first, body: "Corrected.", change: "minor", reallyMinor: true })).status).toBe(
      200,
    );
  });

  it("holds the URL of a chat sealed, and a restored service posts there", async () => {
    const url = endpoint();
    const made = await subscribe({ format: "slack", url });
    await publishTo([made], release({ title: "Before" }));
    const lines = await backUp();
    expect(JSON.stringify(lines)).not.toContain(new URL(url).pathname.slice(1));
    await reset();
    await restoreAll(lines);
    await publishTo([made], release({ title: "After" }));
    await subscriberLater(made.id, 2);
    expect(
      (await arrivals({ endpoint: url })).map(({ body }) => (JSON.parse(body) as { text: string }).text),
    ).toEqual([expect.stringContaining("Before"), expect.stringContaining("After")]);
    expect((await send("POST", "/api/v1/subscriptions", { format: "slack", url })).status).toBe(200);
  });

  it("leaves the fan-out to send what a Subscriber got while the rest was read, and that once", async () => {
    const made = await subscribe();
    await publishTo([made], release());
    const early = release({ title: "Early" });
    let sent = 0;
    const lines = await backUp(async (page) => {
      // The Subscriber is read; the ledger is not.
      if (page === 2) {
        await publishTo([made], early);
        await act("kill", early.id);
        await settled();
        await subscriberIdle(made.id);
        sent = (await arrivals(made)).length;
      }
    });
    await reset();
    await restoreAll(lines);
    await settled();
    for (let left = 1, calls = 0; left > 0 && calls < 20; calls += 1) {
      const answer = await finishRestore(lines[0], {});
      left = answer.ok ? (await answer.json<{ waiting: number }>()).waiting : 0;
    }
    await subscriberIdle(made.id);
    expect(sent).toBe(3);
    // The event that the archive has as delivered is not sent again; the text that was killed never is.
    const after = (await arrivals(made)).slice(sent);
    expect(after.map((arrival) => eventOf(arrival).type)).toEqual(["release.killed"]);
  });

  it("holds subscriptions of the hub, which get the version of their topic that they lack, and none twice", async () => {
    await publish(release());
    // What is written now is known an hour later: the hub sends it to no new subscriber.
    await settled();
    await newsroomLater(3_600);
    const [behind, current] = [callback(), callback()];
    const lacking = await subscribeAtHub(behind, "/en/feed.atom", { "hub.secret": "kept" });
    const other = await subscribeAtHub(current, "/feed.atom");
    let isPublished = false;
    const lines = await backUp(async (_page, read) => {
      const hasRead = ({ id }: { id: string }) => read.some((line) => line["subscriber"] === id);
      if (!isPublished && hasRead(lacking) && hasRead(other)) {
        isPublished = true;
        await publish(release({ lang: "en", title: "While it was made" }));
        await delivered(lacking.id, other.id);
      }
    });
    for (const each of [behind, current]) expect((await sentTo(each)).length).toBe(1);
    await reset();
    await restoreAll(lines);
    await newsroomLater(2);
    for (let left = 1, calls = 0; left > 0 && calls < 20; calls += 1) {
      const answer = await finishRestore(lines[0], {});
      left = answer.ok ? (await answer.json<{ waiting: number }>()).waiting : 0;
    }
    await settled();
    await newsroomLater(10);
    // Deliveries of one topic are a second apart, the verification among them.
    for (const { id } of [lacking, other]) await subscriberLater(id, 2);
    // Both Subscribers are older than the ledger: that they get it again is the price of losing none.
    for (const each of [behind, current]) {
      const sent = await sentTo(each);
      expect(sent.map(({ body }) => body.includes("While it was made"))).toEqual([true, true]);
      expect(sent[1]!.body).toBe(sent[0]!.body);
    }
    const signed = (await sentTo(behind)).map(({ headers }) => headers["x-hub-signature"]);
    expect([signed[0], new Set(signed).size]).toEqual([expect.stringMatching(/^sha256=/), 1]);
    await settled();
    await newsroomLater(10);
    expect((await sentTo(behind)).length).toBe(2);
  });

  it("that another one has replaced says so", async () => {
    const first = await send("POST", "/api/v1/backup", undefined);
    const { next } = await first.json<{ next: string }>();
    await send("POST", "/api/v1/backup", undefined);
    const page = await send("POST", `/api/v1/backup?after=${encodeURIComponent(next)}`, undefined);
    expect(await codeOf(page)).toEqual([409, "backup-replaced"]);
    const broken = await send("POST", "/api/v1/backup?after=x", undefined);
    expect(await codeOf(broken)).toEqual([422, "invalid"]);
  });
});

describe("a restore", () => {
  let lines: Line[];
  let text: ReturnType<typeof release>;
  beforeEach(async () => {
    text = release();
    await publish(text);
    await subscribe();
    lines = await backUp();
  });

  it("is refused before anything is written: not empty, another version, another key", async () => {
    expect(await codeOf(await beginRestore(lines))).toEqual([409, "service-not-empty"]);
    expect((await request("/healthz")).status).toBe(200);
    await reset();
    const [header] = lines;
    for (const change of [{ version: 2 }, { schema: 1 }, { subscriberSchema: 9 }]) {
      expect(await codeOf(await beginRestore([{ ...header, ...change }]))).toEqual([
        409,
        "unsupported-backup",
      ]);
    }
    const [key = ""] = (header?.["keys"] as string[] | undefined) ?? [];
    const keys = [key.replace(/^./, (c) => (c === "A" ? "B" : "A"))];
    expect(await codeOf(await beginRestore([{ ...header, keys }]))).toEqual([409, "wrong-secrets-key"]);
    expect(await codeOf(await beginRestore([{ ...header, keys: [] }]))).toEqual([409, "wrong-secrets-key"]);
    expect((await request("/healthz")).status).toBe(200);
    expect(await codeOf(await sendLines(header, lines.slice(1)))).toEqual([409, "no-restore"]);
  });

  it("closes the service: readers, editors and subscriptions are told so, also after a restart", async () => {
    await reset();
    // An empty feed must not be what readers get meanwhile.
    await request("/feed.rss");
    await settled();
    expect(await kvBody("/feed.rss")).not.toBeNull();
    await beginRestore(lines);
    expect(await kvBody("/feed.rss")).toBeNull();
    const [header, ...rest] = lines;
    const own = rest.filter((line) => "subscriber" in line);
    expect((await sendLines(header, own)).status).toBe(200);
    const id = String(own[0]?.["subscriber"]);
    for (const restarted of [false, true]) {
      if (restarted) {
        await evictDurableObject(newsroom(env));
        await evictDurableObject(subscriber(env, id));
      }
      for (const path of ["/en/feed.rss", "/healthz", "/api/v1/events?after=0"]) {
        expect([path, await codeOf(await request(path))]).toEqual([path, BEING_RESTORED]);
      }
      expect(await codeOf(await put(release()))).toEqual(BEING_RESTORED);
      for (const each of [id, "sub_unknown"]) {
        const answer = await send("POST", `/api/v1/subscriptions/${each}/resume`, undefined);
        expect([each, await codeOf(answer)]).toEqual([each, BEING_RESTORED]);
      }
      expect(await codeOf(await send("POST", "/api/v1/backup", undefined))).toEqual(BEING_RESTORED);
    }
  });

  it("that was cut off begins again, and takes no line twice", async () => {
    await reset();
    await beginRestore(lines);
    const [header, ...rest] = lines;
    await sendLines(header, rest.slice(0, 3));
    // Lines are missing.
    const early = await finishRestore(header, rowsIn(lines));
    expect(await codeOf(early)).toEqual([409, "incomplete-restore"]);
    await beginRestore(lines);
    for (let time = 0; time < 2; time += 1) await sendLines(header, rest);
    expect(await (await finishRestore(header, rowsIn(lines))).json()).toEqual({ waiting: 0 });
    expect(await codeOf(await finishRestore(header, rowsIn(lines)))).toEqual([409, "no-restore"]);
    await settled();
    expect(await kvBody("/feed.json")).toContain(text.id);
    expect(await ledgerRows("SELECT sum(count) AS n FROM filing_counts WHERE field = 'listed'")).toEqual([
      { n: 1 },
    ]);
  });

  it("that was cut off can be discarded: the service is empty and open", async () => {
    await reset();
    await beginRestore(lines);
    const [header, ...rest] = lines;
    await sendLines(header, rest);
    const done = async () => (await send("DELETE", "/api/v1/restore", undefined)).json<{ done: boolean }>();
    for (let calls = 0; calls < 20 && !(await done()).done; calls += 1);
    expect((await request("/healthz")).status).toBe(200);
    expect(await (await request("/api/v1/events?after=0")).json()).toMatchObject({ data: [] });
    expect(await codeOf(await send("DELETE", "/api/v1/restore", undefined))).toEqual([409, "no-restore"]);
    await publish(release());
    await settled();
    expect(await kvBody("/feed.json")).toContain("The session was held");
  });

  it("refuses rows of a table or column that does not exist", async () => {
    await reset();
    await beginRestore(lines);
    const [header] = lines;
    for (const line of [
      { table: "sqlite_master", columns: ["name"], rows: [["x"]] },
      { table: "releases", columns: ["id, lang"], rows: [["x"]] },
      { table: "addresses", columns: ["lang"], rows: [["en", "x"]] },
    ]) {
      expect(await codeOf(await sendLines(header, [line]))).toEqual([422, "invalid"]);
    }
  });
});

it("a restored subscription is sent what it has not had, with its secret, its log and its pause", async () => {
  const made = await subscribe();
  const paused = await subscribe({ url: endpoint() });
  await publishTo([made, paused], release());
  await own(paused, "/pause", "POST");
  await publishTo([made, paused], release());
  const before = await deliveries(made);
  const lines = await backUp();
  await reset();
  await restoreAll(lines);
  expect(await deliveries(made)).toEqual(before);
  await publishTo([made, paused], release());
  expect((await arrivals(made)).map((arrival) => eventOf(arrival).data.sequence)).toEqual([1, 2, 3]);
  expect((await arrivals(paused)).length).toBe(1);
  await inNewsroom(() => undefined);
  await own(paused, "/resume", "POST");
  await subscriberIdle(paused.id);
  expect((await arrivals(paused)).map((arrival) => eventOf(arrival).data.sequence)).toEqual([1, 2, 3]);
});
