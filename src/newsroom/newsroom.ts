/**
 * The Newsroom: the one Durable Object that holds the ledger, and does by alarm the work that
 * follows from it. What it does in memory is only ever a shortcut: each transaction leaves rows that
 * say what is to be done, and an alarm that does it if this object dies.
 */
import { DurableObject } from "cloudflare:workers";
import { Budget } from "../runtime/bounded-work.ts";
import type { Issue } from "../domain/issues.ts";
import type { Instant } from "../domain/dates.ts";
import { validateFilter, validateFilterLanguages, type Registry } from "../domain/registry.ts";
import type { AdminReleaseView, PreparedRelease, ReleaseView } from "../domain/release.ts";
import { EMBARGOES_PER_STEP } from "./limits.ts";
import type { Registration } from "../domain/subscription.ts";
import { type Config, configOf } from "../config.ts";
import type { EventQuery, EventsPage, LongPoll } from "./outbound/event-feed.ts";
import type { EditionsResult, EditionView } from "./store/editions.ts";
import { explain, type ExplainedEvent } from "./outbound/explain.ts";
import type { Action, ActionResult, PublishOptions, PublishResult } from "./publish/ledger.ts";
import { createTables, getMeta, setMeta } from "./store/schema.ts";
import { Meter, meteredSql, type Sql } from "../runtime/sql.ts";
import type { FoundDocument } from "./projection/projection.ts";
import { type NewsroomParts, newsroomParts } from "./wiring.ts";
import { findReleases, type ListQuery } from "./lists/search.ts";
import { RENDERER_VERSION } from "./projection/render.ts";
import type { BodyAgain, Replayed } from "./outbound/replay.ts";
import type { Asker, Registered, SubscriptionReport } from "./store/subscriptions.ts";
import {
  type Listed,
  listSubscriptions,
  type Place,
  type SubscriptionQuery,
} from "./store/subscription-list.ts";
import { Scheduler } from "./scheduler.ts";

export class Newsroom extends DurableObject<Env> {
  /** Milliseconds since 1970; tests move it. */
  clock: () => number = () => Date.now();

  readonly #meter = new Meter();
  readonly #sql: Sql;
  readonly #config: Config;
  readonly #parts: NewsroomParts;
  readonly #scheduler: Scheduler;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    this.#sql = meteredSql(storage.sql, this.#meter);
    createTables(this.#sql);
    this.#config = configOf(env);
    const ground = { storage, sql: this.#sql, meter: this.#meter, env, config: this.#config };
    this.#parts = newsroomParts({ ...ground, now: () => this.clock() });
    this.#scheduler = new Scheduler({
      ctx,
      parts: this.#parts,
      subrequests: this.#config.subrequests,
      now: () => this.clock(),
      onProjected: () => this.#log("projection", {}),
    });
    void ctx.blockConcurrencyWhile(() => this.#noticeNewSettings());
  }

  /** Takes all releases of a batch or none; answered only once they are stored. */
  async publish(batch: PreparedRelease[], options: PublishOptions): Promise<PublishResult> {
    this.#meter.take();
    const result = this.#parts.ledger.publish(batch, options, this.clock());
    const changed = result.ok ? result.answers.filter((answer) => answer.changed).length : 0;
    this.#log("publish", { releases: batch.length, changed, dryRun: options.dryRun, ok: result.ok });
    if (result.ok && !options.dryRun) await this.#scheduler.begin();
    return result;
  }

  /** Withdraws, kills or reinstates a release. */
  async act(action: Action, id: string, reason: string): Promise<ActionResult> {
    const result = this.#parts.ledger.act(action, id, reason, this.clock());
    if (result.ok && result.answer.changed) await this.#scheduler.begin();
    return result;
  }

  /** Makes the registry be this, unless releases use what it leaves out. */
  async setRegistry(registry: Registry): Promise<Issue[]> {
    const issues = this.ctx.storage.transactionSync(() => {
      const found = this.#parts.registry.set(registry, Math.floor(this.clock() / 1000));
      // Names stand on pages and in feeds: all of them may say something else now.
      if (found === "changed") this.#parts.stale.addAll();
      return typeof found === "string" ? [] : found;
    });
    if (issues.length === 0) await this.#scheduler.begin();
    return issues;
  }

