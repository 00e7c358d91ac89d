/**
 * A subscription of the WebSub hub and its callback. Rules: each feed has a valid signature, a feed never returns after
 * a newer one, and the last one that the callback took is the feed that readers get.
 */
import { createHash, createHmac } from "node:crypto";
import { pollUntil } from "./poll-until.ts";
import type { Arrival, EndpointFile } from "./endpoint-file.ts";
import type { ServiceCalls } from "./service-calls.ts";

const SUBSCRIBED_WITHIN_MS = 30_000;
/** As the hub says it while a request waits, or after it. */
const ACCEPTED = 202;

interface Listed {
  id: string;
  url: string;
  status: string;
  topic?: string;
}

export class FeedFollower {
  readonly violations: string[] = [];
  readonly #service: URL;
  readonly #path: string;
  readonly #callback: string;
  readonly #file: EndpointFile;
  readonly #calls: ServiceCalls;
  readonly #secret: string;
  /** The hashes of the feeds that have arrived, each once, in order. */
  readonly #versions: string[] = [];
  #checkedCount = 0;
  /** The newest request that the callback has acknowledged. */
  #taken: Arrival | undefined;

  /** @param path of the feed */
  constructor(service: URL, path: string, callback: string, file: EndpointFile, calls: ServiceCalls) {
    this.#service = service;
    this.#path = path;
    this.#callback = `${callback}?of=${encodeURIComponent(path)}`;
    this.#file = file;
    this.#calls = calls;
    this.#secret = `secret of ${path}`;
  }

  /** Subscribes. Resolves when the callback has confirmed it. */
  async begin(): Promise<void> {
    await this.renew();
    if (this.violations.length > 0) throw new Error(this.violations.join());
    await pollUntil(`the hub has a subscription for ${this.#path}`, SUBSCRIBED_WITHIN_MS, async () =>
      (await this.#listed())?.status === "active" ? true : undefined,
    );
  }

  /** Requests the subscription again, as subscribers do before a lease ends. The answer may get lost. */
  async renew(): Promise<void> {
    const form = {
      "hub.mode": "subscribe",
      "hub.topic": new URL(this.#path, this.#service).href,
      "hub.callback": this.#callback,
      "hub.secret": this.#secret,
    };
    const response = await fetch(new URL("/hub", this.#service), {
      method: "POST",
      body: new URLSearchParams(form),
    }).catch(() => undefined);
    if (response === undefined || response.status >= 500) return;
    const text = await response.text();
    if (response.status !== ACCEPTED) this.violations.push(`${this.#path}: ${response.status} ${text}`);
  }

  /** Checks what has arrived since the last call, and whether the callback has the present feed. */
  async remaining(): Promise<string[]> {
    await this.#file.read();
    for (const { kind, arrival } of this.#file.entries.slice(this.#checkedCount)) {
      if (kind === "arrival") this.#check(arrival.body, arrival.headers["x-hub-signature"]);
      // An endpoint that answers late acknowledges an old feed after a newer one.
      else if (arrival.atMs >= (this.#taken?.atMs ?? 0)) this.#taken = arrival;
    }
    this.#checkedCount = this.#file.entries.length;
    const listed = await this.#listed();
    if (listed?.status !== "active") return [`${this.#path} (${listed?.status ?? "no subscription"})`];
    const { health } = await this.#calls.answer<{ health: { waiting: number } }>(
      "GET",
      `/api/v1/subscriptions/${listed.id}`,
      this.#calls.adminToken,
    );
    if (health.waiting > 0) return [`${health.waiting} deliveries of ${this.#path}`];
    // Without a change since its verification it has nothing.
    if (this.#taken === undefined) return [];
    const feed = await (await fetch(new URL(this.#path, this.#service))).text();
    return feed === this.#taken.body ? [] : [`the present version of ${this.#path}`];
  }

  #check(body: string, signature: string | undefined): void {
    const hmac = createHmac("sha256", this.#secret).update(body).digest("hex");
    if (signature !== `sha256=${hmac}`) this.violations.push(`${this.#path}: the signature is wrong`);
    const version = createHash("sha256").update(body).digest("hex");
    if (version === this.#versions.at(-1)) return;
    if (this.#versions.includes(version))
      this.violations.push(`${this.#path}: an old feed arrived after a newer one`);
    this.#versions.push(version);
  }

  async #listed(): Promise<Listed | undefined> {
    const { data } = await this.#calls.answer<{ data: Listed[] }>(
      "GET",
      "/api/v1/subscriptions?limit=100",
      this.#calls.adminToken,
    );
    return data.find(({ url }) => url === this.#callback);
  }
}
