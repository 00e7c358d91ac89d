/**
 * What a publish costs where little has been published before, and where much has.
 *
 * A service for each size, in turns, so that what else the machine does meets all. Every list that a
 * measured publish goes into is as long as a feed gets at every size, and is kept, because somebody
 * reads its feeds: what differs is the ledger behind.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Release } from "../chaos/api-client.ts";
import { caughtUp } from "./caught-up.ts";
import { FeedService } from "./feed-service.ts";
import { generatedRelease } from "./generated-releases.ts";
import { type Costs, costsPer } from "./logged-costs.ts";
import { cpuMs } from "./process-usage.ts";

export interface PublishScale {
  sizes: number[];
  seed: number;
  /** In front of the measured ones at each size: where little was published, nothing is compiled yet. */
  warmUpPublishes: number;
  /** Measured at each size. Twenty: then a list's newest document has had all its lengths once. */
  publishes: number;
}

/** Of one publish of one new release, all that follows from it included. */
export interface PublishCost extends Costs {
  releases: number;
  /** Milliseconds of the process's threads; with them runs what stands in for the platform's KV. */
  cpuMs: number | null;
  /** To the smallest size. */
  cpuRatio: number | null;
}

const BATCH = 100;
/** Milliseconds from one publish to a service to the next: a KV key's second is over, and its work done. */
const PAUSE_MS = 1_300;
/** What the measured releases are filed under, and every other one of those that are there. */
const FILED = { lang: "en", type: "statement", topics: ["topic-0"], organisations: ["organisation-0"] };
const LISTS = ["", "/en", "/en/types/statement", "/en/topics/topic-0", "/en/organisations/organisation-0"];
const FORMATS = ["rss", "atom", "json"];

export async function measurePublishes(
  scale: PublishScale,
  onProgress: (done: number, total: number) => void,
): Promise<PublishCost[]> {
  await using parts = new AsyncDisposableStack();
  const total = scale.sizes.reduce((sum, size) => sum + size + scale.warmUpPublishes + scale.publishes, 0);
  let done = 0;
  const advance = (count: number) => onProgress((done += count), total);
  const ledgers: Ledger[] = [];
  for (const size of scale.sizes) {
    const ledger = new Ledger(parts.use(await FeedService.start()), scale.seed);
    ledgers.push(ledger);
    await ledger.fill(size, advance);
  }
  const inTurns = async (count: number) => {
    for (let number = 0; number < count; number += 1) {
      for (const ledger of ledgers) {
        await ledger.publishOne();
        await delay(PAUSE_MS / ledgers.length);
        advance(1);
      }
    }
  };
  await inTurns(scale.warmUpPublishes);
  for (const ledger of ledgers) await ledger.begin();
  await inTurns(scale.publishes);
  const costs: Omit<PublishCost, "cpuRatio">[] = [];
  for (const ledger of ledgers) costs.push(await ledger.cost(scale.publishes));
  const [smallest] = costs;
  return costs.map((cost) => ({
    ...cost,
    cpuRatio:
      cost.cpuMs === null || smallest === undefined || smallest.cpuMs === null
        ? null
        : Math.round((cost.cpuMs / smallest.cpuMs) * 100) / 100,
  }));
}

/** One service with so many releases. */
class Ledger {
  readonly #service: FeedService;
  readonly #seed: number;
  #size = 0;
  #published = 0;
  #cpuBeforeMs: number | null = null;

  constructor(service: FeedService, seed: number) {
    this.#service = service;
    this.#seed = seed;
  }

  async fill(size: number, onPublished: (count: number) => void): Promise<void> {
    this.#size = size;
    while (this.#published < size) {
      const count = Math.min(BATCH, size - this.#published);
      await this.#service.office.publishBatch(Array.from({ length: count }, () => this.#next({})));
      onPublished(count);
    }
    await caughtUp(this.#service.url);
    for (const list of LISTS) await Promise.all(FORMATS.map((format) => this.#ask(`${list}/feed.${format}`)));
    await caughtUp(this.#service.url);
  }

  /** Today's text, which every list shows: what an office publishes, not what it imports. */
  async publishOne(): Promise<void> {
    await this.#service.office.publishBatch([this.#next({ ...FILED, date: new Date().toISOString() })]);
  }

  /** What is published from now on is measured. */
  async begin(): Promise<void> {
    await caughtUp(this.#service.url);
    await this.#service.costs.take(this.#service.url);
    this.#cpuBeforeMs = await cpuMs(this.#service.pid);
  }

  /** @param publishes since {@link begin} */
  async cost(publishes: number): Promise<Omit<PublishCost, "cpuRatio">> {
    await caughtUp(this.#service.url);
    const now = await cpuMs(this.#service.pid);
    const before = this.#cpuBeforeMs;
    return {
      releases: this.#size,
      ...costsPer(publishes, await this.#service.costs.take(this.#service.url)),
      cpuMs: now === null || before === null ? null : Math.round(((now - before) / publishes) * 10) / 10,
    };
  }

  #next(fields: Partial<Release>): Release {
    const index = this.#published;
    this.#published += 1;
    return { ...generatedRelease(this.#seed, index), ...(index % 2 === 0 ? FILED : {}), ...fields };
  }

  async #ask(path: string): Promise<void> {
    const response = await fetch(new URL(path, this.#service.url));
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
  }
}