  /** As it stands this moment; null as long as no office has sent one. */
  async registry(): Promise<Registry | null> {
    return this.#parts.registry.present() ?? null;
  }

  /** A release as its office sees it, embargoed or killed too; null where there is none. */
  async getForAdmin(id: string): Promise<AdminReleaseView | null> {
    return this.#parts.views.getForAdmin(id) ?? null;
  }

  /**
   * The editions of a release that the world has seen, or the one asked for. Rarely read, so they are
   * not in KV: there they would double what a publish costs.
   */
  async editions(id: string, edition?: number): Promise<EditionsResult> {
    const release = this.#parts.views.byId(id);
    if (release === undefined) return { kind: "unknown" };
    if (release.status === "killed") return { kind: "killed", release };
    return { kind: "found", editions: this.#parts.editions.seen(id, edition) };
  }

  /** All of them, or the one asked for, of a release as its office sees it; null where there is none. */
  async editionsForAdmin(id: string, edition?: number): Promise<EditionView[] | null> {
    const editions = this.#parts.editions.getForAdmin(id, edition);
    return editions.length > 0 ? editions : null;
  }

  /** Releases that everybody may see, newest first; `next` continues a page that is full. */
  async list(query: ListQuery, limit: number): Promise<{ releases: ReleaseView[]; next: Instant | null }> {
    const found = findReleases(this.#sql, query, limit + 1);
    const page = found.slice(0, limit);
    return {
      releases: this.#parts.views.byPublished(page),
      next: found.length > limit ? (page.at(-1) ?? null) : null,
    };
  }

  /** What somebody is told who catches up after a sequence; without one, nothing, but where the events are. */
  async events(asked: EventQuery, after: number | undefined, limit: number): Promise<EventsPage> {
    return this.#parts.eventFeed.page(asked, after, limit);
  }

  /** The same; where there is nothing to tell yet it waits for it, as long as it is told to. */
  async follow(
    asked: EventQuery,
    after: number | undefined,
    limit: number,
    waiter: LongPoll,
  ): Promise<EventsPage | { kind: "full" }> {
    return this.#parts.longPolls.follow(asked, after, limit, waiter);
  }

  /** Ends its waiting: nobody listens any more. */
  async stopFollowing(follower: string): Promise<void> {
    this.#parts.longPolls.stop(follower);
  }

  /** What the world sees at a path, for when KV does not know. */
  async document(path: string): Promise<FoundDocument> {
    const found = await this.#parts.projection.document(path);
    if (found.kind === "found") await this.#scheduler.begin();
    return found;
  }

  /** Makes room for a subscription: events from now on are its own. */
  async register(
    registration: Registration,
    isProved: boolean,
    asker: Asker,
  ): Promise<Registered | { kind: "invalid"; issues: Issue[] }> {
    const { subscriptionStore } = this.#parts;
    const duplicate = subscriptionStore.provedWith(registration);
    if (duplicate !== undefined) return { kind: "duplicate", id: duplicate };
    const issues = this.#issuesOf(registration);
    if (issues.length > 0) return { kind: "invalid", issues };
    const last = this.#parts.views.lastSequence();
    const registered = this.ctx.storage.transactionSync(() =>
      subscriptionStore.register(registration, isProved, asker, last, this.clock()),
    );
    if (isProved) await this.#scheduler.begin();
    return registered;
  }

  /** What its owner wants of a subscription from now on. */
  async changeSubscription(
    registration: Registration,
  ): Promise<{ kind: "amended" | "duplicate" } | { kind: "invalid"; issues: Issue[] }> {
    const issues = this.#issuesOf(registration);
    if (issues.length > 0) return { kind: "invalid", issues };
    return { kind: this.#parts.subscriptionStore.change(registration) ? "amended" : "duplicate" };
  }

  /** It has proved itself. `duplicate` if another with its URL and filter was there before. */
  async activate(id: string): Promise<"active" | "duplicate" | "unknown"> {
    const activated = this.#parts.subscriptionStore.activate(id);
    await this.#scheduler.begin();
    return activated;
  }

  /** How a subscription stands, by its object. */
  async report(registration: Registration, standing: SubscriptionReport): Promise<void> {
    this.#parts.subscriptionStore.report(registration, standing, this.clock());
  }

  /** Its object was never made; one that may be being made this moment stays. */
  async removeNeverCreated(id: string): Promise<void> {
    this.#parts.subscriptionStore.removeNeverCreated(id, this.clock());
  }

  async unregister(id: string): Promise<void> {
    this.#parts.subscriptionStore.remove(id);
  }

  async subscriptions(query: SubscriptionQuery): Promise<{ data: Listed[]; next: Place | null }> {
    return listSubscriptions(this.#sql, query);
  }

  /** Ids of those that are told when another is disabled. */
  async operationalSubscriptions(): Promise<string[]> {
    return this.#parts.subscriptionStore.operational();
  }

  /** What a subscription is handed once more after one sequence, up to another; `last`: as far as it goes. */
  async replayEvents(id: string, after: number, to: number): Promise<Replayed> {
    return this.#parts.replay.eventsFor(id, after, to);
  }

  /** The bytes of one event for a subscription that has had it, unless its text is killed now. */
  async bodyFor(id: string, sequence: number): Promise<BodyAgain | undefined> {
    return this.#parts.replay.bodyFor(id, sequence);
  }

  /** Why a subscription was handed, or not, what happened to a release. */
  async explain(id: string, release: string): Promise<ExplainedEvent[]> {
    return explain(this.#sql, this.#parts.events, id, release);
  }

  /** The sequences between two instants, both included: those after `after`, up to `to`. */
  async sequencesBetween(from: Instant, to: Instant | undefined): Promise<{ after: number; to: number }> {
    return this.#parts.events.sequencesBetween(from, to);
  }

  /** Writes every document again, the same bytes: KV can be lost. */
  async rebuild(): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      this.#parts.projection.forgetWrites();
      this.#parts.stale.addAll();
    });
    await this.#scheduler.begin();
  }

  /** A sign of life: the last sequence, how much waits to be rendered, and how many for an event. */
  async health(): Promise<{ sequence: number; waiting: number; following: number }> {
    const following = this.#parts.longPolls.count;
    return { sequence: this.#parts.views.lastSequence(), waiting: this.#parts.stale.count(), following };
  }

  /** Resolves when no work is in hand; work that is due later does not count. */
  async idle(): Promise<void> {
    await this.#scheduler.idle();
  }

  override async alarm(): Promise<void> {
    this.#parts.ledger.liftEmbargoes(EMBARGOES_PER_STEP, this.clock());
    await this.#scheduler.beginByAlarm();
  }

  /** One wide line for a piece of work, with what it cost. */
  #log(message: string, fields: Record<string, unknown>): void {
    console.log(JSON.stringify({ message, ...fields, ...this.#meter.take() }));
  }

  /** Of its filter; of one that it has already, none: a value may be retired after somebody has asked for it. */
  #issuesOf({ id, filter }: Registration): Issue[] {
    if (this.#parts.subscriptionStore.hasFilter(id, filter)) return [];
    return [
      ...validateFilter(filter, this.#parts.registry.present()),
      ...validateFilterLanguages(filter, this.#config.site.languages),
    ].map(({ path, message }) => ({ path: `/filter${path}`, message }));
  }

  /** Documents are a function of the ledger and the settings: other settings make all of them stale. */
  async #noticeNewSettings(): Promise<void> {
    const sql = this.#sql;
    const { site, feedItems } = this.#config;
    const present = JSON.stringify({ site, feedItems, renderers: RENDERER_VERSION });
    if (getMeta(sql, "settings") !== present) {
      this.ctx.storage.transactionSync(() => {
        this.#parts.lists.ensurePermanentLists(this.clock());
        this.#parts.stale.addAll();
        setMeta(sql, "settings", present);
      });
    }
    // All there is to do where the ledger is new; the rest follows by alarm.
    this.#parts.reindexing.step(new Budget(1));
    await this.#scheduler.setAlarm();
  }
}
