import { env } from "cloudflare:workers";
import { evictDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  COMBINATION_BURST,
  COMBINATION_INTERVAL_MS,
  COMBINATIONS_PER_CLIENT_MAX,
  COMBINATIONS_PER_STEP,
  COSTLY_KEPT_MS,
  LIST_KEPT_FIRST_MS,
} from "../../../src/newsroom/limits.ts";
import { configOf } from "../../../src/config.ts";
import { buildParts } from "../../../src/newsroom/wiring.ts";
import { Meter } from "../../../src/runtime/sql.ts";
import { newsroom } from "../../../src/runtime/stubs.ts";
import {
  act,
  inNewsroom,
  kvBody,
  ledgerRows,
  newsroomLater,
  publish,
  release,
  request,
  settled,
} from "../../support/service.ts";

/** A feed that finds releases with a word, by an address of its own. */
const feed = (word: string, number: number) => `/feed.json?q=-never${number}+${word}`;
const addressOf = (path: string) => path.replace("/feed.json", "/");

/** Requests a document in the Newsroom, as a Worker does that found nothing in KV. */
const ask = (path: string, client: string | null = null) =>
  inNewsroom((instance) => instance.document(path, client));

async function keep(word: string, count: number, client: string | null = null): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, number) => feed(word, number));
  for (const path of paths) await ask(path, client);
  await settled();
  return paths;
}

const kept = async (word: string) =>
  (
    await ledgerRows<{ address: string }>(
      `SELECT address FROM lists WHERE address LIKE '%${word}%' AND kept_until_ms > 0 ORDER BY address`,
    )
  ).map(({ address }) => address);

/** A release as the Newsroom gets it. */
const prepared = (input: ReturnType<typeof release>) =>
  ({
    input: { ...input, topics: [], people: [], organisations: [], places: [], attachments: [] },
    hash: "",
    html: "",
    files: [],
    text: "",
    summary: "",
  }) as never;

beforeAll(async () => {
  await publish(release());
  await settled();
});

