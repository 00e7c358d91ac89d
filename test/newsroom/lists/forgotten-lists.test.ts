import { describe, expect, it } from "vitest";
import { LISTS_PER_DROP, LISTS_REMEMBERED_MAX } from "../../../src/newsroom/limits.ts";
import { act, inNewsroom, ledgerRows, publish, release, request, settled } from "../../support/service.ts";

describe("a combination that is no longer requested", () => {
  it("leaves nothing in the ledger when many others have expired since", async () => {
    const killed = release({ title: "Shortlived", topics: [] });
    await publish(killed);
    await settled();
    const address = "/en/feed.atom?q=shortlived";
    const rows = async () =>
      (
        await ledgerRows<{ count: number }>(
          `SELECT (SELECT count(*) FROM lists WHERE address LIKE '%shortlived')
             + (SELECT count(*) FROM tombstones WHERE list LIKE '%shortlived')
             + (SELECT count(*) FROM documents WHERE path LIKE '%shortlived') AS count`,
        )
      )[0]!.count;
    const later = (seconds: number, path: string) =>
      inNewsroom((instance) => {
        const ms = instance.clock() + seconds * 1000;
        instance.clock = () => ms;
        return instance.document(path, null);
      });
    await later(1, address);
    await later(1, address.replace("/en/", "/en/archive/1/"));
    await act("kill", killed.id, "It was wrong");
    await settled();
    expect(await rows()).toBe(3);
    await later(86_400, "/en/feed.atom?q=another");
    expect(await rows()).toBe(3);
    await later(8 * 86_400, "/en/feed.atom?q=third");
    expect(await rows(), "its age alone drops nothing").toBe(3);
    await inNewsroom((instance, { storage: { sql } }) => {
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO lists (address, reaches, numbers, since, uses, asked_ms, kept_until_ms)
         SELECT '/?q=expired' || i, '[]', '[1]', 0, 1, ?2, ?2 + i FROM n`,
        LISTS_REMEMBERED_MAX + 1,
        instance.clock() - 3_600_000,
      );
    });
    for (let number = 0; number < LISTS_PER_DROP; number += 1) await later(1, `/en/feed.atom?q=new${number}`);
    expect(await rows()).toBe(0);
    const expired = await ledgerRows<{ first: number; count: number }>(
      "SELECT count(*) AS count, min(kept_until_ms - asked_ms) AS first FROM lists WHERE address LIKE '/?q=expired%'",
    );
    expect(expired, "those that expired first are gone").toEqual([{ count: LISTS_REMEMBERED_MAX, first: 2 }]);
    expect(await (await request(address)).text()).not.toContain("<entry");
  });
});
