/**
 * What a run works with: one service with one data folder, the endpoints, a verified subscription for each
 * endpoint, and the authors.
 */
import { type JsonWebKey, randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { RELEASE_EVENT_TYPES, DEFAULT_EVENT_TYPES } from "../../src/domain/event.ts";
import type { Build } from "../../src/cli/start/on-workerd.ts";
import { Author } from "./author.ts";
import { ExpectedState } from "./expected-state.ts";
import { Subscription, type SubscriptionOptions } from "./subscription.ts";
import type { Faults } from "./faulty/faulty-calls.ts";
import { FeedFollower } from "./feed-follower.ts";
import { pollUntil } from "./poll-until.ts";
import { Endpoints } from "./endpoints.ts";
import { ServiceCalls } from "./service-calls.ts";
import { ServiceProcess } from "./service-process.ts";

const AUTHORS = 4;
/** Short, so that an endpoint that hangs costs little time. */
const TIMEOUT_SECONDS = 1;
/** More than the timeout. */
const LATE_MS = 1_600;
/** Seconds before each attempt. Long enough that no delivery runs out of attempts during a run. */
const SCHEDULE = ["0", ...Array.from({ length: 600 }, () => "0.4")].join(",");
/** Alternates at each start, so that the same work takes more or fewer invocations. */
const SUBREQUESTS = ["20", "50"];
const SUBSCRIBED_WITHIN_MS = 30_000;
/** Combinations of filters that the service keeps in KV because a client requested them. */
const REQUESTED_PATHS = ["/?topic=alpha&type=speech", "/en?q=treaty", "/feed.json?not.topic=beta"];

const defaults = { filter: {}, events: DEFAULT_EVENT_TYPES, content: "full", asymmetric: false } as const;
const SUBSCRIPTIONS: readonly SubscriptionOptions[] = [
  defaults,
  { ...defaults, events: RELEASE_EVENT_TYPES, asymmetric: true },
  { ...defaults, filter: { topic: ["alpha"] }, content: "summary" },
  { ...defaults, filter: { type: ["speech"] }, events: RELEASE_EVENT_TYPES },
  { ...defaults, filter: { not: { topic: ["beta"] } } },
  // Also receives the withdrawals and kills of the releases that it was sent.
  { ...defaults, filter: { lang: ["en"] }, events: ["release.published"] },
  { ...defaults, filter: { q: "treaty" }, content: "summary", asymmetric: true },
  { ...defaults, filter: { lang: ["hy", "fr"] }, events: ["release.corrected", "release.reinstated"] },
];

/** The feeds that callbacks follow by WebSub. */
const FOLLOWED_PATHS = ["/feed.json", "/en/feed.atom", "/feed.json?type=press-release&type=speech"];

export class Environment implements AsyncDisposable {
  readonly service: ServiceProcess;
  readonly endpoints: Endpoints;
  readonly calls: ServiceCalls;
  readonly subscriptions: readonly Subscription[];
  readonly followers: readonly FeedFollower[];
  readonly expectedState = new ExpectedState();
  readonly authors: readonly Author[];
  /** The public keys that the service publishes as a JWK Set. */
  readonly keys: JsonWebKey[];
  #starts = 1;
  #running = Promise.withResolvers<void>();
  /** The last kill of each, so that kills run one after the other. */
  #serviceKill: Promise<unknown> = Promise.resolve();
  #endpointsKill: Promise<unknown> = Promise.resolve();

  private constructor(
    service: ServiceProcess,
    endpoints: Endpoints,
    calls: ServiceCalls,
    subscriptions: readonly Subscription[],
    followers: readonly FeedFollower[],
    keys: JsonWebKey[],
  ) {
    this.service = service;
    this.endpoints = endpoints;
    this.calls = calls;
    this.subscriptions = subscriptions;
    this.followers = followers;
    this.keys = keys;
    this.#running.resolve();
    const dependencies = { expectedState: this.expectedState, calls, whenUp: () => this.#running.promise };
    this.authors = Array.from({ length: AUTHORS }, (_, number) => new Author(number, dependencies));
  }

  /** The number of endpoints. */
  static readonly endpointCount = SUBSCRIPTIONS.length + FOLLOWED_PATHS.length;

  /** @param onLine called with each line of the service's output */
  static async start(build: Build, onLine?: (line: string) => void): Promise<Environment> {
    await using parts = new AsyncDisposableStack();
    const adminToken = randomBytes(32).toString("base64url");
    const service = parts.use(
      await ServiceProcess.start(
        {
          ADMIN_TOKEN: adminToken,
          SECRETS_KEY: randomBytes(32).toString("base64"),
          RETRY_SCHEDULE: SCHEDULE,
          DELIVERY_TIMEOUT: String(TIMEOUT_SECONDS),
          SUBREQUESTS: SUBREQUESTS[0] ?? "",
        },
        build,
        onLine,
      ),
    );
    const endpoints = parts.use(await Endpoints.open(Environment.endpointCount, LATE_MS));
    const calls = new ServiceCalls(service.url, adminToken);
    const subscriptions = await Promise.all(
      SUBSCRIPTIONS.map((options, index) => subscribe(options, endpoints, index, calls)),
    );
    for (const path of REQUESTED_PATHS) await (await fetch(new URL(path, service.url))).text();
    const followers = FOLLOWED_PATHS.map((path, index) => follow(path, endpoints, index, service.url, calls));
    for (const follower of followers) await follower.begin();
    const { keys } = await calls.answer<{ keys: JsonWebKey[] }>("GET", "/.well-known/webhook-keys.json");
    parts.move();
    return new Environment(service, endpoints, calls, subscriptions, followers, keys);
  }

  /** Sends SIGKILL, waits, and restarts the service with the data on disk. */
  killService(downMs: number): Promise<void> {
    const killed = this.#serviceKill.then(async () => {
      this.#running = Promise.withResolvers();
      await this.service.kill();
      await delay(downMs);
      this.#starts += 1;
      await this.service.start({ SUBREQUESTS: SUBREQUESTS[this.#starts % SUBREQUESTS.length] ?? "" });
      this.#running.resolve();
    });
    this.#serviceKill = killed;
    return killed;
  }

  /** Like {@link killService}, for all endpoints at once. */
  killEndpoints(downMs: number): Promise<void> {
    const killed = this.#endpointsKill.then(async () => {
      await this.endpoints.kill();
      await delay(downMs);
      await this.endpoints.start();
    });
    this.#endpointsKill = killed;
    return killed;
  }

  /** Makes calls throw; without odds, stops that. Has no effect while the service is down. */
  async setFaults(faults: Faults): Promise<void> {
    await this.calls.call("PUT", "/chaos/faults", undefined, faults);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.service[Symbol.asyncDispose](), this.endpoints[Symbol.asyncDispose]()]);
  }
}

