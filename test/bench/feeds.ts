/**
 * Measures what serving feeds and publishing cost, each beside something to compare with.
 */
import { BuiltWorker } from "./built-worker.ts";
import { type FeedRate, measureRates } from "./feed-rates.ts";
import { type ManyFeedsResult, measureManyFeeds } from "./many-feeds.ts";
import { measurePublishes, type PublishCost } from "./publish-cost.ts";

export interface FeedsOptions {
  sizes: number[];
  seed: number;
  /** Reduces all counts and times, for CI. */
  short: boolean;
}

export interface FeedsResult extends ManyFeedsResult {
  options: FeedsOptions;
  rates: FeedRate[];
  publishes: PublishCost[];
}

/** Counts and times. A full run takes ten minutes, a short one a minute. */
const FULL = {
  rounds: 25,
  roundMs: 350,
  warmUpMs: 15_000,
  feeds: 1_000,
  warmUpRequests: 10_000,
  requests: 100_000,
  withinMs: 180_000,
  warmUpPublishes: 20,
  publishes: 20,
};
const SHORT: typeof FULL = {
  rounds: 3,
  roundMs: 200,
  warmUpMs: 200,
  feeds: 150,
  warmUpRequests: 500,
  requests: 5_000,
  withinMs: 4_000,
  warmUpPublishes: 1,
  publishes: 3,
};

export async function measureFeeds(
  options: FeedsOptions,
  onProgress: (done: number, total: number, of: string) => void,
): Promise<FeedsResult> {
  const scale = { ...(options.short ? SHORT : FULL), seed: options.seed, sizes: options.sizes };
  const report = (of: string) => (done: number, total: number) => onProgress(done, total, of);
  await BuiltWorker.buildAll();
  const rates = await measureRates(scale, report("rounds of a hot feed"));
  const many = await measureManyFeeds(scale, report("requests for many feeds"));
  const publishes = await measurePublishes(scale, report("publishes"));
  return { options, rates, ...many, publishes };
}
