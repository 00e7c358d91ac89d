/**
 * The Newsroom: the one Durable Object that holds the ledger, and does by alarm the work that
 * follows from it. What it does in memory is only ever a shortcut: each transaction leaves rows that
 * say what is to be done, and an alarm that does it if this object dies.
 */
import { DurableObject } from "cloudflare:workers";
import type { PreparedRelease } from "../domain/release.ts";
import type { StoredDocument } from "../documents.ts";
import { EMBARGOES_PER_STEP, OWN_RETRY_MS } from "../limits.ts";
import { subscriber } from "../objects.ts";
import { settingsOf, type Settings } from "../settings.ts";
import { FanOut } from "./fan-out.ts";
import { Ledger, type PublishOptions, type PublishResult } from "./ledger.ts";
import { createTables, readMark, writeMark } from "./ledger-schema.ts";
import { Projection } from "./projection.ts";
import { ReleaseViews } from "./release-views.ts";
import { RENDERERS } from "./rendering.ts";
import { StaleTargets } from "./stale-targets.ts";
import { type Registration, Subscribers } from "./subscribers.ts";
import { WorkLoop } from "./work-loop.ts";

export class Newsroom extends DurableObject<Env> {
  /** Milliseconds since 1970; tests move it. */
  clock: () => number = () => Date.now();

  readonly #settings: Settings;
  readonly #ledger: Ledger;
  readonly #views: ReleaseViews;
  readonly #stale: StaleTargets;
  readonly #subscribers: Subscribers;
  readonly #projection: Projection;
  readonly #fanOut: FanOut;
  readonly #projecting: WorkLoop;
  readonly #fanningOut: WorkLoop;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    const { sql } = storage;
    const now = () => this.clock();
    createTables(sql);
    this.#settings = settingsOf(env);
    this.#views = new ReleaseViews(sql, this.#settings.site.baseUrl);
    this.#stale = new StaleTargets(sql);
    this.#subscribers = new Subscribers(sql);
    this.#ledger = new Ledger(storage, this.#views, this.#stale, this.#settings);
    this.#projection = new Projection(
      { sql, kv: env.DOCUMENTS, views: this.#views, stale: this.#stale, settings: this.#settings },
      now,
    );
    this.#fanOut = new FanOut(sql, this.#views, (id, events) => subscriber(env, id).enqueue(events), now);
    this.#projecting = new WorkLoop(() => this.#projection.step());
    this.#fanningOut = new WorkLoop(() => this.#fanOut.step());
    void ctx.blockConcurrencyWhile(() => this.#noticeNewSettings());
  }

  /** Takes all releases of a batch or none; answered only once they are stored. */
  async publish(batch: PreparedRelease[], options: PublishOptions): Promise<PublishResult> {
    const result = this.#ledger.publish(batch, options, this.clock());
    if (result.ok && !options.dryRun) await this.#workOn();
    return result;
  }

  /** What the world sees at a path, for when KV does not know; null where nothing is. */
  async document(path: string): Promise<StoredDocument | null> {
    const document = await this.#projection.document(path);
    await this.#workOn();
    return document ?? null;
  }

  async register(registration: Registration): Promise<void> {
    this.#subscribers.register(registration, this.#views.lastSequence());
  }

  async activate(id: string): Promise<void> {
    this.#subscribers.activate(id);
    await this.#workOn();
  }

  async unregister(id: string): Promise<void> {
    this.#subscribers.remove(id);
  }

  /** Writes every document again, the same bytes: KV can be lost. */
  async rebuild(): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      this.#projection.forgetWrites();
      this.#stale.addAll(this.#settings.site.languages);
    });
    await this.#workOn();
  }

  /** The last sequence that was given out, as a sign of life. */
  async health(): Promise<{ sequence: number }> {
    return { sequence: this.#views.lastSequence() };
  }

  /** Resolves when no work is in hand; work that is due later does not count. */
  async idle(): Promise<void> {
    await Promise.all([this.#projecting.start(), this.#fanningOut.start()]);
  }

  override async alarm(): Promise<void> {
    this.#ledger.liftEmbargoes(EMBARGOES_PER_STEP, this.clock());
    await this.#workOn();
  }

  /** Starts what is due and sets the alarm for what is not, or for what gets cut off. */
  async #workOn(): Promise<void> {
    await this.#setAlarm();
    for (const loop of [this.#projecting, this.#fanningOut]) {
      this.ctx.waitUntil(
        loop.start().then(
          () => this.#setAlarm(),
          (error: unknown) => console.error(JSON.stringify({ message: "work failed", error: String(error) })),
        ),
      );
    }
  }

  async #setAlarm(): Promise<void> {
    const nowMs = this.clock();
    const embargo = this.#ledger.nextEmbargo();
    const dues = [
      embargo === undefined ? undefined : embargo * 1000,
      // Work in hand is looked at again only if whoever has it in hand dies.
      ...[this.#stale.nextDueMs(), this.#fanOut.nextDueMs()].map((due) =>
        due === undefined ? undefined : Math.max(due, nowMs + OWN_RETRY_MS),
      ),
    ].filter((due) => due !== undefined);
    if (dues.length === 0) return;
    // Never `now` itself: an alarm that sets one for now can stall.
    const next = Math.max(Math.min(...dues), nowMs + 1);
    const present = await this.ctx.storage.getAlarm();
    if (present === null || present > next) await this.ctx.storage.setAlarm(next);
  }

  /** Documents are a function of the ledger and the settings: other settings make all of them stale. */
  async #noticeNewSettings(): Promise<void> {
    const { sql } = this.ctx.storage;
    const { site, feedItems } = this.#settings;
    const present = JSON.stringify({ site, feedItems, renderers: RENDERERS });
    if (readMark(sql, "settings") !== present) {
      this.ctx.storage.transactionSync(() => {
        this.#stale.addAll(site.languages);
        writeMark(sql, "settings", present);
      });
    }
    await this.#setAlarm();
  }
}