describe("a publish", () => {
  it("queues the change, and touches no combination in its transaction", async () => {
    await keep("queued", 3);
    await newsroomLater(2);
    const input = release({ title: "Queued" });
    const [stale, changes] = await inNewsroom(async (instance, { storage: { sql } }) => {
      const { ok } = await instance.publish([prepared(input)], { dryRun: false });
      expect(ok).toBe(true);
      return [
        sql.exec("SELECT target FROM stale_targets WHERE target LIKE '%?q=%'").toArray(),
        sql.exec("SELECT release, before, after, position FROM combination_changes").toArray(),
      ];
    });
    expect(stale).toEqual([]);
    expect(changes).toEqual([{ release: input.id, before: null, after: 1, position: "" }]);
    await settled();
    expect(await ledgerRows("SELECT * FROM combination_changes")).toEqual([]);
    expect(await kvBody(feed("queued", 2))).toContain("Queued");
  });

  it("is taken into every combination, although the object dies between two steps", async () => {
    const paths = await keep("steps", 2 * COMBINATIONS_PER_STEP + 5);
    await newsroomLater(2);
    await inNewsroom(async (_instance, { storage: { sql } }) => {
      sql.exec("DELETE FROM combination_changes");
    });
    await publish(release({ title: "Steps" }));
    await evictDurableObject(newsroom(env));
    await newsroomLater(1);
    await newsroomLater(60);
    for (const path of paths) expect(await kvBody(path), path).toContain("Steps");
  });

  it("has combinations rendered at a limited rate", async () => {
    const number = COMBINATION_BURST + 10;
    await keep("rate", number);
    await newsroomLater(10);
    const dues = await inNewsroom(async (instance, { storage: { sql } }) => {
      await instance.publish([prepared(release({ title: "Rate" }))], { dryRun: false });
      const nowMs = instance.clock();
      instance.clock = () => nowMs;
      while (sql.exec("SELECT 1 FROM combination_changes").toArray().length > 0) await scheduler.wait(0);
      return sql
        .exec<{ due_ms: number }>(
          "SELECT due_ms FROM stale_targets WHERE target LIKE '%rate%' AND due_ms > ? ORDER BY due_ms",
          nowMs,
        )
        .toArray()
        .map(({ due_ms }) => due_ms - nowMs);
    });
    expect(dues).toEqual(
      Array.from({ length: dues.length }, (_, index) => (index + 1) * COMBINATION_INTERVAL_MS),
    );
    expect(dues.length).toBeGreaterThanOrEqual(number - COMBINATION_BURST - 1);
    expect(dues.length).toBeLessThan(number);
    await newsroomLater(60);
  });

  it("delays a combination by its renderings, not by its changes", async () => {
    const number = COMBINATION_BURST + 10;
    await keep("late", number);
    await newsroomLater(60);
    const latest = await inNewsroom(async (instance, { storage: { sql } }) => {
      let nowMs = instance.clock();
      instance.clock = () => nowMs;
      const batch = Array.from({ length: 20 }, (_, index) => prepared(release({ title: `Late ${index}` })));
      await instance.publish(batch, { dryRun: false });
      await instance.idle();
      nowMs += number * COMBINATION_INTERVAL_MS;
      await instance.idle();
      await instance.publish([prepared(release({ title: "Late again" }))], { dryRun: false });
      await instance.idle();
      const query = "SELECT max(due_ms) AS due FROM stale_targets WHERE target LIKE '%late%'";
      return (sql.exec<{ due: number | null }>(query).one().due ?? nowMs) - nowMs;
    });
    expect(latest).toBeLessThanOrEqual(number * COMBINATION_INTERVAL_MS);
    await newsroomLater(60);
    expect(await kvBody(feed("late", number - 1))).toContain("Late again");
  });

  it("that is killed at once leaves the combinations that showed the release in between", async () => {
    const [path = ""] = await keep("mistake", 1);
    await newsroomLater(60);
    const input = release({ title: "Mistake" });
    await inNewsroom(async (instance, { storage: { sql } }) => {
      const publishing = instance.publish([prepared(input)], { dryRun: false });
      // Another change has the combination rendered, before it has taken this one in.
      sql.exec("UPDATE documents SET etag = 'in between' WHERE path = ?", path);
      await Promise.all([publishing, instance.act("kill", input.id, "Sent too early")]);
    });
    await newsroomLater(60);
    const written = await ledgerRows<{ etag: string }>(`SELECT etag FROM documents WHERE path = '${path}'`);
    expect(written).not.toEqual([{ etag: "in between" }]);
  });

  it("is named as killed in the combinations that held it, and only there", async () => {
    const text = release({ title: "Doomed" });
    await publish(text);
    await keep("doomed", 2);
    await keep("other", 1);
    await newsroomLater(2);
    await act("kill", text.id);
    await newsroomLater(2);
    await newsroomLater(2);
    const held = await ledgerRows<{ list: string }>(
      `SELECT list FROM tombstones WHERE release = '${text.id}' AND list LIKE '%q=%' ORDER BY list`,
    );
    expect(held.map(({ list }) => list)).toEqual(await kept("doomed"));
    await act("reinstate", text.id);
    await newsroomLater(2);
    await newsroomLater(2);
    expect(await kvBody(feed("doomed", 1))).toContain("Doomed");
    expect(await ledgerRows(`SELECT * FROM tombstones WHERE release = '${text.id}'`)).toEqual([]);
  });

  it("is in no combination as killed, if it is reinstated while its kill is still applied", async () => {
    const text = release({ title: "Regretted" });
    await publish(text);
    await keep("regretted", 2 * COMBINATIONS_PER_STEP + 5);
    await inNewsroom(async (instance, { storage: { sql } }) => {
      await instance.act("kill", text.id, "It was wrong");
      const isBegun = () =>
        sql.exec("SELECT 1 FROM combination_changes WHERE position <> ''").toArray().length > 0;
      while (!isBegun()) await scheduler.wait(0);
      await instance.act("reinstate", text.id, "It was right");
    });
    await settled();
    expect(await ledgerRows("SELECT * FROM combination_changes")).toEqual([]);
    expect(await ledgerRows(`SELECT * FROM tombstones WHERE release = '${text.id}'`)).toEqual([]);
  });
});