/** A follower at the endpoints after those of subscriptions. */
function follow(
  path: string,
  endpoints: Endpoints,
  index: number,
  service: URL,
  calls: ServiceCalls,
): FeedFollower {
  const at = SUBSCRIPTIONS.length + index;
  const [url, file] = [endpoints.urls[at], endpoints.files[at]];
  if (url === undefined || file === undefined) throw new RangeError(`there is no endpoint ${at}`);
  return new FeedFollower(service, path, url, file, calls);
}

/** Creates a subscription. Resolves when its endpoint is verified. */
async function subscribe(
  { filter, events, content, asymmetric }: SubscriptionOptions,
  endpoints: Endpoints,
  index: number,
  calls: ServiceCalls,
): Promise<Subscription> {
  const [url, file] = [endpoints.urls[index], endpoints.files[index]];
  if (url === undefined || file === undefined) throw new RangeError(`there is no endpoint ${index}`);
  const body = { url, filter, events, content, asymmetric };
  const made = await calls.answer<{ id: string; token: string; secret: string }>(
    "POST",
    "/api/v1/subscriptions",
    undefined,
    body,
  );
  const subscription = new Subscription({ filter, events, content, asymmetric }, made, file, calls);
  await pollUntil(`subscription ${index} is active`, SUBSCRIBED_WITHIN_MS, async () =>
    (await subscription.answer<{ status: string }>("GET", "")).status === "active" ? true : undefined,
  );
  return subscription;
}
