/**
 * The Newsroom: the one Durable Object that holds the ledger, and does by alarm the work that
 * follows from it. What it does in memory is only ever a shortcut: each transaction leaves rows that
 * say what is to be done, and an alarm that does it if this object dies.
 */
import { DurableObject } from "cloudflare:workers";
import type { Fault } from "../domain/fault.ts";
import type { Instant } from "../domain/instant.ts";
import { faultsOfFilter, type Registry } from "../domain/registry.ts";
import type { PreparedRelease, ReleaseView } from "../domain/release.ts";
import { EMBARGOES_PER_STEP, OWN_RETRY_MS } from "../limits.ts";
import { subscriber } from "../objects.ts";
import { settingsOf, type Settings } from "../settings.ts";
import { CatchingUp, type EventsAsked, type EventsPage } from "./catching-up.ts";
import { Editions, type EditionsResult } from "./editions.ts";
import { Events } from "./events.ts";
import { FanOut } from "./fan-out.ts";
import { Followers, type Waiter } from "./followers.ts";
import { type Action, type ActionResult, Ledger, type PublishOptions, type PublishResult } from "./ledger.ts";
import { createTables, readMark, writeMark } from "./ledger-schema.ts";
import { ListDivision } from "./list-division.ts";
import { Meter, meteredSql, type Sql } from "./metered-sql.ts";
import { type FoundDocument, Projection } from "./projection.ts";
import { Publication } from "./publication.ts";
import { RegistryStore } from "./registry-store.ts";
import { ReleaseFilings } from "./release-filings.ts";
import { ReleaseLists } from "./release-lists.ts";
import { ReleaseRows } from "./release-rows.ts";
import { findReleases, type ListQuery } from "./release-search.ts";
import { ReleaseViews } from "./release-views.ts";
import { RENDERERS } from "./rendering.ts";
import { StaleTargets } from "./stale-targets.ts";
import { type Registration, Subscribers } from "./subscribers.ts";
import { WorkLoop } from "./work-loop.ts";

export class Newsroom extends DurableObject<Env> {
  /** Milliseconds since 1970; tests move it. */
  clock: () => number = () => Date.now();

