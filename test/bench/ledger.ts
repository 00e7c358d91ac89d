/**
 * Measures a publish and a search in a ledger of 100, 10,000 and 100,000 releases: one service that grows,
 * so that all figures are from one run.
 */
import { randomBytes } from "node:crypto";
import { BuiltWorker } from "./built-worker.ts";
import { waitUntilRendered } from "./wait-until-rendered.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { generatedRelease } from "./generated-releases.ts";
import { residentMegabytes } from "./process-usage.ts";

export interface LedgerOptions {
  sizes: number[];
  /** Publishes measured at each size, one at a time. */
  publishes: number;
  seed: number;
}

/** The results at one size. Counts are per publish of one new release. */
export interface LedgerResult {
  releases: number;
  /** From the previous size to this one. */
  loadSeconds: number;
  /** From the last answer of the load until all documents were rendered. */
  projectionSeconds: number;
  residentMegabytes: number | null;
  publish: Figures;
  rowsWritten: number;
  kvWrites: number;
  search: Record<string, Figures>;
}

const BATCH = 100;
const SEARCHES_EACH = 20;
const SEARCHES: Record<string, string> = {
  "a common word": "q=session",
  "a rare word": "q=rare7",
  "a phrase": "q=%22peace+talks%22",
  "words, not others": "q=minister+-border",
  "a topic and a language": "topic=topic-7&lang=en",
};

export async function measureLedger(
  options: LedgerOptions,
  onProgress: (done: number, total: number) => void,
): Promise<LedgerResult[]> {
  const adminToken = randomBytes(32).toString("base64url");
  const costs: Cost[] = [];
  await using service = await BuiltWorker.start(
    { ADMIN_TOKEN: adminToken, SECRETS_KEY: randomBytes(32).toString("base64") },
    (line) => costs.push(...costOf(line)),
  );
  const send = async (first: number, count: number, fields: { date?: string } = {}) => {
    const releases = Array.from({ length: count }, (_, index) => ({
      ...generatedRelease(options.seed, first + index),
      ...fields,
    }));
    const response = await fetch(new URL("/api/v1/releases", service.url), {
      method: "POST",
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: JSON.stringify({ releases }),
    });
    if (!response.ok) throw new Error(`the batch was refused: ${await response.text()}`);
    await response.arrayBuffer();
  };

  const total = Math.max(...options.sizes);
  const results: LedgerResult[] = [];
  let published = 0;
  for (const size of options.sizes) {
    const startedMs = performance.now();
    while (published < size) {
      const count = Math.min(BATCH, size - published);
      await send(published, count);
      published += count;
      onProgress(published, total);
    }
    const loadedMs = performance.now();
    // Indexes that readers have requested are rendered again after publishes.
    for (const lang of ["en", "hy", "ru", "fr"])
      await (await fetch(new URL(`/${lang}/people`, service.url))).arrayBuffer();
    await waitUntilRendered(service.url, adminToken);
    const renderedMs = performance.now();

    const latencies: number[] = [];
    costs.length = 0;
    for (let count = 0; count < options.publishes; count += 1) {
      const sentMs = performance.now();
      // Dated today, so that every list shows it: a new release, not an import.
      await send(published, 1, { date: new Date().toISOString() });
      latencies.push(performance.now() - sentMs);
      published += 1;
      await waitUntilRendered(service.url, adminToken);
    }
    const sum = (name: keyof Cost) => costs.reduce((total, cost) => total + cost[name], 0);
    results.push({
      releases: size,
      loadSeconds: seconds(loadedMs - startedMs),
      projectionSeconds: seconds(renderedMs - loadedMs),
      residentMegabytes: await residentMegabytes(service.pid),
      publish: figuresOf(latencies),
      rowsWritten: tenths(sum("rowsWritten") / options.publishes),
      kvWrites: tenths(sum("kvWrites") / options.publishes),
      search: await searches(service.url),
    });
  }
  return results;
}

interface Cost {
  rowsWritten: number;
  kvWrites: number;
}

/** Reads the costs from a log line of the service. */
function costOf(line: string): Cost[] {
  if (!line.includes('"rowsWritten"')) return [];
  const { rowsWritten, kvWrites } = JSON.parse(line) as Cost;
  return [{ rowsWritten, kvWrites }];
}

async function searches(service: URL): Promise<Record<string, Figures>> {
  const figures: Record<string, Figures> = {};
  for (const [name, query] of Object.entries(SEARCHES)) {
    const latencies: number[] = [];
    for (let count = 0; count < SEARCHES_EACH; count += 1) {
      const startedMs = performance.now();
      const response = await fetch(new URL(`/api/v1/releases?limit=20&${query}`, service));
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${query}: ${response.status}`);
      latencies.push(performance.now() - startedMs);
    }
    figures[name] = figuresOf(latencies.slice(1)); // the first search warms up
  }
  return figures;
}

function seconds(ms: number): number {
  return tenths(ms / 1000);
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
