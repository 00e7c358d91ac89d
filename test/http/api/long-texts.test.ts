import { beforeAll, describe, expect, it } from "vitest";
import { inNewsroom, publish, release, request } from "../../support/service.ts";

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
