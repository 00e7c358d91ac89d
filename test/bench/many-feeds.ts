/**
 * Requests a thousand feeds again and again: measures the costs, and whether the memory of the isolate stays
 * bounded. In turn is the worst order for a cache: the next feed is always the least recently requested.
 */
import { setTimeout as delay } from "node:timers/promises";
import { DOCUMENT_FRESH_MS } from "../../src/http/limits.ts";
import { waitUntilRendered } from "./wait-until-rendered.ts";
import { FeedService } from "./feed-service.ts";
import { releasesIn } from "./generated-releases.ts";
import { getRequest, load } from "./http-load.ts";
import { IsolateHeap } from "./isolate-heap.ts";
import { type Costs, costsPer } from "./logged-costs.ts";
import { residentMegabytes } from "./process-usage.ts";

export interface ManyFeedsScale {
  seed: number;
  /** At most 1,000. */
  feeds: number;
  warmUpRequests: number;
  requests: number;
  /** Milliseconds after which no further requests start. */
  withinMs: number;
}

export interface ManyFeedsResult {
  /** Costs per 1,000 GETs. */
  reads: Record<"hotFeed" | "distinctFeeds" | "distinctFeedsFirstTime", Costs>;
  memory: {
    feeds: number;
    requests: number;
    perSecond: number;
    /** Memory of the isolate: the least value within each tenth, because more is garbage. */
    isolate: MemorySeries;
    /**
     * Resident memory of the process. Most belongs to KV: with a Worker that caches nothing and reads as
     * many values, it grows as much.
     */
    process: MemorySeries;
  };
}

/** Megabytes. */
interface MemorySeries {
  afterWarmUp: number | null;
  /** One value for each tenth of the requests. */
  tenths: (number | null)[];
}

const LANGUAGES = ["en", "hy", "ru", "fr"];
const FORMATS = ["rss", "atom", "json"];
/** Multiplied by languages and formats, just more than 1,000 feeds. */
const TOPICS = Array.from({ length: 84 }, (_, index) => `topic-${index}`);
/** Releases in each language, each with all topics, so that 1,000 feeds exceed the cache of an isolate. */
const RELEASES_EACH = 5;
const PARAGRAPHS = 14;
const HOT_FEED = "/en/feed.rss";
/** Requests between two readings of the memory. */
const READ_MEMORY_EVERY = 250;
const TENTHS = 10;

/** URLs of feeds that {@link measureManyFeeds} fills. */
function distinctFeeds(count: number): string[] {
  return TOPICS.flatMap((topic) =>
    LANGUAGES.flatMap((lang) => FORMATS.map((format) => `/${lang}/topics/${topic}/feed.${format}`)),
  ).slice(0, count);
}

export async function measureManyFeeds(
  scale: ManyFeedsScale,
  onProgress: (done: number, total: number) => void,
): Promise<ManyFeedsResult> {
  await using service = await FeedService.start(true);
  for (const lang of LANGUAGES) {
    await service.api.publishBatch(
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
    await waitUntilRendered(service.url, service.adminToken);
    await delay(2 * DOCUMENT_FRESH_MS); // longer than the cache of the isolate
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
  service: FeedService,
  distinct: readonly Buffer[],
  { warmUpRequests, requests, withinMs }: ManyFeedsScale,
  onProgress: (done: number, total: number) => void,
): Promise<ManyFeedsResult["memory"]> {
  if (service.inspector === undefined) throw new TypeError("the service has no inspector");
  await using heap = await IsolateHeap.open(service.inspector);
  const startedMs = performance.now();
  let done = 0;
  const held = async (count: number) => {
    let isolate = Infinity;
    for (let sent = 0; sent < count; sent += READ_MEMORY_EVERY) {
      done += await inTurn(service.url, distinct, Math.min(READ_MEMORY_EVERY, count - sent));
      isolate = Math.min(isolate, await heap.megabytes());
      onProgress(done, warmUpRequests + requests);
    }
    return { isolate, process: await residentMegabytes(service.pid) };
  };
  const first = await held(warmUpRequests);
  const tenths = [];
  while (tenths.length < TENTHS && performance.now() - startedMs < withinMs)
    tenths.push(await held(requests / TENTHS));
  return {
    feeds: distinct.length,
    requests: done,
    perSecond: Math.round((done / (performance.now() - startedMs)) * 1_000),
    isolate: { afterWarmUp: first.isolate, tenths: tenths.map(({ isolate }) => isolate) },
    process: { afterWarmUp: first.process, tenths: tenths.map(({ process }) => process) },
  };
}

/** Sends requests in turn, and starts again after the last. */
async function inTurn(server: URL, requests: readonly Buffer[], count: number): Promise<number> {
  let sent = 0;
  return load(server, 200, () => (sent < count ? requests[sent++ % requests.length] : undefined));
}
