import { beforeAll, describe, expect, it } from "vitest";
import { ADMIN, inNewsroom, publish, release, request } from "../../support/service.ts";

const RELEASES = 40;

beforeAll(async () => {
  for (let number = 0; number < RELEASES; number += 1) await publish(release());
  // A megabyte each: together more than one call of an object carries.
  await inNewsroom((_instance, { storage: { sql } }) => {
    sql.exec("UPDATE editions SET html = hex(zeroblob(500000))");
    sql.exec("UPDATE releases SET bytes = 1000000");
  });
});

describe("very long releases", () => {
  it.each(["full", "summary"])("come in pages by size, each release once: %s", async (content) => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const response = await request(
        `/api/v1/releases?limit=100&content=${content}${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      expect(response.status).toBe(200);
      const page = await response.json<{ data: { id: string }[]; next: string | null }>();
      expect(page.data).toHaveLength(2);
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next;
    }
    expect(new Set(seen).size).toBe(RELEASES);
    expect(seen).toHaveLength(RELEASES);
  });
});

describe("very long editions", () => {
  const EDITIONS = 30;

  it.each([{}, ADMIN])("are listed in pages by size, each once", async (headers) => {
    const text = release();
    await publish(text);
    await inNewsroom((_instance, { storage: { sql } }) => {
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= ?1)
         INSERT INTO editions SELECT release, i, accepted_ms, content, embargo, 'minor', 'Note ' || i, html, text, summary, files
         FROM n, editions WHERE release = ?2`,
        EDITIONS - 1,
        text.id,
      );
      sql.exec(
        `UPDATE editions SET content = json_set(content, '$.body', hex(zeroblob(500000)))
         WHERE release = ?`,
        text.id,
      );
    });
    const seen: number[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const response = await request(
        `/api/v1/releases/${text.id}/editions?limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`,
        { headers },
      );
      expect(response.status).toBe(200);
      const page = await response.json<{ data: { edition: number }[]; next: string | null }>();
      expect(page.data.length).toBeLessThanOrEqual(5);
      seen.push(...page.data.map(({ edition }) => edition));
      cursor = page.next;
    }
    expect(seen).toEqual(Array.from({ length: EDITIONS }, (_, index) => index + 1));
  });

  it("refuse a cursor that is no number of an edition", async () => {
    const text = release();
    await publish(text);
    expect((await request(`/api/v1/releases/${text.id}/editions?cursor=-1`)).status).toBe(422);
  });
});
