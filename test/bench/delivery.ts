/**
 * How long an event takes to many subscriptions, beside a bare loop of as many POSTs of the same bytes
 * from the same runtime, in one run; and what dead endpoints among them do to the others.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { newRelease, ApiClient } from "../chaos/api-client.ts";
import { BuiltWorker } from "./built-worker.ts";
import { type Answer, BARE_PREFIX, Desks, nowMs } from "./delivery-desks.ts";
import { STATEMENT } from "./statement.ts";

export interface DeliveryOptions {
  subscriptions: number;
  /** Publishes measured with all endpoints well, and as many with some of them dead. */
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
  /** With one subscriber, warm: medians over the rounds. */
  one: { publishToReceiptMs: number; publishToAnswerMs: number };
  /** To all subscriptions; medians over the rounds. */
  all: Spread & { perSecond: number };
  /** The same POSTs in a bare loop, one and six under way at a time, from its start to the last receipt. */
  bare: { atOnce: number; perSecond: number; oursToBare: number }[];
  /** The healthy ones, while a tenth of all is dead; and p99 of the same without that. */
  amongDead: Spread & { dead: number; p99MsWithout: number; p99Ratio: number };
}

const HANGING_PART = 0.01;
const REFUSING_PART = 0.09;
const WARM_UP = 3;
const APART_MS = 1_200;
const BARE_AT_ONCE = [1, 6];
/** Subscriptions made at the same time. */
const MADE_AT_ONCE = 8;

