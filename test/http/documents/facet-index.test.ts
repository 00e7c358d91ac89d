import { beforeAll, describe, expect, it } from "vitest";
import {
  act,
  kvBody,
  ledgerRows,
  newsroomLater,
  pageAt,
  publish,
  release,
  request,
  send,
  settled,
} from "../../support/service.ts";

const named = (slug: string, en: string, hy: string) => ({ slug, names: { en, hy } });
const REGISTRY = {
  types: [],
  topics: [
    named("energy", "Energy", "Էներգետիկա"),
    named("trade", "Trade", "Առևտուր"),
    named("secret", "S", "S"),
  ],
  people: [{ ...named("ara", "Ara Aivazian", "Արա Այվազյան"), role: { en: "Minister" } }],
  organisations: [],
  places: [],
};

describe("the index of a facet", () => {
  const energy = release({ topics: ["energy"], people: ["ara"] });

  beforeAll(async () => {
    await send("PUT", "/api/v1/registry", REGISTRY);
    await publish(energy);
    await publish(release({ topics: ["energy", "trade"] }));
    await publish(release({ topics: ["secret"], embargo: "2099-01-01T00:00:00Z" }));
    await settled();
    await newsroomLater(2);
  });

  it("has the values that releases of the language have, with how many, and links to their lists", async () => {
    const html = await pageAt("/en/topics");
    expect(html).toContain('<a href="/en/topics/energy">Energy</a><span class="count"> (2)</span>');
    expect(html).toContain('<a href="/en/topics/trade">Trade</a><span class="count"> (1)</span>');
    expect(html).not.toContain("/en/topics/secret");
    expect(html).toMatch(/<title>Topics – Press releases<\/title>/);
    expect(html).toContain('<a href="/en/topics" aria-current="page">Topics</a>');
    expect(html).toContain('<a href="https://press.example/hy/topics" lang="hy" hreflang="hy">');
    expect(await pageAt("/en/people")).toContain('Ara Aivazian</a><span class="role"> Minister</span>');
    expect(await pageAt("/en/types")).toContain('<a href="/en/types/press-release">Press release</a>');
  });

  it("says so where no release has a value", async () => {
    expect(await pageAt("/hy/topics")).toContain("Այստեղ դեռ ոչինչ");
    expect(await pageAt("/en/places")).toContain('<a href="/en">All texts</a>');
  });

  it.each(["/EN/Topics", "/en/topics/"])("%s leads to it", async (path) => {
    const response = await request(path);
    expect([response.status, response.headers.get("location")]).toEqual([301, "/en/topics"]);
  });

  it.each(["/de/topics", "/en/colours"])("%s is 404", async (path) => {
    expect((await request(path)).status).toBe(404);
  });

  it("is written to KV from its first request on, and when its values change", async () => {
    await newsroomLater(2);
    expect(await kvBody("/en/organisations")).toBeNull();
    await publish(release({ topics: ["trade"] }));
    await newsroomLater(2);
    expect(await kvBody("/en/topics")).toContain('Trade</a><span class="count"> (2)</span>');
    await act("kill", energy.id);
    await newsroomLater(2);
    expect(await kvBody("/en/topics")).toContain('Energy</a><span class="count"> (1)</span>');
    expect(await kvBody("/en/people")).not.toContain("Aivazian");
  });

  it("follows the names of the registry", async () => {
    const topics = [named("energy", "Energy policy", "Էներգետիկա"), ...REGISTRY.topics.slice(1)];
    await send("PUT", "/api/v1/registry", { ...REGISTRY, topics });
    await newsroomLater(2);
    expect(await kvBody("/en/topics")).toContain("Energy policy</a>");
  });

  it("costs a publish at most one write for each facet that was requested", async () => {
    await publish(release({ topics: ["energy"] }));
    const stale = await ledgerRows("SELECT target FROM stale_targets WHERE target GLOB 'facet:*'");
    await newsroomLater(2);
    expect(stale.length).toBeLessThanOrEqual(5);
  });
});
