/**
 * Plays each call that strangers may make and that wakes the Newsroom, at its most expensive allowed input
 * and at the rate that the limits allow one client, beside one publish a second.
 */
import { setTimeout as delay } from "node:timers/promises";
import { FeedService } from "./feed-service.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { seededRandom } from "../chaos/random.ts";
import { generatedRelease, namedValues, PEOPLE, registryOf } from "./generated-releases.ts";
import { waitUntilRendered } from "./wait-until-rendered.ts";

export interface StrangersOptions {
  /** Releases in the ledger; a service of its own for each size. */
  sizes: number[];
  /** How long each call is played. */
  seconds: number;
  seed: number;
}

/** One call beside publishes. */
export interface StrangerResult {
  releases: number;
  call: string;
  /** The statuses of the answers. */
  statuses: string;
  answers: Figures;
  publish: Figures;
  /** The median of a publish to that of publishes alone, in the same service. */
  publishRatio: number;
}

interface Call {
  name: string;
  /** How many a client may send in a minute: `ratelimits` in wrangler.toml. */
  perMinute: number;
  /** @param nth counts the requests, so that none is answered from memory */
  request: (nth: number) => { path: string; init?: RequestInit };
}

const BATCH = 100;
const CALLS_PER_MINUTE = 300;
const NEW_LISTS_PER_MINUTE = 60;
/** Words that every English text of the generated releases may have, as many as a search may have. */
const COMMON =
  "minister session council agreement border peace talks region delegation visit statement partners economy signed cooperation security";
const words = (count: number, prefix = "", suffix = "") =>
  encodeURIComponent(
    Array.from({ length: count }, (_, index) => {
      const common = COMMON.split(" ");
      return `${prefix}${common[index] ?? `w${index}`}${suffix}`;
    }).join(" "),
  );
/** Values of 200 letters, as long as a slug may be. */
const longValue = (nth: number, index: number) => `v${nth}-${index}-`.padEnd(200, "abcdefgh");
const unknownTopics = (nth: number, count: number) =>
  Array.from({ length: count }, (_, index) => longValue(nth, index));
const ABSENT_LANGUAGES = "lang=de&lang=it";

const CALLS: readonly Call[] = [
  {
    name: "GET /releases, 20 excluded words and 20 in not.q",
    perMinute: CALLS_PER_MINUTE,
    request: (nth) => ({
      path: `/api/v1/releases?limit=1&q=${words(19, "-")}+-n${nth}&not.q=${words(20)}`,
    }),
  },
  {
    name: "GET /releases, 20 excluded words that no text has, no such language",
    perMinute: CALLS_PER_MINUTE,
    request: (nth) => ({
      path: `/api/v1/releases?limit=1&${ABSENT_LANGUAGES}&q=${words(20, "-zz")}&not.q=n${nth}`,
    }),
  },
  {
    name: "GET /releases, a phrase of 20 words",
    perMinute: CALLS_PER_MINUTE,
    request: (nth) => ({ path: `/api/v1/releases?limit=100&q=%22${words(19)}+n${nth}%22` }),
  },
  {
    name: "GET /releases, 48 values that no release has",
    perMinute: CALLS_PER_MINUTE,
    request: (nth) => ({
      path: `/api/v1/releases?limit=1&${Array.from({ length: 48 }, (_, index) => `topic=n${nth}x${index}`).join("&")}`,
    }),
  },
  {
    name: "GET /releases, 100 whole texts",
    perMinute: CALLS_PER_MINUTE,
    request: (nth) => ({ path: `/api/v1/releases?limit=100&to=20${String(20 + (nth % 5))}-01-01` }),
  },
  {
    name: "GET /events, 20 words that no text has",
    perMinute: CALLS_PER_MINUTE,
    request: (nth) => ({ path: `/api/v1/events?after=0&q=${words(20, "-")}&not.q=n${nth}` }),
  },
  {
    name: "GET /events, 100 whole texts",
    perMinute: CALLS_PER_MINUTE,
    request: (nth) => ({ path: `/api/v1/events?limit=100&after=${nth}` }),
  },
  {
    name: "GET /releases/ID/editions",
    perMinute: CALLS_PER_MINUTE,
    request: (nth) => ({ path: `/api/v1/releases/${generatedRelease(1, nth % 100).id}/editions?limit=100` }),
  },
  {
    name: "a page that does not exist",
    perMinute: CALLS_PER_MINUTE,
    request: (nth) => ({ path: `/en/releases/${longValue(nth, 0)}` }),
  },
  {
    name: "a list of a value that does not exist",
    perMinute: CALLS_PER_MINUTE,
    request: (nth) => ({ path: `/en/topics/${longValue(nth, 0)}` }),
  },
  {
    name: "a new combination: 20 excluded words, no such language",
    perMinute: NEW_LISTS_PER_MINUTE,
    request: (nth) => ({
      path: `/feed.json?lang=ru&lang=fr&topic=topic-1&topic=topic-2&q=${words(20, "-zz")}&not.q=n${nth}`,
    }),
  },
  {
    name: "a new combination that holds every release",
    perMinute: NEW_LISTS_PER_MINUTE,
    request: (nth) => ({ path: `/feed.json?not.q=never${nth}` }),
  },
  {
    name: "POST /subscriptions, a filter of unknown values",
    perMinute: CALLS_PER_MINUTE,
    request: (nth) => ({
      path: "/api/v1/subscriptions",
      init: {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ url: "http://127.0.0.1:1/", filter: { topic: unknownTopics(nth, 13) } }),
      },
    }),
  },
];

