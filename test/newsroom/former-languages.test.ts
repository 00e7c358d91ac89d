import { createExecutionContext, env } from "cloudflare:test";
import { expect, it, onTestFinished } from "vitest";
import { app } from "../../src/http/app.ts";
import { Newsroom } from "../../src/newsroom/newsroom.ts";
import { inNewsroom, kvBody, publish, release, send, settled } from "../support/service.ts";

/** The service after a change of LANGUAGES, with the same ledger and the same KV. */
const LATER = { ...env, LANGUAGES: "fr,en" };

const get = (path: string) =>
  app.fetch(new Request(`https://press.example${path}`), LATER, createExecutionContext());

/** The paths that a page links to, for people and in its head. */
function linksOf(html: string): string[] {
  return [...html.matchAll(/href="(?:https:\/\/press\.example)?(\/[^"]*)"/g)].map(([, path = ""]) =>
    path.replaceAll("&#x26;", "&").replace(/#.*$/, ""),
  );
}

it("a language that leaves LANGUAGES leaves no page that links to a 404, and its texts stay", async () => {
  const topics = [{ slug: "energy", names: { en: "Energy" } }];
  const registry = { types: [], topics, people: [], organisations: [], places: [] };
  expect((await send("PUT", "/api/v1/registry", registry)).status).toBe(200);
  const group = "summit";
  const texts = ["hy", "en", "fr"].map((lang) => release({ lang, group, topics: ["energy"] }));
  for (const text of texts) await publish(text);
  await settled();
  expect(await kvBody("/hy")).not.toBeNull();

  // The object that runs has the former languages: the later one works in its place.
  const { prototype } = Newsroom;
  const before = Object.getOwnPropertyDescriptors(prototype);
  onTestFinished(() => {
    Object.defineProperties(prototype, before);
  });
  await inNewsroom((_instance, state) => {
    const later = new Newsroom(state, LATER);
    later.clock = () => Date.now() + 60_000; // each key takes one write a second
    const [alarm, idle] = [prototype.alarm.bind(later), prototype.idle.bind(later)];
    const document = prototype.document.bind(later);
    Object.assign(prototype, { alarm, document, idle });
  });
  // Its constructor applies the settings when this call has ended.
  await settled();
  // Its lists are gone, its text is not.
  expect([await kvBody("/hy"), await kvBody("/hy/feed.rss")]).toEqual([null, null]);
  const [former] = texts.map(({ slug }) => `/hy/releases/${slug as string}`);
  expect((await get("/hy")).status).toBe(404);

  const seen = new Set<string>();
  const linkedFrom = new Map<string, string>();
  const waiting = ["/", former ?? "", "/fr", "/en", "/feeds", "/nothing"];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const response = await get(path);
    const isThere = response.status < 400 || path === "/nothing";
    expect(isThere, `${path}, linked from ${linkedFrom.get(path)}, answers ${response.status}`).toBe(true);
    const isPage = response.headers.get("content-type")?.startsWith("text/html") === true;
    if (!isPage) continue;
    for (const link of linksOf(await response.text())) {
      linkedFrom.set(link, path);
      waiting.push(link);
    }
  }
  expect(seen).toContain(former);
  // The page of the former language leads to the list of the default language, in its own words.
  const page = await (await get(former ?? "")).text();
  expect(page).toContain('<html lang="hy" dir="ltr">');
  expect(page).toContain('<p class="site"><a href="/fr">');
  expect(page).toContain('href="/fr/feed.rss"');
});
