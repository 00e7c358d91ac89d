import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Newsroom } from "../../../src/newsroom/newsroom.ts";
import { idsOf } from "../../support/feed-walk.ts";
import { inNewsroom, newsroomLater, publish, release, request, send } from "../../support/service.ts";

let counter = 0;

/** A list never requested before, so that no isolate has an older version in memory. */
const fresh = (format: string) => `/hy/feed.${format}?q=-unasked${(counter += 1)}`;

describe.each(["rss", "atom", "json"])("a delta in %s", (format) => {
  it("sends entries in a delta that changed without an event of their own", async () => {
    const group = `delta-${format}`;
    const original = release({ lang: "hy", slug: `o-${format}`, group, date: "2020-12-01" });
    await publish(original);
    const path = fresh(format);
    const etag = (await request(path)).headers.get("etag")!;
    const translation = release({ lang: "ru", slug: `o-${format}`, group, date: "2020-12-01" });
    await publish(translation);
    await newsroomLater(2);
    const ask = () => request(path, { headers: { "a-im": "feed", "if-none-match": etag } });
    await expect.poll(async () => (await ask()).status).toBe(226);
    const delta = await (await ask()).text();
    expect(idsOf(delta)).toEqual([original.id]);
    expect(delta).toContain(`/ru/releases/o-${format}`);
  });

  it("is sent whole after a name has changed", async () => {
    const topics = ["named"];
    const text = release({ lang: "hy", slug: `n-${format}`, topics, date: "2020-12-01" });
    await publish(text);
    const path = fresh(format);
    const etag = (await request(path)).headers.get("etag")!;
    const named = (slug: string) => ({ slug, names: { hy: `${slug}, as in ${format}` } });
    const registry = { topics: [named("csto"), named("named")] };
    expect((await send("PUT", "/api/v1/registry", registry)).status).toBe(200);
    await publish({ ...text, title: "Later", change: "minor", reallyMinor: true });
    await newsroomLater(2);
    const ask = () => request(path, { headers: { "a-im": "feed", "if-none-match": etag } });
    await expect.poll(async () => (await ask()).text()).toContain(`named, as in ${format}`);
    expect((await ask()).status).toBe(200);
  });

  it("is sent whole after the settings have changed", async () => {
    const text = release({ lang: "hy", slug: `s-${format}`, date: "2020-12-01" });
    await publish(text);
    const path = fresh(format);
    const etag = (await request(path)).headers.get("etag")!;
    // A service that starts with other settings than it last ran with.
    await inNewsroom(async (_instance, state) => {
      state.storage.sql.exec("UPDATE marks SET value = 'other' WHERE name = 'settings'");
      await new Newsroom(state, env).health();
    });
    await publish({ ...text, title: `After the start, ${format}`, change: "minor", reallyMinor: true });
    await newsroomLater(2);
    const ask = () => request(path, { headers: { "a-im": "feed", "if-none-match": etag } });
    await expect.poll(async () => (await ask()).text()).toContain(`After the start, ${format}`);
    expect((await ask()).status).toBe(200);
  });
});
