import { expect, it } from "vitest";
import { BACKED_UP, DERIVED } from "../../../src/newsroom/store/backup-tables.ts";
import { ledgerRows } from "../../support/service.ts";

it("each table of the ledger is in a backup, or is derived from those that are", async () => {
  const tables = await ledgerRows<{ name: string }>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'
       AND name NOT LIKE 'search\\_%' ESCAPE '\\' ORDER BY name`,
  );
  const known = [...BACKED_UP.map(({ table }) => table), ...DERIVED].toSorted();
  expect(known).toEqual(tables.map(({ name }) => name));
});
