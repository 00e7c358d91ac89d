import { env } from "cloudflare:workers";
import { evictDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { createTables, getMeta } from "../../../src/newsroom/store/schema.ts";
import { newsroom } from "../../../src/runtime/stubs.ts";
import { inNewsroom, ledgerRows, publish, release } from "../../support/service.ts";

const TABLES = "SELECT name, sql FROM sqlite_master ORDER BY name";

it("the tables and their rows survive a restart, and their version is stored", async () => {
  const { id } = await publish(release());
  const before = await ledgerRows<{ name: string; sql: string | null }>(TABLES);
  await evictDurableObject(newsroom(env));
  const version = await inNewsroom((_instance, { storage: { sql } }) => {
    createTables(sql);
    return getMeta(sql, "schema");
  });
  expect(version).toBe(10);
  expect(await ledgerRows(TABLES)).toEqual(before);
  expect(await ledgerRows(`SELECT id FROM releases WHERE id = '${id}'`)).toEqual([{ id }]);
});

it("a new list stores the number of its first archive", async () => {
  expect(await ledgerRows("SELECT reaches, numbers FROM lists WHERE address = '/en'")).toEqual([
    { reaches: "[]", numbers: "[1]" },
  ]);
});
