/**
 * Measures how long an event takes to many subscriptions, beside a bare loop of as many POSTs of the same
 * bytes from the same runtime in the same run, and how dead endpoints slow down the others.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { ApiClient, newRelease, type Release } from "../chaos/api-client.ts";
import { BuiltWorker } from "./built-worker.ts";
import { type Answer, BARE_PREFIX, Endpoints, nowMs } from "./delivery-endpoints.ts";
import { BODY_3KB } from "./generated-releases.ts";

export interface DeliveryOptions {
  subscriptions: number;
  /** Publishes measured with healthy endpoints, and as many with some of them dead. */
  rounds: number;
  /** SUBREQUESTS of the service. */
  subrequests: number;
}

/** Milliseconds from the start of the publish call to verified receipts. */
export interface Spread {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

export interface DeliveryResult {
  options: DeliveryOptions;
  bodyBytes: number;
  /** With one subscription, after warming up; medians over the rounds. */
  one: { publishToReceiptMs: number; publishToAnswerMs: number };
  /** To all subscriptions; medians over the rounds. */
  all: Spread & { perSecond: number };
  /** The same POSTs in a bare loop, one and six at a time, from its start to the last receipt. */
  bare: { atOnce: number; perSecond: number; oursToBare: number }[];
  /** The healthy endpoints while a tenth is dead, and their p99 without dead ones. */
  amongDead: Spread & { dead: number; p99MsWithout: number; p99Ratio: number };
  /** How many subscriptions have the last release, and how many lack it. `ms`: how long the question took. */
  recipients: { delivered: number; lacking: number; ms: number };
}

const HANGING_PART = 0.01;
const REFUSING_PART = 0.09;
const WARM_UP = 3;
const PAUSE_MS = 1_200;
const BARE_AT_ONCE = [1, 6];
/** Concurrent calls that create subscriptions. */
const CREATED_AT_ONCE = 8;

export async function measureDelivery(
  options: DeliveryOptions,
  onProgress: (what: string) => void,
): Promise<DeliveryResult> {
  const adminToken = randomBytes(32).toString("base64url");
  const vars = {
    ADMIN_TOKEN: adminToken,
    SECRETS_KEY: randomBytes(32).toString("base64"),
    SUBREQUESTS: String(options.subrequests),
    // So long that no retry falls into a later round.
    RETRY_SCHEDULE: "0,36000",
    DELIVERY_TIMEOUT: "15",
  };
  await using endpoints = await Endpoints.open();
  await using service = await BuiltWorker.start(vars);
  await using loop = await BuiltWorker.startOther("posting", { bindings: {} });
  const api = new ApiClient(service.url, adminToken);
  const bench = new Bench(api, endpoints);

  await bench.trustBareLoop();
  await bench.subscribe("/first", false);
  const one = await bench.rounds(options.rounds, 1, () => onProgress("one subscription"));

  const count = options.subscriptions;
  const hanging = Math.round(count * HANGING_PART);
  const refusing = Math.round(count * REFUSING_PART);
  const paths = Array.from({ length: count - 1 }, (_, index) => `/endpoint/${index}`);
  const isClosable = (index: number) => index < refusing;
  const queue = paths.entries();
  let created = 0;
  await Promise.all(
    Array.from({ length: CREATED_AT_ONCE }, async () => {
      for (const [index, path] of queue) {
        await bench.subscribe(path, isClosable(index));
        onProgress(`${(created += 1)}/${count - 1} subscriptions`);
      }
    }),
  );
  const hangingPaths = paths.slice(refusing, refusing + hanging);
  const dead = new Set([...paths.slice(0, refusing), ...hangingPaths]);
  const healthy = (receipts: ReadonlyMap<string, number>) =>
    [...receipts].filter(([path]) => !dead.has(path)).map(([, ms]) => ms);

  await bench.round(count);
  const healthyRounds: Round[] = [];
  const amongDead: Round[] = [];
  const bare: Record<number, number[]> = {};
  for (let round = 0; round < options.rounds; round += 1) {
    onProgress(`round ${round + 1}/${options.rounds}`);
    healthyRounds.push(await bench.round(count));
    for (const atOnce of BARE_AT_ONCE) {
      (bare[atOnce] ??= []).push(await bench.bareLoop(loop.url, atOnce, count));
    }
    await endpoints.send({ do: "fail", hanging: hangingPaths });
    amongDead.push(await bench.round(count - dead.size));
    if (round === options.rounds - 1) break;
    await endpoints.send({ do: "recover" });
  }
  const recipients = await bench.recipients();
  if (recipients.delivered !== count - dead.size || recipients.lacking !== dead.size) {
    throw new Error(`the recipients of the last release are wrong: ${JSON.stringify(recipients)}`);
  }

  const durationMs = median(healthyRounds.map(({ receipts }) => Math.max(...receipts.values())));
  const perSecond = (count / durationMs) * 1000;
  const healthyBefore = healthyRounds.map(({ receipts }) => spreadOf(healthy(receipts)));
  const healthyAmongDead = medianSpread(amongDead.map(({ receipts }) => spreadOf(healthy(receipts))));
  const p99MsWithout = rounded(median(healthyBefore.map(({ p99Ms }) => p99Ms)));
  return {
    options,
    bodyBytes: healthyRounds[0]?.bodyBytes ?? 0,
    one: {
      publishToReceiptMs: rounded(median(one.map(({ receipts }) => Math.max(...receipts.values())))),
      publishToAnswerMs: rounded(median(one.map(({ answeredMs }) => answeredMs))),
    },
    all: {
      ...medianSpread(healthyRounds.map(({ receipts }) => spreadOf([...receipts.values()]))),
      perSecond: Math.round(perSecond),
    },
    bare: BARE_AT_ONCE.map((atOnce) => {
      const barePerSecond = (count / median(bare[atOnce] ?? [])) * 1000;
      return {
        atOnce,
        perSecond: Math.round(barePerSecond),
        oursToBare: rounded(perSecond / barePerSecond),
      };
    }),
    amongDead: {
      ...healthyAmongDead,
      dead: dead.size,
      p99MsWithout,
      p99Ratio: rounded(healthyAmongDead.p99Ms / p99MsWithout),
    },
    recipients,
  };
}

/** One publish. Milliseconds from the start of its call. */
interface Round {
  answeredMs: number;
  /** By path. */
  receipts: Map<string, number>;
  bodyBytes: number;
}

class Bench {
  readonly #api: ApiClient;
  readonly #endpoints: Endpoints;
  readonly #urls: string[] = [];
  readonly #bareSecret = `whsec_${randomBytes(32).toString("base64")}`;
  #published = 0;
  #release: Release | undefined;
  /** The bare loop sends these bytes and headers. */
  #last: Answer["last"];

