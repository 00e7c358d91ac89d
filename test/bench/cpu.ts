/**
 * The CPU time of each kind of request at ordinary input, on one built service.
 *
 * It is that of the whole process: the Worker, the objects that it calls and the work that follows, with
 * Miniflare's KV. Cloudflare counts the Worker and each object apart, so no part costs more than the figure.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { type AddressInfo } from "node:net";
import { BuiltWorker } from "./built-worker.ts";
import { generatedRelease } from "./generated-releases.ts";
import { cpuMs } from "./process-usage.ts";
import { waitUntilRendered } from "./wait-until-rendered.ts";

export interface CpuOptions {
  /** Releases in the ledger. */
  releases: number;
  /** Measured requests of each kind; cheap ones are sent ten times as often. */
  requests: number;
}

/** One kind of request. */
export interface CpuResult {
  request: string;
  requests: number;
  /** Milliseconds of CPU time of the process for each; null without /proc. */
  cpuMs: number | null;
}

const JSON_TYPE = { "content-type": "application/json" };
const SENTENCE = "The **Minister** received [the delegation](https://example.org/a) and spoke of *transit*. ";
const BATCH = 100;
/** Milliseconds after the last answer until work without a queue, such as attempts, is done. */
const SETTLING_MS = 2_000;

export async function measureCpu(
  { releases, requests }: CpuOptions,
  onProgress: (what: string) => void,
): Promise<CpuResult[]> {
  const adminToken = randomBytes(32).toString("base64url");
  const admin = { authorization: `Bearer ${adminToken}`, ...JSON_TYPE };
  const vars = { ADMIN_TOKEN: adminToken, SECRETS_KEY: randomBytes(32).toString("base64") };
  await using parts = new AsyncDisposableStack();
  const endpoint = createServer((_request, response) => response.writeHead(204).end());
  endpoint.listen(0, "127.0.0.1");
  await once(endpoint, "listening");
  parts.defer(() => void endpoint.close());
  const { port } = endpoint.address() as AddressInfo;
  const service = parts.use(await BuiltWorker.start(vars));
  const results: CpuResult[] = [];
  const send = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(new URL(path, service.url), init);
    const body = await response.text();
    if (response.status >= 400) throw new Error(`${path}: ${response.status} ${body}`);
    return response;
  };
  const settle = async () => {
    await waitUntilRendered(service.url, adminToken);
    await delay(SETTLING_MS);
  };
  const measure = async (
    request: string,
    count: number,
    one: (nth: number) => Promise<unknown>,
    each = count,
  ) => {
    onProgress(request);
    const before = await cpuMs(service.pid);
    for (let nth = 0; nth < count; nth += 1) await one(nth);
    await settle();
    const after = await cpuMs(service.pid);
    const spent = before === null || after === null ? null : Math.round(((after - before) / each) * 10) / 10;
    results.push({ request, requests: each, cpuMs: spent });
  };

  let published = releases;
  const release = (length: number) => ({
    ...generatedRelease(1, (published += 1)),
    body: `${SENTENCE.repeat(5)}\n\n`.repeat(Math.ceil(length / (SENTENCE.length * 5))),
  });
  const put = (given: { id: string }, query = "") =>
    send(`/api/v1/releases/${given.id}${query}`, {
      method: "PUT",
      headers: admin,
      body: JSON.stringify(given),
    });
  const subscribe = (nth: number) =>
    send("/api/v1/subscriptions", {
      method: "POST",
      headers: admin,
      body: JSON.stringify({ url: `http://127.0.0.1:${port}/${nth}`, verify: false }),
    });

  await measure("the first PUT of 3 kB after a start, dry run", 1, () => put(release(3_000), "?dryRun=true"));
  for (let first = 0; first < releases; first += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, index) => generatedRelease(1, first + index));
    await send("/api/v1/releases", {
      method: "POST",
      headers: admin,
      body: JSON.stringify({ releases: batch }),
    });
  }
  await settle();
  await measure("GET of a feed, from memory", requests * 10, () => send("/en/feed.rss"));
  const etag = (await send("/en/feed.rss")).headers.get("etag") ?? "";
  await measure("GET of a feed, 304", requests * 10, () =>
    send("/en/feed.rss", { headers: { "if-none-match": etag } }),
  );
  await measure("GET of a release's page, from KV", Math.min(requests, releases), (nth) => {
    const { lang, slug } = generatedRelease(1, nth);
    return send(`/${lang}/releases/${slug}`);
  });
  await measure("GET /releases, a page of 50", requests, (nth) =>
    send(`/api/v1/releases?cursor=${2_000_000_000 + nth}`),
  );
  await measure("GET /releases?q=, a word", requests, (nth) => send(`/api/v1/releases?q=session+-no${nth}`));
  await measure("GET /events, a page of 50", requests, (nth) => send(`/api/v1/events?after=${nth}`));
  for (const size of [3_000, 30_000, 100_000])
    await measure(`PUT of ${size / 1_000} kB, dry run`, requests, () => put(release(size), "?dryRun=true"));
  for (const size of [3_000, 30_000])
    await measure(`PUT of ${size / 1_000} kB, published`, requests, () => put(release(size)));
  await measure("POST /subscriptions", requests, subscribe);
  const before = results.find(({ request }) => request === "PUT of 3 kB, published")?.cpuMs ?? 0;
  await measure("a delivery and its attempt", 5, () => put(release(3_000)), 5 * requests);
  const last = results.at(-1);
  // The publishes themselves are no part of it.
  if (last?.cpuMs !== null && last !== undefined)
    last.cpuMs = Math.round((last.cpuMs - before / requests) * 10) / 10;
  return results;
}