  readonly #meter = new Meter();
  readonly #sql: Sql;
  readonly #settings: Settings;
  readonly #registry: RegistryStore;
  readonly #rows: ReleaseRows;
  readonly #ledger: Ledger;
  readonly #views: ReleaseViews;
  readonly #catchingUp: CatchingUp;
  readonly #editions: Editions;
  readonly #lists: ReleaseLists;
  readonly #stale: StaleTargets;
  readonly #subscribers: Subscribers;
  readonly #followers: Followers;
  readonly #projection: Projection;
  readonly #fanOut: FanOut;
  readonly #projecting: WorkLoop;
  readonly #fanningOut: WorkLoop;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    this.#sql = meteredSql(storage.sql, this.#meter);
    const sql = this.#sql;
    const now = () => this.clock();
    createTables(sql);
    const settings = settingsOf(env);
    const { site } = settings;
    this.#settings = settings;
    this.#registry = new RegistryStore(sql);
    const registry = () => this.#registry.present();
    this.#rows = new ReleaseRows(sql);
    this.#views = new ReleaseViews(sql, site.baseUrl, registry);
    const events = new Events(sql, this.#views);
    this.#catchingUp = new CatchingUp(events);
    this.#followers = new Followers(this.#catchingUp);
    this.#editions = new Editions(sql, site.baseUrl);
    this.#stale = new StaleTargets(sql);
    this.#subscribers = new Subscribers(sql);
    const division = new ListDivision(sql, this.#stale, settings);
    this.#lists = new ReleaseLists(sql, division, this.#stale, settings);
    const filings = new ReleaseFilings(sql);
    const publication = new Publication(
      sql,
      this.#rows,
      this.#views,
      filings,
      this.#lists,
      this.#stale,
      site.timeZone,
    );
    this.#ledger = new Ledger(storage, this.#rows, publication, site, registry);
    const ledger = {
      views: this.#views,
      lists: this.#lists,
      division,
      registry: this.#registry,
      counts: () => filings.counts(),
    };
    this.#projection = new Projection(
      { sql, kv: env.DOCUMENTS, meter: this.#meter, ledger, stale: this.#stale, settings },
      now,
    );
    this.#fanOut = new FanOut(sql, events, (id, handed) => subscriber(env, id).enqueue(handed), now);
    this.#projecting = new WorkLoop(() => this.#projectOnce());
    this.#fanningOut = new WorkLoop(() => this.#fanOut.step());
    void ctx.blockConcurrencyWhile(() => this.#noticeNewSettings());
  }

  /** Takes all releases of a batch or none; answered only once they are stored. */
  async publish(batch: PreparedRelease[], options: PublishOptions): Promise<PublishResult> {
    this.#meter.read();
    const result = this.#ledger.publish(batch, options, this.clock());
    const changed = result.ok ? result.answers.filter((answer) => answer.changed).length : 0;
    this.#log("publish", { releases: batch.length, changed, dryRun: options.dryRun, ok: result.ok });
    if (result.ok && !options.dryRun) await this.#workOn();
    return result;
  }

  /** Withdraws, kills or reinstates a release. */
  async act(action: Action, id: string, reason: string): Promise<ActionResult> {
    const result = this.#ledger.act(action, id, reason, this.clock());
    if (result.ok && result.answer.changed) await this.#workOn();
    return result;
  }

  /** Makes the registry be this, unless releases use what it leaves out. */
  async setRegistry(registry: Registry): Promise<Fault[]> {
    const faults = this.ctx.storage.transactionSync(() => {
      const found = this.#registry.set(registry, Math.floor(this.clock() / 1000));
      // Names stand on pages and in feeds: all of them may say something else now.
      if (found === "changed") this.#stale.addAll();
      return typeof found === "string" ? [] : found;
    });
    if (faults.length === 0) await this.#workOn();
    return faults;
  }

  /** As it stands this moment; null as long as no office has sent one. */
  async registry(): Promise<Registry | null> {
    return this.#registry.present() ?? null;
  }

  /** A release as its office sees it, embargoed or killed too; null where there is none. */
  async forOffice(id: string): Promise<ReleaseView | null> {
    return this.#views.forOffice(id) ?? null;
  }

  /**
   * The editions of a release that the world has seen, or the one asked for. Rarely read, so they are
   * not in KV: there they would double what a publish costs.
   */
  async editions(id: string, edition?: number): Promise<EditionsResult> {
    const release = this.#views.byId(id);
    if (release === undefined) return { kind: "unknown" };
    if (release.status === "killed") return { kind: "killed", release };
    return { kind: "seen", editions: this.#editions.seen(id, edition) };
  }

  /** Releases that everybody may see, newest first; `next` continues a page that is full. */
  async list(query: ListQuery, limit: number): Promise<{ releases: ReleaseView[]; next: Instant | null }> {
    const found = findReleases(this.#sql, query, limit + 1);
    const page = found.slice(0, limit);
    return {
      releases: this.#views.byPublished(page),
      next: found.length > limit ? (page.at(-1) ?? null) : null,
    };
  }

  /** What somebody is told who catches up after a sequence; without one, nothing, but where the events are. */
  async events(asked: EventsAsked, after: number | undefined, limit: number): Promise<EventsPage> {
    return this.#catchingUp.page(asked, after, limit);
  }

  /** The same; where there is nothing to tell yet it waits for it, as long as it is told to. */
  async follow(
    asked: EventsAsked,
    after: number | undefined,
    limit: number,
    waiter: Waiter,
  ): Promise<EventsPage | { kind: "full" }> {
    return this.#followers.follow(asked, after, limit, waiter);
  }

  /** Ends its waiting: nobody listens any more. */
  async unfollow(follower: string): Promise<void> {
    this.#followers.stop(follower);
  }

  /** What the world sees at a path, for when KV does not know. */
  async document(path: string): Promise<FoundDocument> {
    const found = await this.#projection.document(path);
    if (found.kind === "found") await this.#workOn();
    return found;
  }

  /** @returns what the filter asks for that nothing can ever have; then nothing is registered */
  async register(registration: Registration): Promise<Fault[]> {
    const faults = faultsOfFilter(registration.filter, this.#registry.present());
    if (faults.length === 0) this.#subscribers.register(registration, this.#views.lastSequence());
    return faults.map(({ path, message }) => ({ path: `/filter${path}`, message }));
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
      this.#stale.addAll();
    });
    await this.#workOn();
  }

  /** A sign of life: the last sequence, how much waits to be rendered, and how many for an event. */
  async health(): Promise<{ sequence: number; waiting: number; following: number }> {
    const following = this.#followers.count;
    return { sequence: this.#views.lastSequence(), waiting: this.#stale.count(), following };
  }

  /** Resolves when no work is in hand; work that is due later does not count. */
  async idle(): Promise<void> {
    await Promise.all([this.#projecting.start(), this.#fanningOut.start()]);
  }

  override async alarm(): Promise<void> {
    this.#ledger.liftEmbargoes(EMBARGOES_PER_STEP, this.clock());
    await this.#workOn();
  }

  async #projectOnce(): Promise<boolean> {
    const worked = await this.#projection.step();
    if (worked) this.#log("projection", {});
    return worked;
  }

  /** One wide line for a piece of work, with what it cost. */
  #log(message: string, fields: Record<string, unknown>): void {
    console.log(JSON.stringify({ message, ...fields, ...this.#meter.read() }));
  }

  /** Starts what is due and sets the alarm for what is not, or for what gets cut off. */
  async #workOn(): Promise<void> {
    this.#followers.wake(this.#views.lastSequence());
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
    const embargo = this.#rows.nextEmbargo();
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
    const sql = this.#sql;
    const { site, feedItems } = this.#settings;
    const present = JSON.stringify({ site, feedItems, renderers: RENDERERS });
    if (readMark(sql, "settings") !== present) {
      this.ctx.storage.transactionSync(() => {
        this.#lists.keepFixed(this.clock());
        this.#stale.addAll();
        writeMark(sql, "settings", present);
      });
    }
    await this.#setAlarm();
  }
}