export async function measureDelivery(
  options: DeliveryOptions,
  onProgress: (what: string) => void,
): Promise<DeliveryResult> {
  const adminToken = randomBytes(24).toString("base64url");
  const vars = {
    ADMIN_TOKEN: adminToken,
    SECRETS_KEY: randomBytes(32).toString("base64"),
    SUBREQUESTS: String(options.subrequests),
    // Far away: no retry of one round comes into the next.
    RETRY_SCHEDULE: "0,36000",
    DELIVERY_TIMEOUT: "15",
  };
  await using desks = await Desks.open();
  await using service = await BuiltWorker.start(vars);
  await using loop = await BuiltWorker.startOther("posting", { bindings: {} });
  const office = new ApiClient(service.url, adminToken);
  const bench = new Bench(office, desks);

  await bench.trustTheLoop();
  await bench.subscribe("/first", false);
  const one = await bench.rounds(options.rounds, 1, () => onProgress("one subscriber"));

  const count = options.subscriptions;
  const hanging = Math.round(count * HANGING_PART);
  const refusing = Math.round(count * REFUSING_PART);
  const paths = Array.from({ length: count - 1 }, (_, index) => `/desk/${index}`);
  const isMortal = (index: number) => index < refusing;
  const queue = paths.entries();
  let made = 0;
  await Promise.all(
    Array.from({ length: MADE_AT_ONCE }, async () => {
      for (const [index, path] of queue) {
        await bench.subscribe(path, isMortal(index));
        onProgress(`${(made += 1)}/${count - 1} subscriptions`);
      }
    }),
  );
  const hangingPaths = paths.slice(refusing, refusing + hanging);
  const dead = new Set([...paths.slice(0, refusing), ...hangingPaths]);
  const healthy = (receipts: ReadonlyMap<string, number>) =>
    [...receipts].filter(([path]) => !dead.has(path)).map(([, ms]) => ms);

  await bench.round(count);
  const well: Round[] = [];
  const amongDead: Round[] = [];
  const bare: Record<number, number[]> = {};
  for (let round = 0; round < options.rounds; round += 1) {
    onProgress(`round ${round + 1}/${options.rounds}`);
    well.push(await bench.round(count));
    for (const atOnce of BARE_AT_ONCE) {
      (bare[atOnce] ??= []).push(await bench.bareLoop(loop.url, atOnce, count));
    }
    await desks.tell({ do: "die", hanging: hangingPaths });
    amongDead.push(await bench.round(count - dead.size));
    await desks.tell({ do: "live" });
  }

  const durationMs = median(well.map(({ receipts }) => Math.max(...receipts.values())));
  const perSecond = (count / durationMs) * 1000;
  const healthyBefore = well.map(({ receipts }) => spreadOf(healthy(receipts)));
  const healthyAmongDead = medianSpread(amongDead.map(({ receipts }) => spreadOf(healthy(receipts))));
  const p99MsWithout = rounded(median(healthyBefore.map(({ p99Ms }) => p99Ms)));
  return {
    options,
    bodyBytes: well[0]?.bodyBytes ?? 0,
    one: {
      publishToReceiptMs: rounded(median(one.map(({ receipts }) => Math.max(...receipts.values())))),
      publishToAnswerMs: rounded(median(one.map(({ answeredMs }) => answeredMs))),
    },
    all: {
      ...medianSpread(well.map(({ receipts }) => spreadOf([...receipts.values()]))),
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
  };
}

/** One publish. Milliseconds from the start of its call. */
interface Round {
  answeredMs: number;
  /** By desk. */
  receipts: Map<string, number>;
  bodyBytes: number;
}

class Bench {
  readonly #office: ApiClient;
  readonly #desks: Desks;
  readonly #urls: string[] = [];
  readonly #bareSecret = `whsec_${randomBytes(32).toString("base64")}`;
  #published = 0;
  /** The same bytes and headers are what the bare loop sends. */
  #last: Answer["last"];

  constructor(office: ApiClient, desks: Desks) {
    this.#office = office;
    this.#desks = desks;
  }

  /** The desks believe what the bare loop sends, too. */
  async trustTheLoop(): Promise<void> {
    await this.#desks.tell({ do: "trust", secrets: { [BARE_PREFIX]: this.#bareSecret } });
  }

  async subscribe(path: string, isMortal: boolean): Promise<void> {
    const url = this.#desks.urlOf(path, isMortal);
    const { secret } = await this.#office.subscribeUnverified(url);
    await this.#desks.tell({ do: "trust", secrets: { [path]: secret } });
    this.#urls.push(url);
  }

  /**
   * After some that only warm up. An office publishes seldom: what is published within a second of the
   * last finds the documents waiting for their next write, and no rendering in its way.
   */
  async rounds(count: number, receivers: number, onRound: () => void): Promise<Round[]> {
    const rounds: Round[] = [];
    for (let round = 0; round < WARM_UP + count; round += 1) {
      await delay(APART_MS);
      rounds.push(await this.round(receivers));
      onRound();
    }
    return rounds.slice(WARM_UP);
  }

  /** @param receivers how many must have the event before it is over */
  async round(receivers: number): Promise<Round> {
    this.#published += 1;
    const release = newRelease(`Statement ${this.#published}`, { body: STATEMENT });
    const startedMs = nowMs();
    const { sequence } = await this.#office.publish(release);
    const answeredMs = nowMs() - startedMs;
    const event = await this.#office.eventId(sequence ?? 0);
    const { receipts, last } = await this.#desks.received(event, receivers);
    this.#last = last;
    return {
      answeredMs,
      receipts: new Map([...receipts].map(([path, ms]) => [path, ms - startedMs])),
      bodyBytes: Buffer.byteLength(last?.body ?? ""),
    };
  }

  /** @returns milliseconds from the loop's start to the last receipt */
  async bareLoop(loop: URL, atOnce: number, receivers: number): Promise<number> {
    if (this.#last === undefined) throw new TypeError("nothing was received");
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
    const { receipts } = await this.#desks.received(id, receivers);
    await (await posted).arrayBuffer();
    return Math.max(...receipts.values()) - startedMs;
  }
}

function spreadOf(milliseconds: readonly number[]): Spread {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

/** Of each figure the median over the rounds. */
function medianSpread(spreads: readonly Spread[]): Spread {
  const of = (name: keyof Spread) => rounded(median(spreads.map((spread) => spread[name])));
  return { p50Ms: of("p50Ms"), p99Ms: of("p99Ms"), maxMs: of("maxMs") };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? Number.NaN;
}

/** To a hundredth. */
function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
