/**
 * Measures how long a release takes from the start of the publish call to an endpoint and to the feed.
 *
 * Client, endpoint and clock share this process. The bare POST carries the same bytes to the same process in
 * the same run, so its time includes the same overhead.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { pollUntil } from "../chaos/poll-until.ts";
import { newRelease, ApiClient } from "../chaos/api-client.ts";
import { Receiver } from "../chaos/receiver.ts";
import { ServiceProcess } from "../chaos/service-process.ts";
import { BuiltWorker } from "./built-worker.ts";
import { BarePost } from "./bare-post.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { BODY_3KB } from "./generated-releases.ts";

/** `workerd`: the built Worker alone; `wrangler-dev`: as `npm start` runs it. */
export const RUNTIMES = ["workerd", "wrangler-dev"] as const;
export type Runtime = (typeof RUNTIMES)[number];

export interface WireOptions {
  publishes: number;
  runtime: Runtime;
  /** Milliseconds between the appearance in the feed and the next publish, because admins send no bursts. */
  pauseMs: number;
}

export interface WireResult {
  options: WireOptions;
  bodyBytes: number;
  figures: Record<keyof Measured, Figures>;
  /** Median from publish to receipt, divided by the median of the bare POST. */
  ratioToBarePost: number;
}

/** Milliseconds, from the start of the publish call or of the bare POST. */
interface Measured {
  publishToReceipt: number;
  publishToAnswer: number;
  publishToFeed: number;
  barePostToReceipt: number;
}

const WARM_UP = 3;
/** Limit of each wait. */
const TIMEOUT_MS = 10_000;

export async function measureWire(
  options: WireOptions,
  onProgress: (done: number) => void,
): Promise<WireResult> {
  const adminToken = randomBytes(32).toString("base64url");
  const vars = { ADMIN_TOKEN: adminToken, SECRETS_KEY: randomBytes(32).toString("base64") };
  await using service = await (options.runtime === "workerd" ? BuiltWorker : ServiceProcess).start(vars);
  await using receiver = await Receiver.open();
  await using bare = await BarePost.open();
  const api = new ApiClient(service.url, adminToken);
  const subscription = await api.subscribe(receiver.url);
  receiver.trust(subscription.secret);
  await pollUntil("the subscription is active", TIMEOUT_MS, async () =>
    (await api.subscription(subscription)).status === "active" ? true : undefined,
  );

  const measured: Measured[] = [];
  let bodyBytes = 0;
  for (let number = 0; number < WARM_UP + options.publishes; number += 1) {
    const release = newRelease(`Statement ${number}`, { body: BODY_3KB });
    const startedMs = performance.now();
    await api.publish(release);
    const answeredMs = performance.now();
    await receiver.until("the event arrives", TIMEOUT_MS, () => receiver.of(release.id).length > 0);
    const [arrival] = receiver.of(release.id);
    if (arrival === undefined) throw new TypeError("the arrival is missing");
    const seenMs = await waitForFeed(service.url, release.id);
    const barePostToReceipt = await bare.send(arrival.body);
    bodyBytes = Buffer.byteLength(arrival.body);
    if (number >= WARM_UP) {
      measured.push({
        publishToReceipt: arrival.atMs - startedMs,
        publishToAnswer: answeredMs - startedMs,
        publishToFeed: seenMs - startedMs,
        barePostToReceipt,
      });
      onProgress(measured.length);
    }
    await delay(options.pauseMs);
  }
  const of = (name: keyof Measured) => figuresOf(measured.map((one) => one[name]));
  const figures = {
    publishToReceipt: of("publishToReceipt"),
    publishToAnswer: of("publishToAnswer"),
    publishToFeed: of("publishToFeed"),
    barePostToReceipt: of("barePostToReceipt"),
  };
  const ratio = figures.publishToReceipt.medianMs / figures.barePostToReceipt.medianMs;
  return { options, bodyBytes, figures, ratioToBarePost: Math.round(ratio * 10) / 10 };
}

/** @returns the time at which GET /feed.json first contains a release */
async function waitForFeed(service: URL, release: string): Promise<number> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (performance.now() < deadline) {
    const response = await fetch(new URL("/feed.json", service));
    if ((await response.text()).includes(release)) return performance.now();
    await delay(POLL_MS);
  }
  throw new Error(`timed out after ${TIMEOUT_MS} ms: the feed contains ${release}`);
}

/** Milliseconds between two requests of the feed: the resolution of that figure. */
const POLL_MS = 5;
