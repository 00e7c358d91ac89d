/**
 * Crawls the whole site as a search engine does. `COMMUNIQUE_CRAWL=1000` publishes that many releases; without it a
 * small number keeps the test short.
 */
import { expect, onTestFinished, test } from "vitest";
import { BuiltService } from "../built/built-service.ts";
import { ApiClient, newRelease, type Release } from "../chaos/api-client.ts";
import { pollUntil } from "../chaos/poll-until.ts";
import { untilProjected } from "./until-projected.ts";

const ADMIN_TOKEN = "crawl-admin-token-0123456789-0123456789-abcdefgh";
const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };
const LANGUAGES = ["en", "hy", "ru", "fr"] as const;
const RELEASES = Number(process.env["COMMUNIQUE_CRAWL"] ?? 60);
/** More than the pages, feeds and forms of that many releases. */
const URLS_MAX = RELEASES * 20 + 3_000;
const AT_ONCE = 8;

interface Crawled {
  /** Releases that pages link to, by path. */
  linked: Set<string>;
  faults: string[];
}

/** Follows every link of every page, feed and sitemap of the site. */
async function crawl(origin: string): Promise<Crawled> {
  const waiting = [
    origin + "/",
    `${origin}/sitemap.xml`,
    `${origin}/news-sitemap.xml`,
    `${origin}/robots.txt`,
  ];
  const seen = new Set(waiting);
  const linked = new Set<string>();
  const faults: string[] = [];
  const visit = async (url: string): Promise<void> => {
    const answer = await fetch(url, { redirect: "manual" });
    const body = await answer.text();
    const path = url.slice(origin.length);
    // A permanent address, and the archive that will be next, lead on, once.
    if (answer.status === 302) {
      const target = new URL(answer.headers.get("location") ?? "", url);
      const next = await fetch(target, { redirect: "manual" });
      await next.body?.cancel();
      if (next.status !== 200) faults.push(`${path} leads to ${target.pathname}, which is ${next.status}`);
      add(target.href, path);
    } else if (answer.status === 410 && path.startsWith("/r/")) {
      // What a feed says of a killed release leads to the page that says why.
    } else if (answer.status !== 200) faults.push(`${path} is ${answer.status}`);
    if (/^\/[a-z]+\/releases\/[^/.]+$/.test(path)) linked.add(path);
    const links = [
      ...body.matchAll(/(?: href="|<loc>|"(?:url|feed_url|home_page_url|next_url|history)":\s?")([^"<]+)/g),
    ];
    for (const [, link = ""] of links) add(link, path);
  };
  const add = (link: string, from: string): void => {
    const url = URL.parse(link.replaceAll(/&(?:amp|#x26);/g, "&"), origin + from);
    if (url?.origin !== origin || url.pathname.startsWith("/api/")) return;
    // Feeds name the hub, which takes only POST.
    if (url.pathname === "/hub") return;
    url.hash = "";
    if (seen.has(url.href)) return;
    seen.add(url.href);
    waiting.push(url.href);
  };
  while (waiting.length > 0 && seen.size < URLS_MAX) await Promise.all(waiting.splice(0, AT_ONCE).map(visit));
  if (seen.size >= URLS_MAX) faults.push(`the site has more than ${URLS_MAX} addresses`);
  return { linked, faults };
}

/** The releases that each way of looking names, by path. */
async function named(origin: string): Promise<Record<string, string[]>> {
  const text = async (path: string) => (await fetch(origin + path)).text();
  const sorted = (urls: Iterable<string>) => [...urls].map((url) => url.replace(origin, "")).sort();
  const inSitemaps = new Set<string>();
  for (const [, file = ""] of (await text("/sitemap.xml")).matchAll(/<loc>([^<]+)/g))
    for (const [, url = ""] of (await text(file.replace(origin, ""))).matchAll(
      /<loc>([^<]+\/releases\/[^<]+)/g,
    ))
      inSitemaps.add(url);
  const inFeeds = new Set<string>();
  const inSearch = new Set<string>();
  for (const lang of LANGUAGES) {
    for (let next: string | undefined = `/${lang}/feed.json`; next !== undefined;) {
      const feed = JSON.parse(await text(next)) as {
        items: { url?: string; _communique: { removed?: true } }[];
        next_url?: string;
      };
      for (const { url, _communique } of feed.items)
        if (url !== undefined && _communique.removed !== true) inFeeds.add(url);
      next = feed.next_url?.replace(origin, "");
    }
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: { data: { url: string }[]; next: string | null } = JSON.parse(
        await text(
          `/api/v1/releases?lang=${lang}&q=council&limit=100&cursor=${cursor}`
            .replace("&cursor=&", "&")
            .replace(/&cursor=$/, ""),
        ),
      );
      for (const { url } of page.data) inSearch.add(url);
      cursor = page.next;
    }
  }
  return { sitemaps: sorted(inSitemaps), feeds: sorted(inFeeds), search: sorted(inSearch) };
}

const TIMEOUT_MS = 120_000 + RELEASES * 1_500;

test(
  "a crawl finds no dead link, and all ways of looking name the same releases",
  { timeout: TIMEOUT_MS },
  async () => {
    const service = await BuiltService.start({
      ADMIN_TOKEN,
      SECRETS_KEY: "Y3Jhd2wtc2VjcmV0cy1rZXktb2YtZW5vdWdoLWJ5dGVzLTAxMjM0NQ==",
    });
    onTestFinished(() => service[Symbol.asyncDispose]());
    const { origin } = service.url;
    const api = new ApiClient(service.url, ADMIN_TOKEN);
    const call = async (method: string, path: string, body: unknown) => {
      const answer = await fetch(origin + path, {
        method,
        headers: { ...ADMIN, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      expect(answer.ok, await answer.text()).toBe(true);
    };
    const topics = [{ slug: "energy", names: { en: "Energy" } }];
    await call("PUT", "/api/v1/registry", { types: [], topics, people: [], organisations: [], places: [] });
    const texts: Release[] = Array.from({ length: RELEASES }, (_, index) => {
      const number = Math.floor(index / LANGUAGES.length);
      return newRelease(`Council ${number}`, {
        lang: LANGUAGES[index % LANGUAGES.length] ?? "en",
        slug: `text-${number}`,
        group: `group-${number}`,
        date: `20${String(10 + (number % 10))}-12-01`,
        topics: number % 2 === 0 ? ["energy"] : [],
      });
    });
    for (let first = 0; first < texts.length; first += 100)
      await api.publishBatch(texts.slice(first, first + 100));

    /** Waits until readers see what happened, then looks everywhere. */
    const check = async (): Promise<string[]> => {
      await untilProjected(origin, ADMIN_TOKEN);
      // An isolate remembers documents for a moment.
      const ways = await pollUntil("all ways name the same", 10_000, async () => {
        const found = await named(origin);
        return new Set(Object.values(found).map(String)).size === 1 ? found : undefined;
      });
      const { linked, faults } = await crawl(origin);
      expect(faults).toEqual([]);
      expect([...linked].sort()).toEqual(ways["sitemaps"]);
      return ways["sitemaps"] ?? [];
    };
    const pathOf = ({ lang, slug }: Release) => `/${lang}/releases/${slug}`;
    expect(await check()).toEqual(texts.map(pathOf).sort());

    const [corrected, withdrawn, killed, moved] = texts as [Release, Release, Release, Release];
    await api.publish({
      ...corrected,
      body: "The Council was held a day later.",
      change: "major",
      note: "The day",
    });
    await api.withdraw(withdrawn, "Superseded");
    await api.kill(killed, "By mistake");
    await api.publish({ ...moved, slug: "moved", change: "minor" });
    const later = (ms: number) => new Date(Date.now() + ms).toISOString();
    const secret = newRelease("Council in secret", { slug: "secret", embargo: later(3_600_000) });
    await api.publish(secret);
    const remaining = [
      ...texts.filter((text) => text !== killed && text !== moved).map(pathOf),
      "/fr/releases/moved",
    ];
    expect(await check()).toEqual(remaining.sort());
    for (const old of [pathOf(moved), `${pathOf(moved)}/history`, `${pathOf(moved)}.json`]) {
      const answer = await fetch(origin + old, { redirect: "manual" });
      expect([answer.status, answer.headers.get("location")]).toEqual([
        301,
        old.replace(/text-\d+/, "moved"),
      ]);
    }
    await api.publish({ ...secret, embargo: later(2_000) });
    await pollUntil("the embargo ends", 20_000, async () =>
      (await fetch(origin + pathOf(secret))).status === 200 ? true : undefined,
    );
    expect(await check()).toEqual([...remaining, pathOf(secret)].sort());
  },
);