/** Nearly as many topics and people as a registry may have, among them the values of generated releases. */
function largeRegistry(seed: number): object {
  const registry = registryOf(Array.from({ length: 200 }, (_, index) => generatedRelease(seed, index)));
  const unused = Array.from({ length: 4_900 }, (_, index) => `unused-topic-of-the-registry-${index}`);
  const people = Array.from({ length: PEOPLE }, (_, index) => `person-${index}`);
  return { ...registry, topics: [...registry.topics, ...namedValues(unused)], people: namedValues(people) };
}

export async function measureStrangers(
  options: StrangersOptions,
  onProgress: (what: string) => void,
): Promise<StrangerResult[]> {
  const results: StrangerResult[] = [];
  for (const size of options.sizes) {
    await using service = await FeedService.start();
    await service.api.putRegistry(largeRegistry(options.seed));
    let published = 0;
    const publish = async (count: number, fields: { date?: string } = {}) => {
      const batch = Array.from({ length: count }, (_, index) => ({
        ...generatedRelease(options.seed, published + index),
        ...fields,
      }));
      published += count;
      await service.api.publishBatch(batch);
    };
    for (let first = 0; first < size; first += BATCH) {
      await publish(Math.min(BATCH, size - first));
      onProgress(`${published}/${size} releases`);
    }
    await waitUntilRendered(service.url, service.adminToken);
    const publishOnce = () => publish(1, { date: new Date().toISOString() });
    await everySecond(options.seconds, publishOnce); // compiles the code
    const alone = figuresOf(await everySecond(options.seconds, publishOnce));
    for (const [index, call] of CALLS.entries()) {
      onProgress(`${size} releases: ${call.name}`);
      const client = `198.51.${index}.1`; // a network of its own, so that no call uses up another's limit
      const over = new AbortController();
      const strangers = play(call, service.url, client, over.signal);
      const latencies = await everySecond(options.seconds, publishOnce);
      over.abort();
      const answers = await strangers;
      const beside = figuresOf(latencies);
      results.push({
        releases: size,
        call: call.name,
        statuses: [...new Set(answers.map(({ status }) => status))].join(" "),
        answers: figuresOf(answers.map(({ ms }) => ms)),
        publish: beside,
        publishRatio: Math.round((beside.medianMs / alone.medianMs) * 100) / 100,
      });
      await waitUntilRendered(service.url, service.adminToken);
    }
  }
  return results;
}

/** Sends a call at its rate until the signal. A slow answer delays no other request. */
async function play(call: Call, service: URL, client: string, end: AbortSignal): Promise<Answer[]> {
  const sent: Promise<Answer>[] = [];
  const random = seededRandom(1);
  while (!end.aborted) {
    const { path, init } = call.request(sent.length);
    const headers = new Headers(init?.headers);
    headers.set("cf-connecting-ip", client);
    sent.push(timed(new URL(path, service), { ...init, headers }));
    // Irregular, so that requests meet publishes at every point.
    await delay((60_000 / call.perMinute) * (0.5 + random()));
  }
  return Promise.all(sent);
}

interface Answer {
  status: number;
  /** Until the whole body is there. */
  ms: number;
}

async function timed(url: URL, init: RequestInit): Promise<Answer> {
  const startedMs = performance.now();
  const response = await fetch(url, init);
  await response.arrayBuffer();
  return { status: response.status, ms: performance.now() - startedMs };
}

/** @returns the milliseconds that each run took */
async function everySecond(times: number, run: () => Promise<void>): Promise<number[]> {
  const latencies: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const startedMs = performance.now();
    await run();
    latencies.push(performance.now() - startedMs);
    await delay(Math.max(0, 1_000 - (performance.now() - startedMs)));
  }
  return latencies;
}