  constructor(api: ApiClient, endpoints: Endpoints) {
    this.#api = api;
    this.#endpoints = endpoints;
  }

  /** Makes the endpoints verify the requests of the bare loop. */
  async trustBareLoop(): Promise<void> {
    await this.#endpoints.send({ do: "trust", secrets: { [BARE_PREFIX]: this.#bareSecret } });
  }

  async subscribe(path: string, isClosable: boolean): Promise<void> {
    const url = this.#endpoints.urlOf(path, isClosable);
    const { secret } = await this.#api.subscribeUnverified(url);
    await this.#endpoints.send({ do: "trust", secrets: { [path]: secret } });
    this.#urls.push(url);
  }

  /**
   * Measures after warming up. Waits between publishes, because admins publish seldom: within a second of
   * the last publish, documents wait for their next write, and no rendering delays the delivery.
   */
  async rounds(count: number, endpointCount: number, onRound: () => void): Promise<Round[]> {
    const rounds: Round[] = [];
    for (let round = 0; round < WARM_UP + count; round += 1) {
      await delay(PAUSE_MS);
      rounds.push(await this.round(endpointCount));
      onRound();
    }
    return rounds.slice(WARM_UP);
  }

  /** @param endpointCount number of endpoints that must receive the event */
  async round(endpointCount: number): Promise<Round> {
    this.#published += 1;
    const release = (this.#release = newRelease(`Statement ${this.#published}`, { body: BODY_3KB }));
    const startedMs = nowMs();
    const { sequence } = await this.#api.publish(release);
    const answeredMs = nowMs() - startedMs;
    const event = await this.#api.eventId(sequence ?? 0);
    const { receipts, last } = await this.#endpoints.receipts(event, endpointCount);
    this.#last = last;
    return {
      answeredMs,
      receipts: new Map([...receipts].map(([path, ms]) => [path, ms - startedMs])),
      bodyBytes: Buffer.byteLength(last?.body ?? ""),
    };
  }

  /** Asks how many subscriptions have the last release, and how many lack it. */
  async recipients(): Promise<DeliveryResult["recipients"]> {
    if (this.#release === undefined) throw new TypeError("nothing was published yet");
    const startedMs = nowMs();
    const { subscriptions = 0, delivered = 0 } = await this.#api.recipients(this.#release);
    return { delivered, lacking: subscriptions - delivered, ms: rounded(nowMs() - startedMs) };
  }

  /** @returns milliseconds from the loop's start to the last receipt */
  async bareLoop(loop: URL, atOnce: number, endpointCount: number): Promise<number> {
    if (this.#last === undefined) throw new TypeError("no event was received yet");
    const last = this.#last;
    const { "content-length": _length, host: _host, connection: _connection, ...headers } = last.headers;
    const id = `${BARE_PREFIX}${atOnce}_${this.#published}`;
    const at = new Date(Math.floor(Date.now() / 1000) * 1000);
    const bare = {
      ...headers,
      "webhook-id": id,
      "webhook-timestamp": String(at.getTime() / 1000),
      "webhook-signature": new Webhook(this.#bareSecret).sign(id, at, last.body),
    };
    const startedMs = nowMs();
    const posted = fetch(loop, {
      method: "POST",
      body: JSON.stringify({ urls: this.#urls, headers: bare, body: last.body, atOnce }),
    });
    const { receipts } = await this.#endpoints.receipts(id, endpointCount);
    await (await posted).arrayBuffer();
    return Math.max(...receipts.values()) - startedMs;
  }
}

function spreadOf(milliseconds: readonly number[]): Spread {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

/** The median of each figure over the rounds. */
function medianSpread(spreads: readonly Spread[]): Spread {
  const of = (name: keyof Spread) => rounded(median(spreads.map((spread) => spread[name])));
  return { p50Ms: of("p50Ms"), p99Ms: of("p99Ms"), maxMs: of("maxMs") };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? Number.NaN;
}

/** Rounds to hundredths. */
function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
