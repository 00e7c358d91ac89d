import { describe, expect, it } from "vitest";
import { act, newsroomLater, publish, release, request, send, settled } from "../../support/service.ts";

// Before any page asks for the site: an isolate remembers it for a moment.
const IDENTITY = {
  title: { en: "Ministry of Foreign Affairs", hy: "Արտաքին գործերի նախարարություն" },
  publisher: { en: "The Ministry", hy: "Նախարարությունը" },
  colour: "#0b3d6f",
};

const text = async (path: string, init?: RequestInit) => (await request(path, init)).text();

describe("what the Worker renders itself", () => {
  it("shows the identity of the site, from the read model", async () => {
    expect((await send("PUT", "/api/v1/site", IDENTITY)).status).toBe(200);
    const killed = release({ lang: "hy" });
    await publish(killed);
    await act("kill", killed.id);
    await settled();
    const navigation = { headers: { "sec-fetch-dest": "document" } };
    for (const page of [
      await text("/hy/nothing"),
      await text("/hy/feed.rss", navigation),
      await text(`/r/${killed.id}`),
    ]) {
      expect(page).toContain(IDENTITY.title.hy);
      expect(page).not.toContain(IDENTITY.title.en);
      expect(page).toContain(IDENTITY.publisher.hy);
    }
    const css = await text("/style.css?colour=ffffff");
    expect(css).toContain("--accent: #0b3d6f;");
    expect(css).toMatch(/prefers-color-scheme: dark.*--accent: #(?!0b3d6f)[0-9a-f]{6};/);
  });

  it("names what is near a mistyped address by its name, with a link", async () => {
    const topics = [{ slug: "energy", names: { en: "Energy", hy: "Էներգետիկա" } }];
    const registry = { types: [], topics, people: [], organisations: [], places: [] };
    expect((await send("PUT", "/api/v1/registry", registry)).status).toBe(200);
    await publish(release({ topics: ["energy"] }));
    await newsroomLater(10); // KV takes one write a second of the registry
    const page = await text("/hy/topics/enrgy");
    expect(page).toContain('<a href="/hy/topics/energy">Էներգետիկա</a>');
    expect(page).not.toContain("registry");
    const bad = await text("/hy?from=2020-12-01&from=2020-12-02");
    expect(bad).toContain("Այս հասցեն հնարավոր չէ կարդալ։");
    expect(bad).not.toContain("must be");
  });
});
