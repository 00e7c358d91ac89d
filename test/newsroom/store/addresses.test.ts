import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { configOf } from "../../../src/config.ts";
import { buildParts } from "../../../src/newsroom/wiring.ts";
import { Meter } from "../../../src/runtime/sql.ts";
import { act, inNewsroom, publish, put, release, settled } from "../../support/service.ts";

/** The statements that the Newsroom runs to find a document, with the rows that each reads and writes. */
function costOf(path: string): Promise<string[]> {
  return inNewsroom(async (_instance, { storage }) => {
    const cursors: [string, SqlStorageCursor<Record<string, SqlStorageValue>>][] = [];
    const exec: SqlStorage["exec"] = (query, ...bindings) => {
      const cursor = storage.sql.exec(query, ...bindings);
      cursors.push([query, cursor]);
      return cursor as never;
    };
    const config = configOf(env);
    const parts = buildParts({ storage, sql: { exec }, meter: new Meter(), env, config, now: Date.now });
    cursors.length = 0;
    expect(await parts.projection.findDocument(path, null)).toMatchObject({ kind: "missing" });
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
  const none = await costOf("/en/releases/none");
  expect(none).toHaveLength(1);
  expect(await costOf("/en/releases/secret")).toEqual(none);
  expect(await costOf("/en/releases/killed-secret")).toEqual(none);
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
