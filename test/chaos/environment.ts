/**
 * What a whole run plays on: one service on one folder of state, the receivers, a desk for each of
 * them with its subscription, proved, and the authors of the office.
 */
import { type JsonWebKey, randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { RELEASE_EVENT_TYPES, DEFAULT_EVENT_TYPES } from "../../src/domain/event.ts";
import type { Build } from "../built/on-workerd.ts";
import { Author } from "./author.ts";
import { Book } from "./expected-state.ts";
import { Desk, type DeskWishes } from "./desk.ts";
import type { Faults } from "./faulty/faulty-calls.ts";
import { polled } from "./polled.ts";
import { Receivers } from "./receivers.ts";
import { ServiceCalls } from "./service-calls.ts";
import { ServiceProcess } from "./service-process.ts";

const AUTHORS = 4;
/** Seconds: short, so that a receiver that hangs costs little; and one that answers later than that. */
const TIMEOUT_SECONDS = 1;
const LATE_MS = 1_600;
/** Seconds before each attempt: so many that none is ever given up within a run. */
const SCHEDULE = ["0", ...Array.from({ length: 600 }, () => "0.4")].join(",");
/** By turns, at each start: work goes on in more invocations, or in fewer. */
const SUBREQUESTS = ["20", "50"];
const SUBSCRIBED_WITHIN_MS = 30_000;
/** Combinations that are kept in KV because somebody asked. */
const ASKED_FOR = ["/?topic=alpha&type=speech", "/en?q=treaty", "/feed.json?not.topic=beta"];

const usual = { filter: {}, events: DEFAULT_EVENT_TYPES, content: "full", asymmetric: false } as const;
const WISHES: readonly DeskWishes[] = [
  usual,
  { ...usual, events: RELEASE_EVENT_TYPES, asymmetric: true },
  { ...usual, filter: { topic: ["alpha"] }, content: "summary" },
  { ...usual, filter: { type: ["speech"] }, events: RELEASE_EVENT_TYPES },
  { ...usual, filter: { not: { topic: ["beta"] } } },
  // Take-backs come to it unasked.
  { ...usual, filter: { lang: ["en"] }, events: ["release.published"] },
  { ...usual, filter: { q: "treaty" }, content: "summary", asymmetric: true },
  { ...usual, filter: { lang: ["hy", "fr"] }, events: ["release.corrected", "release.reinstated"] },
];

export class Stage implements AsyncDisposable {
  readonly service: ServiceProcess;
  readonly receivers: Receivers;
  readonly calls: ServiceCalls;
  readonly desks: readonly Desk[];
  readonly book = new Book();
  readonly authors: readonly Author[];
  /** As the service publishes them: JWK Set. */
  readonly keys: JsonWebKey[];
  #starts = 1;
  #isUp = Promise.withResolvers<void>();
  /** One kill at a time of each. */
  #serviceTurn: Promise<unknown> = Promise.resolve();
  #receiversTurn: Promise<unknown> = Promise.resolve();

  private constructor(
    service: ServiceProcess,
    receivers: Receivers,
    calls: ServiceCalls,
    desks: readonly Desk[],
    keys: JsonWebKey[],
  ) {
    this.service = service;
    this.receivers = receivers;
    this.calls = calls;
    this.desks = desks;
    this.keys = keys;
    this.#isUp.resolve();
    const around = { book: this.book, calls, up: () => this.#isUp.promise };
    this.authors = Array.from({ length: AUTHORS }, (_, number) => new Author(number, around));
  }

  /** How many receivers there are. */
  static readonly receivers = WISHES.length;

  /** @param onLine each line that the service says */
  static async set(build: Build, onLine?: (line: string) => void): Promise<Stage> {
    await using parts = new AsyncDisposableStack();
    const adminToken = randomBytes(24).toString("base64url");
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
    const receivers = parts.use(await Receivers.open(WISHES.length, LATE_MS));
    const calls = new ServiceCalls(service.url, adminToken);
    const desks = await Promise.all(
      WISHES.map((wishes, index) => subscribed(wishes, receivers, index, calls)),
    );
    for (const path of ASKED_FOR) await (await fetch(new URL(path, service.url))).text();
    const { keys } = await calls.answer<{ keys: JsonWebKey[] }>("GET", "/.well-known/webhook-keys.json");
    parts.move();
    return new Stage(service, receivers, calls, desks, keys);
  }

  /** SIGKILL, and a start on what it had stored after a while. */
  killService(downMs: number): Promise<void> {
    const killed = this.#serviceTurn.then(async () => {
      this.#isUp = Promise.withResolvers();
      await this.service.kill();
      await delay(downMs);
      this.#starts += 1;
      await this.service.start({ SUBREQUESTS: SUBREQUESTS[this.#starts % SUBREQUESTS.length] ?? "" });
      this.#isUp.resolve();
    });
    this.#serviceTurn = killed;
    return killed;
  }

  /** The same of all receivers at once. */
  killReceivers(downMs: number): Promise<void> {
    const killed = this.#receiversTurn.then(async () => {
      await this.receivers.kill();
      await delay(downMs);
      await this.receivers.start();
    });
    this.#receiversTurn = killed;
    return killed;
  }

  /** From now on calls throw, or, without odds, do not. A service that is down will not hear it. */
  async setFaults(faults: Faults): Promise<void> {
    await this.calls.call("PUT", "/chaos/faults", undefined, faults);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.service[Symbol.asyncDispose](), this.receivers[Symbol.asyncDispose]()]);
  }
}

/** Back when the receiver has proved that it wants it. */
async function subscribed(
  { filter, events, content, asymmetric }: DeskWishes,
  receivers: Receivers,
  index: number,
  calls: ServiceCalls,
): Promise<Desk> {
  const [url, file] = [receivers.urls[index], receivers.files[index]];
  if (url === undefined || file === undefined) throw new RangeError(`no receiver ${index}`);
  const body = { url, filter, events, content, asymmetric };
  const made = await calls.answer<{ id: string; token: string; secret: string }>(
    "POST",
    "/api/v1/subscriptions",
    undefined,
    body,
  );
  const desk = new Desk({ filter, events, content, asymmetric }, made, file, calls);
  await polled(`subscription ${index} is active`, SUBSCRIBED_WITHIN_MS, async () =>
    (await desk.answer<{ status: string }>("GET", "")).status === "active" ? true : undefined,
  );
  return desk;
}