describe("a change that cannot be applied to combinations", () => {
  it("delays no other release's, keeps the order of its own, is logged, and is tried again later", async () => {
    const error = vi.spyOn(console, "error");
    const [path = ""] = await keep("brittle", 1);
    const [broken, sound] = [release({ title: "Brittle one" }), release({ title: "Brittle two" })];
    await inNewsroom((_instance, { storage: { sql } }) => {
      sql.exec(`CREATE TRIGGER broken BEFORE DELETE ON combination_changes WHEN old.release = '${broken.id}'
        BEGIN SELECT RAISE(ABORT, 'this change is broken'); END`);
    });
    await publish(broken);
    await publish(sound);
    await newsroomLater(2);
    await act("kill", broken.id, "It was wrong");
    await newsroomLater(60);
    expect(await kvBody(path)).toContain("Brittle two");
    expect(error.mock.calls.join()).toContain("combinations not updated");
    const dues = await inNewsroom((instance, { storage: { sql } }) =>
      sql
        .exec<{ due_ms: number }>("SELECT due_ms FROM combination_changes")
        .toArray()
        .map(({ due_ms }) => due_ms > instance.clock()),
    );
    expect(dues).toEqual([true, true]);
    await inNewsroom((_instance, { storage: { sql } }) => sql.exec("DROP TRIGGER broken"));
    await newsroomLater(60);
    await newsroomLater(60);
    expect(await ledgerRows("SELECT * FROM combination_changes")).toEqual([]);
    const held = await ledgerRows<{ list: string }>(
      `SELECT list FROM tombstones WHERE release = '${broken.id}' AND list LIKE '%brittle'`,
    );
    expect(held).toHaveLength(1);
  });
});

describe("a combination that takes long to find", () => {
  it("is answered, and rendered again only when it is requested again a minute later", async () => {
    await publish(release({ lang: "fr", title: "Rare" }));
    // As many texts as make the search costly, of which the list has none.
    await inNewsroom((_instance, { storage: { sql } }) => {
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
         INSERT INTO filings SELECT 'listed', '', -i FROM n`,
      );
    });
    const path = "/feed.json?lang=fr&lang=hy";
    expect(await (await request(path)).text()).toContain("Rare");
    await settled();
    const [row] = await ledgerRows<{ is_costly: number; left: number }>(
      "SELECT is_costly, kept_until_ms AS left FROM lists WHERE address = '/?lang=fr&lang=hy'",
    );
    expect(row?.is_costly).toBe(1);
    await publish(release({ lang: "fr", title: "Later" }));
    await newsroomLater(2);
    expect(await kvBody(path)).not.toContain("Later");
    await newsroomLater(COSTLY_KEPT_MS / 1000);
    const found = await ask(path);
    expect(found.kind === "found" && new TextDecoder().decode(found.document.body)).toContain("Later");
    await inNewsroom((_instance, { storage: { sql } }) => {
      sql.exec("DELETE FROM filings WHERE published < 0 AND field = 'listed'");
    });
  });
});

describe("the combinations of one client", () => {
  const [share] = COMBINATIONS_PER_CLIENT_MAX;
  const client = "6:20010db800010001";

  it("displace each other, and no other client's", async () => {
    await keep("honest", 3, "4:c0000201");
    await keep("greedy", share + 20, client);
    expect(await kept("greedy")).toHaveLength(share);
    expect(await kept("honest")).toHaveLength(3);
  });

  it("count for the network around it", async () => {
    const households = [1, 2, 3, 4].map((number) => `6:20010db80002000${number}`);
    for (const [index, household] of households.entries()) await keep(`house${index}x`, 40, household);
    expect(await kept("house")).toHaveLength(COMBINATIONS_PER_CLIENT_MAX[1]);
  });

  it("stay where they are requested again and again", async () => {
    const used = feed("polled", 0);
    await ask(used, client);
    const laterMs = LIST_KEPT_FIRST_MS + 1_000;
    await newsroomLater(laterMs / 1_000);
    await ask(used, client);
    await keep("greedier", share + 5, client);
    expect(await kept("polled")).toEqual([addressOf(used)]);
  });
});

describe("the changes of one release that wait", () => {
  it("are extended one at a time, so that the transaction can end", async () => {
    await keep("waiting", 1);
    const rows = await inNewsroom((instance, { storage }) => {
      const { sql } = storage;
      const nowMs = instance.clock();
      const config = configOf(env);
      const parts = buildParts({ storage, sql, meter: new Meter(), env, config, now: () => nowMs });
      const changes = [
        [null, 1], // published
        [1, null], // killed
        [null, 1], // reinstated
        [1, 1], // withdrawn
      ] as const;
      storage.transactionSync(() => {
        for (const [before, after] of changes) parts.combinations.queueChange("waiting", before, after);
      });
      const query = "DELETE FROM combination_changes WHERE release = 'waiting' RETURNING before, after";
      return sql.exec(query).toArray();
    });
    expect(rows).toEqual([
      { before: null, after: 1 },
      { before: 1, after: 1 },
    ]);
  });
});
