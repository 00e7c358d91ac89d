import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { configOf } from "../../../src/config.ts";
import { explain } from "../../../src/newsroom/outbound/explain.ts";
import { readEditions } from "../../../src/newsroom/store/edition-views.ts";
import { buildParts } from "../../../src/newsroom/wiring.ts";
import { Meter, type Sql } from "../../../src/runtime/sql.ts";
import { act, inNewsroom, publish, put, release, settled } from "../../support/service.ts";
import { subscribe } from "../../support/subscriptions.ts";

type Parts = ReturnType<typeof buildParts>;

/** The statements that the Newsroom runs for a call, with the rows that each reads and writes. */
function costOf(call: (parts: Parts, sql: Sql) => unknown): Promise<string[]> {
  return inNewsroom(async (_instance, { storage }) => {
    const cursors: [string, SqlStorageCursor<Record<string, SqlStorageValue>>][] = [];
    const exec: SqlStorage["exec"] = (query, ...bindings) => {
      const cursor = storage.sql.exec(query, ...bindings);
      cursors.push([query, cursor]);
      return cursor as never;
    };
    const config = configOf(env);
    const sql: Sql = { exec };
    const parts = buildParts({ storage, sql, meter: new Meter(), env, config, now: Date.now });
    cursors.length = 0;
    await call(parts, sql);
    return cursors.map(([query, cursor]) => `${query} ${cursor.rowsRead} ${cursor.rowsWritten}`);
  });
}

it("an address that only an embargoed release has costs the look-ups of one that no release has", async () => {
  const secret = release({ slug: "secret", embargo: "2999-01-01T00:00:00Z" });
  await publish(secret);
  const killed = release({ slug: "killed-secret", embargo: "2999-01-01T00:00:00Z" });
  await publish(killed);
  await act("kill", killed.id);
  await settled();
  const page = (slug: string) =>
    costOf(async ({ projection }) => {
      expect(await projection.findDocument(`/en/releases/${slug}`, null)).toMatchObject({ kind: "missing" });
    });
  const none = await page("none");
  expect(none).toHaveLength(1);
  expect(await page("secret")).toEqual(none);
  expect(await page("killed-secret")).toEqual(none);
});

it("the id of an embargoed release costs the look-ups of an id that no release has", async () => {
  const secret = release({ embargo: "2999-01-01T00:00:00Z" });
  await publish(secret);
  const made = await subscribe();
  const costsOf = async (id: string) => [
    ...(await costOf(({ projection }) => projection.findDocument(`/api/v1/releases/${id}`, null))),
    ...(await costOf(({ views }, sql) => readEditions({ sql, views }, id, false, () => undefined))),
    ...(await costOf((_parts, sql) => explain(sql, made.id, id))),
  ];
  expect(await costsOf(secret.id)).toEqual(await costsOf(crypto.randomUUID()));
});

it("an embargoed release holds its address against others, and frees an address that it leaves", async () => {
  const secret = release({ slug: "held", embargo: "2999-01-01T00:00:00Z" });
  await publish(secret);
  expect((await put(release({ slug: "held" }))).status).toBe(409);
  await publish({ ...secret, slug: "moved" });
  expect((await put(release({ slug: "held" }))).status).toBe(201);
  expect((await put(release({ slug: "moved" }))).status).toBe(409);
  expect((await put({ ...secret, slug: "held" })).status).toBe(409);
});
