/**
 * Measures the cost of a publish in ledgers of several sizes.
 *
 * Each size has a service of its own, and they take turns, so that other load of the machine affects all.
 * Every list of a measured publish is full and kept at every size, so that only the ledger differs.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Release } from "../chaos/api-client.ts";
import { waitUntilRendered } from "./wait-until-rendered.ts";
import { FeedService } from "./feed-service.ts";
import { generatedRelease } from "./generated-releases.ts";
import { type Costs, costsPer } from "./logged-costs.ts";
import { cpuMs } from "./process-usage.ts";

export interface PublishScale {
  sizes: number[];
  seed: number;
  /** Unmeasured publishes at each size, because a small service has not compiled its code yet. */
  warmUpPublishes: number;
  /** Measured at each size. With twenty, a list's newest document has had every length once. */
  publishes: number;
}

/** The cost of publishing one new release, including all work that follows. */
export interface PublishCost extends Costs {
  releases: number;
  /** CPU time of the process, which includes Miniflare's KV. */
  cpuMs: number | null;
  /** Relative to the smallest size. */
  cpuRatio: number | null;
}

const BATCH = 100;
/** Between two publishes to a service, so that its work is done and each KV key may be written again. */
const PAUSE_MS = 1_300;
/** Filter terms of the measured releases and of every other existing one. */
const TERMS = { lang: "en", type: "statement", topics: ["topic-0"], organisations: ["organisation-0"] };
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
  const publishInTurns = async (count: number) => {
    for (let number = 0; number < count; number += 1) {
      for (const ledger of ledgers) {
        await ledger.publishOne();
        await delay(PAUSE_MS / ledgers.length);
        advance(1);
      }
    }
  };
  await publishInTurns(scale.warmUpPublishes);
  for (const ledger of ledgers) await ledger.begin();
  await publishInTurns(scale.publishes);
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

/** One service with a ledger of one size. */
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
      await this.#service.api.publishBatch(Array.from({ length: count }, () => this.#next({})));
      onPublished(count);
    }
    await waitUntilRendered(this.#service.url, this.#service.adminToken);
    for (const list of LISTS) await Promise.all(FORMATS.map((format) => this.#get(`${list}/feed.${format}`)));
    await waitUntilRendered(this.#service.url, this.#service.adminToken);
  }

  /** Publishes a release dated today, so that every list shows it: a new release, not an import. */
  async publishOne(): Promise<void> {
    await this.#service.api.publishBatch([this.#next({ ...TERMS, date: new Date().toISOString() })]);
  }

  /** Starts the measurement. */
  async begin(): Promise<void> {
    await waitUntilRendered(this.#service.url, this.#service.adminToken);
    await this.#service.costs.take(this.#service.url);
    this.#cpuBeforeMs = await cpuMs(this.#service.pid);
  }

  /** @param publishes since {@link begin} */
  async cost(publishes: number): Promise<Omit<PublishCost, "cpuRatio">> {
    await waitUntilRendered(this.#service.url, this.#service.adminToken);
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
    return { ...generatedRelease(this.#seed, index), ...(index % 2 === 0 ? TERMS : {}), ...fields };
  }

  async #get(path: string): Promise<void> {
    const response = await fetch(new URL(path, this.#service.url));
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
  }
}
