/**
 * How long a text takes from the start of the publish call to a receiver, and to the feed.
 *
 * The publisher, the receiver and the clock are in this one process, so both ends of every figure
 * are read off the same clock; what it costs this process to send and to receive is in the figures
 * of the bare POST too, which carries the same bytes to the same receiver in the same run.
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
import { STATEMENT } from "./statement.ts";

/** `workerd`: the built Worker without anything in front; `wrangler-dev`: as `npm start` runs it. */
export const RUNTIMES = ["workerd", "wrangler-dev"] as const;
export type Runtime = (typeof RUNTIMES)[number];

export interface WireOptions {
  publishes: number;
  runtime: Runtime;
  /** Milliseconds between one text's being seen and the next publish: an office sends no bursts. */
  pauseMs: number;
}

export interface WireResult {
  options: WireOptions;
  bodyBytes: number;
  figures: Record<keyof Measured, Figures>;
  /** Median of publish → receipt over median of the bare POST. */
  ratioToBarePost: number;
}

/** Milliseconds; each but the last two from the start of the publish call. */
interface Measured {
  publishToReceipt: number;
  publishToAnswer: number;
  publishToFeed: number;
  barePostToReceipt: number;
}

const WARM_UP = 3;
/** Milliseconds in which everything that is waited for must have happened. */
const WITHIN_MS = 10_000;

export async function measureWire(
  options: WireOptions,
  onProgress: (done: number) => void,
): Promise<WireResult> {
  const adminToken = randomBytes(24).toString("base64url");
  const vars = { ADMIN_TOKEN: adminToken, SECRETS_KEY: randomBytes(32).toString("base64") };
  await using service = await (options.runtime === "workerd" ? BuiltWorker : ServiceProcess).start(vars);
  await using receiver = await Receiver.open();
  await using bare = await BarePost.open();
  const office = new ApiClient(service.url, adminToken);
  const subscription = await office.subscribe(receiver.url);
  receiver.trust(subscription.secret);
  await pollUntil("the subscription is active", WITHIN_MS, async () =>
    (await office.subscription(subscription)).status === "active" ? true : undefined,
  );

  const measured: Measured[] = [];
  let bodyBytes = 0;
  for (let number = 0; number < WARM_UP + options.publishes; number += 1) {
    const release = newRelease(`Statement ${number}`, { body: STATEMENT });
    const startedMs = performance.now();
    await office.publish(release);
    const answeredMs = performance.now();
    await receiver.until("the event arrives", WITHIN_MS, () => receiver.of(release.id).length > 0);
    const [arrival] = receiver.of(release.id);
    if (arrival === undefined) throw new TypeError("an arrival that is none");
    const seenMs = await seen(service.url, release.id);
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

/** When GET /feed.json first shows a release. */
async function seen(service: URL, release: string): Promise<number> {
  const deadline = performance.now() + WITHIN_MS;
  while (performance.now() < deadline) {
    const response = await fetch(new URL("/feed.json", service));
    if ((await response.text()).includes(release)) return performance.now();
    await delay(ASK_MS);
  }
  throw new Error(`not within ${WITHIN_MS} ms: the feed shows ${release}`);
}

/** Milliseconds between two looks at the feed: the grain of that figure. */
const ASK_MS = 5;
