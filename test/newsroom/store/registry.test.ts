import { expect, it } from "vitest";
import { EMPTY_REGISTRY } from "../../../src/domain/registry.ts";
import { inNewsroom } from "../../support/service.ts";

it("a registry whose transaction fails is not used, not even until the next start", async () => {
  const topics = (slug: string) => ({
    ...EMPTY_REGISTRY,
    topics: [{ slug, names: { en: "Topic" }, spellings: [] }],
  });
  await inNewsroom(async (instance, { storage: { sql } }) => {
    expect((await instance.setRegistry(topics("first"))).issues).toEqual([]);
    sql.exec(`CREATE TRIGGER broken BEFORE INSERT ON stale_targets BEGIN SELECT RAISE(ABORT, 'no'); END`);
    sql.exec("INSERT INTO seen_values (facet, slug) VALUES ('topics', 'second')");
    await expect(instance.setRegistry(topics("second"))).rejects.toThrow("no");
    expect(await instance.registry()).toEqual(topics("first"));
    sql.exec("DROP TRIGGER broken");
    expect((await instance.setRegistry(topics("second"))).issues).toEqual([]);
    expect(await instance.registry()).toEqual(topics("second"));
  });
});
