/**
 * A thousand feeds, each asked for again and again: what they cost, and whether the isolate's memory
 * stays as it is. One after the other is the worst order for any memory: whichever feed comes next,
 * it is the one that was asked for longest ago.
 */
import { setTimeout as delay } from "node:timers/promises";
import { MEMO_MS } from "../../src/limits.ts";
import { caughtUp } from "./caught-up.ts";
import { FeedService } from "./feed-service.ts";
import { releasesIn } from "./generated-releases.ts";
import { getRequest, load } from "./http-load.ts";
import { type Costs, costsPer } from "./logged-costs.ts";
import { residentMegabytes } from "./process-usage.ts";

export interface ManyFeedsScale {
  seed: number;
  /** A thousand at most. */
  feeds: number;
  warmUpRequests: number;
  requests: number;
  /** Milliseconds after which no further requests are begun. */
  withinMs: number;
}

export interface ManyFeedsResult {
  /** Each per 1,000 GETs. */
  reads: Record<"hotFeed" | "distinctFeeds" | "distinctFeedsFirstTime", Costs>;
  memory: {
    feeds: number;
    requests: number;
    perSecond: number;
    /** Resident megabytes of the process. */
    afterWarmUp: number | null;
    atTheEnd: number | null;
    most: number | null;
    /** After each tenth of the requests: where it still grows, and where it has settled. */
    onTheWay: (number | null)[];
  };
}

const LANGUAGES = ["en", "hy", "ru", "fr"];
const FORMATS = ["rss", "atom", "json"];
/** Times languages and formats: just more than a thousand feeds. */
const TOPICS = Array.from({ length: 84 }, (_, index) => `topic-${index}`);
/** In each language, each under all topics: so that a thousand feeds are more than an isolate remembers. */
const RELEASES_EACH = 5;
const PARAGRAPHS = 14;
const HOT_FEED = "/en/feed.rss";
/** Requests between two looks at the memory. */
const LOOK_EVERY = 500;

/** Feeds that exist when {@link measureManyFeeds} has published. */
function distinctFeeds(count: number): string[] {
  return TOPICS.flatMap((topic) =>
    LANGUAGES.flatMap((lang) => FORMATS.map((format) => `/${lang}/topics/${topic}/feed.${format}`)),
  ).slice(0, count);
}

export async function measureManyFeeds(
  scale: ManyFeedsScale,
  onProgress: (done: number, total: number) => void,
): Promise<ManyFeedsResult> {
  await using service = await FeedService.start();
  for (const lang of LANGUAGES) {
    await service.office.publishTogether(
      releasesIn(lang, RELEASES_EACH, scale.seed, PARAGRAPHS).map((release) => ({
        ...release,
        topics: TOPICS,
      })),
    );
  }
  const gets = (paths: readonly string[]) =>
    paths.map((path) => getRequest(new URL(path, service.url), { "accept-encoding": "gzip" }));
  const distinct = gets(distinctFeeds(scale.feeds));
  const costsOf = async (requests: readonly Buffer[]): Promise<Costs> => {
    await caughtUp(service.url);
    await delay(2 * MEMO_MS); // nothing of it is remembered
    await service.costs.take(service.url);
    await inTurn(service.url, requests, requests.length);
    return costsPer(requests.length / 1_000, await service.costs.take(service.url));
  };
  const reads = {
    distinctFeedsFirstTime: await costsOf(distinct),
    distinctFeeds: await costsOf(distinct),
    hotFeed: await costsOf(Array.from({ length: 1_000 }).flatMap(() => gets([HOT_FEED]))),
  };
  return { reads, memory: await memoryOf(service, distinct, scale, onProgress) };
}

async function memoryOf(
  { url, pid }: FeedService,
  distinct: readonly Buffer[],
  { warmUpRequests, requests, withinMs }: ManyFeedsScale,
  onProgress: (done: number, total: number) => void,
): Promise<ManyFeedsResult["memory"]> {
  await inTurn(url, distinct, warmUpRequests);
  const afterWarmUp = await residentMegabytes(pid);
  let [most, atTheEnd] = [afterWarmUp, afterWarmUp];
  const startedMs = performance.now();
  const onTheWay: (number | null)[] = [];
  let done = 0;
  while (done < requests && performance.now() - startedMs < withinMs) {
    done += await inTurn(url, distinct, Math.min(LOOK_EVERY, requests - done));
    atTheEnd = await residentMegabytes(pid);
    if (most !== null && atTheEnd !== null) most = Math.max(most, atTheEnd);
    if (done % Math.ceil(requests / 10) === 0) onTheWay.push(atTheEnd);
    onProgress(done, requests);
  }
  const perSecond = Math.round((done / (performance.now() - startedMs)) * 1_000);
  return { feeds: distinct.length, requests: done, perSecond, afterWarmUp, atTheEnd, most, onTheWay };
}

/** So many requests, the first after the last. */
async function inTurn(server: URL, requests: readonly Buffer[], count: number): Promise<number> {
  let sent = 0;
  return load(server, 200, () => (sent < count ? requests[sent++ % requests.length] : undefined));
}
