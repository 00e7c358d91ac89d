/**
 * The Newsroom: the one Durable Object that holds the ledger. This file is its RPC surface; README.md says
 * how the parts work together. State in memory is only ever a shortcut: each transaction also stores the
 * work that follows, and an alarm does that work if the object dies.
 */
import { DurableObject } from "cloudflare:workers";
import { type Config, configOf } from "../config.ts";
import type { Instant } from "../domain/dates.ts";
import { FACET_OF, type FacetField, type Filter } from "../domain/filter.ts";
import type { StoredFile } from "../domain/file.ts";
import type { HubTerms } from "../domain/hub.ts";
import type { Issue } from "../domain/issues.ts";
import type { DroppedValue, Registry, RegistryIssue } from "../domain/registry.ts";
import type { AdminReleaseView, PreparedRelease, ReleaseView } from "../domain/release.ts";
import type { Site, SiteIdentity } from "../domain/site.ts";
import type { Registration } from "../domain/subscription.ts";
import { Budget } from "../runtime/bounded-work.ts";
import { BeingRestoredError } from "../runtime/being-restored.ts";
import { log } from "../runtime/log.ts";
import { Meter, meteredSql, type Sql } from "../runtime/sql.ts";
import { subscriber } from "../runtime/stubs.ts";
import type { RowsPlace, TableRows } from "../runtime/table-rows.ts";
import { Restore, type RestorePhase } from "./backup/restore.ts";
import { Snapshot } from "./backup/snapshot.ts";
import { MATCHES_COUNTED_MAX, MATCHES_SHOWN_MAX, RECIPIENTS_PER_CALL_MAX } from "./limits.ts";
import { filterChoices } from "./lists/list-facts.ts";
import { findReleases, fittingPage, type ListQuery } from "./lists/search.ts";
import type { EventQuery, EventsPage } from "./outbound/event-feed.ts";
import { droppedValues } from "./outbound/dropped-values.ts";
import { explain, type ExplainedEvent } from "./outbound/explain.ts";
import { findRecipients, type Recipient } from "./outbound/recipients.ts";
import type { LongPoll } from "./outbound/long-polls.ts";
import {
  replayBody,
  type ReplayBody,
  replayEvents,
  type ReplayPart,
  unwantedEvents,
} from "./outbound/replay.ts";
import type { KnownTopic } from "./outbound/topics.ts";
import type { FoundDocument } from "./projection/projection.ts";
import type { Action } from "./publish/actions.ts";
import type { ActionResult, PublishOptions, PublishResult } from "./publish/ledger.ts";
import { Scheduler } from "./scheduler.ts";
import { applySettings } from "./settings.ts";
import {
  type EditionsPage,
  type EditionView,
  listEditions,
  type Readable,
  readEdition,
  readEditions,
} from "./store/edition-views.ts";
import { holderOf } from "./store/addresses.ts";
import { lastSequence, sequencesBetween } from "./store/events.ts";
import { addFile, findFile } from "./store/files.ts";
import { listStates, type StatesPage } from "./store/release-states.ts";
import { readTitles, type ReleaseTitle } from "./store/release-titles.ts";
import { type EmbargoPlace, listScheduled } from "./store/scheduled.ts";
import { createTables, toInstant } from "./store/schema.ts";
import { countStale, markAllStale, relabelAll } from "./store/stale-documents.ts";
import {
  type Listed,
  listSubscriptions,
  type Place,
  type SubscriptionQuery,
} from "./store/subscription-list.ts";
import * as subscriptions from "./store/subscriptions.ts";
import type { UnknownFilter } from "./store/registry.ts";
import { buildParts, type NewsroomParts } from "./wiring.ts";

/** `count` is at most MATCHES_COUNTED_MAX; `isMore` says that there are more. Releases are newest first. */
export interface Matches {
  kind: "matches";
  count: number;
  isMore: boolean;
  releases: ReleaseView[];
}

export interface ReleasesPage {
  kind: "page";
  releases: ReleaseView[];
  /** The cursor of the next page; null at the end. */
  next: Instant | null;
}

/** Releases under embargo. `next` is the `after` of the next page; null on the last one. */
export interface ScheduledPage {
  releases: AdminReleaseView[];
  next: EmbargoPlace | null;
}

/** The result of a request to the hub. */
export type HubRegistered =
  | { kind: "registered"; id: string }
  | Extract<subscriptions.Registered, { kind: "too-many" }>
  | Exclude<KnownTopic, { kind: "known" }>;

export class Newsroom extends DurableObject<Env> {
  /** Milliseconds since 1970; tests replace it. */
  clock: () => number = () => Date.now();

  readonly #meter = new Meter();
  readonly #ledger: Sql;
  readonly #config: Config;
  readonly #restore: Restore;
  #built: { parts: NewsroomParts; scheduler: Scheduler };

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    const sql = (this.#ledger = meteredSql(storage.sql, this.#meter));
    createTables(sql);
    this.#config = configOf(env);
    this.#restore = new Restore({
      storage,
      sql,
      kv: env.DOCUMENTS,
      removeSubscriber: (id) => subscriber(env, id).remove(),
      releaseSubscriber: (id) => subscriber(env, id).endRestore(),
    });
    this.#built = this.#build();
    void ctx.blockConcurrencyWhile(async () => {
      if (!this.#restore.isClosed()) await this.#open();
    });
  }

  #build(): { parts: NewsroomParts; scheduler: Scheduler } {
    const { ctx, env } = this;
    const [sql, config] = [this.#ledger, this.#config];
    const now = () => this.clock();
    const parts = buildParts({ storage: ctx.storage, sql, meter: this.#meter, env, config, now });
    const onProjected = () => this.#log("projection", {});
    const { subrequests } = config;
    return { parts, scheduler: new Scheduler({ ctx, sql, parts, subrequests, now, onProjected }) };
  }

  async #open(): Promise<void> {
    const [{ storage }, sql, config] = [this.ctx, this.#sql, this.#config];
    applySettings({ storage, sql, config }, this.#parts, this.clock());
    // One step finishes the index of a new ledger; otherwise the alarm does the rest.
    this.#parts.reindexing.step(new Budget(1));
    await this.#scheduler.scheduleAlarm();
  }

  // Every call uses one of these three, so that all are refused while the ledger is restored.

  get #sql(): Sql {
    if (this.#restore.isClosed()) throw new BeingRestoredError();
    return this.#ledger;
  }

  get #parts(): NewsroomParts {
    if (this.#restore.isClosed()) throw new BeingRestoredError();
    return this.#built.parts;
  }

  get #scheduler(): Scheduler {
    if (this.#restore.isClosed()) throw new BeingRestoredError();
    return this.#built.scheduler;
  }

  // Publishing: the answer leaves after the transaction; events and documents follow.

  /** Takes all releases of a batch or none. */
  async publish(batch: PreparedRelease[], options: PublishOptions): Promise<PublishResult> {
    this.#meter.take();
    const result = this.#parts.ledger.publish(batch, options, this.clock());
    const changed = result.ok ? result.answers.filter((answer) => answer.changed).length : 0;
    this.#log("publish", { releases: batch.length, changed, dryRun: options.dryRun, ok: result.ok });
    if (result.ok && !options.dryRun) await this.#scheduler.start();
    return result;
  }

  /** Withdraws, kills or reinstates a release. */
  async act(action: Action, id: string, reason: string): Promise<ActionResult> {
    const result = this.#parts.ledger.act(action, id, reason, this.clock());
    if (result.ok && result.answer.changed) await this.#scheduler.start();
    return result;
  }

  /**
   * Replaces the registry. `issues`: each value that is missing and in use; then nothing changes. `warnings`: the
   * values that left it although subscriptions filter on them.
   */
  async setRegistry(registry: Registry): Promise<{ issues: Issue[]; warnings: DroppedValue[] }> {
    const before = this.#parts.registry.get();
    const issues = this.#replaceRegistry(registry);
    if (issues.length > 0) return { issues, warnings: [] };
    await this.#scheduler.start();
    return { issues, warnings: droppedValues(this.#sql, before, registry) };
  }

  #replaceRegistry(registry: Registry): Issue[] {
    try {
      return this.ctx.storage.transactionSync(() => {
        const result = this.#parts.registry.set(registry, toInstant(this.clock()));
        // Names are on pages and in feeds, so any document may change.
        if (result === true) relabelAll(this.#sql);
        return typeof result === "boolean" ? [] : result;
      });
    } catch (error) {
      this.#parts.registry.reload();
      throw error;
    }
  }

  /**
   * Replaces the identity of the site. Like a name of the registry, it may change any document.
   *
   * @param dryRun answer, but change nothing
   */
  async setSite(identity: SiteIdentity, dryRun: boolean): Promise<{ changed: boolean; issues: Issue[] }> {
    const { site } = this.#parts;
    const changed = site.differs(identity);
    // A publish uploads the logo after its dry run.
    const issues = dryRun ? [] : site.validate(identity);
    if (!changed || dryRun || issues.length > 0) return { changed, issues };
    this.ctx.storage.transactionSync(() => {
      site.store(identity);
      relabelAll(this.#sql);
    });
    site.reload();
    await this.#scheduler.start();
    return { changed, issues };
  }

  /** The site as it is now: KV may not have its last change yet. */
  async site(): Promise<Site> {
    return this.#parts.site.get();
  }

  // Files: KV holds the bytes, the ledger knows what they are.

  /** Takes a file whose bytes KV holds. @returns whether it is new */
  async addFile(file: StoredFile): Promise<boolean> {
    return addFile(this.#sql, file);
  }

  /** A file that was uploaded; null if there is none. */
  async getFile(sha256: string): Promise<StoredFile | null> {
    return findFile(this.#sql, sha256) ?? null;
  }

  // Reading releases. Most reads come from KV; these need the ledger.

  /** The whole registry, for the admin alone; null as long as nobody has published one. */
  async registry(): Promise<Registry | null> {
    return this.#parts.registry.get() ?? null;
  }

  /** A release with its content, whatever its status; null if there is none. */
  async getForAdmin(id: string): Promise<AdminReleaseView | null> {
    return this.#parts.views.getForAdmin(id) ?? null;
  }

  /** The release under embargo that has an address, with its content; null if there is none. */
  async getEmbargoed(lang: string, slug: string): Promise<AdminReleaseView | null> {
    const id = holderOf(this.#sql, lang, slug);
    const release = id === undefined ? undefined : this.#parts.views.getForAdmin(id);
    return release?.status === "embargoed" ? release : null;
  }

  /** A public edition, by its number for readers; `isAdmin`: of all editions, by its stored number. */
  async edition(release: string, edition: number, isAdmin: boolean): Promise<Readable<EditionView>> {
    const { baseUrl } = this.#config.site;
    const { views } = this.#parts;
    return readEditions({ sql: this.#sql, views }, release, isAdmin, (seen) =>
      readEdition(this.#sql, baseUrl, { release, edition }, seen),
    );
  }

  /** A page of the public editions, as `listEditions` gives it; `isAdmin`: of all editions. */
  async editions(
    release: string,
    page: { after: number; limit: number },
    isAdmin: boolean,
  ): Promise<Readable<EditionsPage>> {
    const { views } = this.#parts;
    return readEditions({ sql: this.#sql, views }, release, isAdmin, (seen) =>
      listEditions(this.#sql, release, page, seen),
    );
  }

  /**
   * Listed releases, newest first: `limit`, or fewer where they are long. `next` is the `before` of the next
   * page; null on the last one.
   */
  async list(query: ListQuery, limit: number): Promise<ReleasesPage | UnknownFilter> {
    const unknown = this.#parts.registry.refuseUnknown(query.filter);
    if (unknown !== undefined) return unknown;
    const found = findReleases(this.#sql, query, limit + 1);
    const page = fittingPage(this.#sql, found.slice(0, limit));
    const releases = this.#parts.views.getByPublished(page);
    const next = found.length > page.length ? (page.at(-1) ?? null) : null;
    return { kind: "page", releases, next };
  }

  /** What a filter would have sent since an instant: how many releases, and the newest of them without their texts. */
  async matches(filter: Filter, from: Instant): Promise<Matches | UnknownFilter> {
    const unknown = this.#parts.registry.refuseUnknown(filter);
    if (unknown !== undefined) return unknown;
    const found = findReleases(this.#sql, { filter, from }, MATCHES_COUNTED_MAX + 1);
    const count = Math.min(found.length, MATCHES_COUNTED_MAX);
    const shown = this.#parts.views.getByPublished(found.slice(0, MATCHES_SHOWN_MAX));
    const releases = shown.map((release) => ({ ...release, content: { html: "", text: "" } }));
    return { kind: "matches", count, isMore: found.length > count, releases };
  }

  /** The values that most releases of any language have, by field. */
  async filterChoices(): Promise<Record<FacetField, string[]>> {
    const choices = this.#config.site.languages.map((lang) => filterChoices(this.#sql, lang));
    const fields = Object.keys(FACET_OF) as FacetField[];
    return Object.fromEntries(
      fields.map((field) => [field, [...new Set(choices.flatMap((each) => each[field]))]]),
    ) as Record<FacetField, string[]>;
  }

  /** The titles of those of these releases that are public. */
  async titles(ids: string[]): Promise<ReleaseTitle[]> {
    return readTitles(this.#sql, ids);
  }

  /** Releases under embargo, soonest first: `limit`, or fewer where they are long. */
  async listEmbargoed(after: EmbargoPlace | undefined, limit: number): Promise<ScheduledPage> {
    const { places, next } = listScheduled(this.#sql, after, limit);
    const { views } = this.#parts;
    return { releases: places.flatMap(([, id]) => views.getForAdmin(id) ?? []), next };
  }

  /** The states of all releases, by id; `after`: the last id of the page before. */
  async states(after: string): Promise<StatesPage> {
    return listStates(this.#sql, this.#config.site.baseUrl, after);
  }

  /**
   * The document at a path, for a request that KV cannot answer.
   *
   * @param client that requests it, with a limit of combinations; null: without
   */
  async document(path: string, client: string | null): Promise<FoundDocument> {
    const found = await this.#parts.projection.findDocument(path, client);
    if (found.kind === "found") await this.#scheduler.start();
    return found;
  }

  // Reading events.

  /** The events after a sequence. Without one there are none, but `next` says where to begin. */
  async events(
    query: EventQuery,
    after: number | undefined,
    limit: number,
  ): Promise<EventsPage | UnknownFilter> {
    return this.#parts.registry.refuseUnknown(query.filter) ?? this.#parts.readEvents(query, after, limit);
  }

  /** The same, but waits for the next event if there is none. */
  async follow(
    query: EventQuery,
    after: number | undefined,
    limit: number,
    poll: LongPoll,
  ): Promise<EventsPage | UnknownFilter | { kind: "full" }> {
    return (
      this.#parts.registry.refuseUnknown(query.filter) ??
      this.#parts.longPolls.follow(query, after, limit, poll)
    );
  }

  /** Ends a call of `follow` whose client has left. */
  async stopFollowing(follower: string): Promise<void> {
    this.#parts.longPolls.stop(follower);
  }

  /** The sequences of a span of time, both ends included: those after `after`, up to `to`. */
  async sequencesBetween(from: Instant, to: Instant | undefined): Promise<{ after: number; to: number }> {
    return sequencesBetween(this.#sql, from, to);
  }

  // Subscriptions, for the API.

  /**
   * Registers a subscription, before its Subscriber is created: events from now on belong to it. `dryRun`: validate
   * and answer, but change nothing.
   */
  async register(
    registration: Registration,
    isVerified: boolean,
    requester: subscriptions.Requester,
    dryRun = false,
  ): Promise<subscriptions.Registered | { kind: "invalid"; issues: RegistryIssue[] }> {
    const { registrations } = this.#parts;
    const registered = await registrations.register(registration, isVerified, requester, dryRun);
    if (isVerified && registered.kind === "registered" && !dryRun) await this.#scheduler.start();
    return registered;
  }

  /**
   * Registers a callback for a topic of the hub. `unknown`, `costly`, `full`: the topic cannot be had.
   *
   * @param dryRun validate and answer, but change nothing
   */
  async registerForHub(
    registration: Registration & { hub: HubTerms },
    requester: subscriptions.Requester,
    dryRun: boolean,
  ): Promise<HubRegistered> {
    const client = requester.isAdmin ? null : requester.client;
    const topic = await this.#parts.topics.lookUp(registration.hub.topic, client);
    await this.#scheduler.start(); // the topic may be requested for the first time
    if (topic.kind !== "known") return topic;
    return this.#parts.registrations.registerForHub(registration, topic.version, requester, dryRun);
  }

  /** Whether a subscription is registered. */
  async isRegistered(id: string): Promise<boolean> {
    return subscriptions.isRegistered(this.#sql, id);
  }

  /** Deletes a registration whose Subscriber was never created. */
  async removeNeverCreated(id: string): Promise<void> {
    subscriptions.removeNeverCreated(this.#sql, id, this.clock());
  }

  async unregister(id: string): Promise<void> {
    subscriptions.remove(this.#sql, id);
  }

  async subscriptions(query: SubscriptionQuery): Promise<{ data: Listed[]; next: Place | null }> {
    return listSubscriptions(this.#sql, query);
  }

  /** Why a subscription was not sent the events of a release. */
  async explain(id: string, release: string): Promise<ExplainedEvent[]> {
    return explain(this.#sql, id, release);
  }

  /** A page of the subscriptions that were sent a release, or should have been: {@link findRecipients}. */
  async recipients(
    release: string,
    after: string,
  ): Promise<{ recipients: Recipient[]; next: string | null }> {
    const deps = {
      sql: this.#sql,
      readLog: (id: string) => subscriber(this.env, id).releaseLog(release),
      readVersionLog: (id: string, sequence: number) => subscriber(this.env, id).versionLog(sequence),
      isInNewest: this.#parts.isInNewest,
    };
    const limit = Math.min(this.#config.subrequests - 1, RECIPIENTS_PER_CALL_MAX);
    return findRecipients(deps, release, after, limit);
  }

  // Subscriptions, for their Subscribers.

  /**
   * Stores a change of a subscription. `duplicate`: another verified one has this URL and filter.
   *
   * @param isAdmin whether the admin makes the change
   * @param dryRun validate and answer, but change nothing
   */
  async changeSubscription(
    registration: Registration,
    isAdmin: boolean,
    dryRun = false,
  ): Promise<{ kind: "amended" | "duplicate" } | { kind: "invalid"; issues: RegistryIssue[] }> {
    return this.#parts.registrations.change(registration, isAdmin, dryRun);
  }

  /**
   * Marks a subscription as verified; `isWaived`: the admin waives verification and limits. `duplicate`: another
   * verified one has its URL and filter.
   */
  async activate(id: string, isWaived: boolean): Promise<ReturnType<typeof subscriptions.activate>> {
    const activated = this.#parts.registrations.activate(id, isWaived);
    await this.#scheduler.start();
    return activated;
  }

  /**
   * Stores the state of a subscription for the list of subscriptions.
   *
   * @param sealingKey the id of the key that seals its secrets
   * @returns false if the subscription is not registered any more
   */
  async report(
    registration: Registration,
    report: subscriptions.SubscriptionReport,
    sealingKey: string,
  ): Promise<boolean> {
    const isRegistered = await this.#parts.registrations.saveReport(registration, report, sealingKey);
    if (registration.hub !== undefined && isRegistered) {
      this.#parts.topics.keep(registration.hub.topic);
      await this.#scheduler.start();
    }
    return isRegistered;
  }

  /** Some subscriptions whose secrets another key than the first one seals, by id. */
  async sealedWithOthers(after: string, limit: number): Promise<string[]> {
    return this.#parts.registrations.sealedWithOthers(after, limit);
  }

  /** The ids of active subscriptions to `operational` events. */
  async operationalSubscriptions(): Promise<string[]> {
    return subscriptions.listOperational(this.#sql);
  }

  /** The events that a replay sends, after one sequence up to another; `last`: how far this part goes. */
  async replayEvents(id: string, after: number, to: number): Promise<ReplayPart> {
    return replayEvents(this.#replaying(), id, after, to);
  }

  /** Which of these events a subscription does not ask for now. */
  async unwantedEvents(id: string, sequences: number[]): Promise<number[]> {
    return unwantedEvents(this.#sql, id, sequences);
  }

  /** The body of one event that a subscription was sent; `killed` if it must not be sent again. */
  async bodyFor(id: string, sequence: number): Promise<ReplayBody | undefined> {
    return replayBody(this.#replaying(), id, sequence);
  }

  #replaying(): Parameters<typeof replayBody>[0] {
    const { events, site } = this.#parts;
    return { sql: this.#sql, events, site: site.get() };
  }

  // Operations.

  /** Writes every document again, with the same bytes, after KV was lost. */
  async rebuild(): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      this.#parts.projection.forgetWrites();
      markAllStale(this.#sql);
    });
    await this.#scheduler.start();
  }

  /**
   * The last sequence, the number of stale targets, the number of waiting long polls, and whether SECRETS_KEY opens the
   * secrets of all subscriptions.
   */
  async health(): Promise<{ sequence: number; waiting: number; following: number; opensSecrets: boolean }> {
    const opensSecrets = await this.#parts.registrations.opensSecrets();
    const following = this.#parts.longPolls.count;
    const waiting = countStale(this.#sql, this.clock()) + this.#parts.combinations.countChanges();
    return { sequence: lastSequence(this.#sql), waiting, following, opensSecrets };
  }

  // Backup.

  /** Begins a backup in place of any other. */
  async beginBackup(id: string): Promise<void> {
    this.#snapshot().begin(id);
  }

  /** Some subscriptions of a backup, by id; null if it is not the present one. */
  async backupSubscribers(id: string, after: string, limit: number): Promise<string[] | null> {
    const snapshot = this.#snapshot();
    return snapshot.isPresent(id) ? snapshot.subscribers(after, limit) : null;
  }

  /**
   * A page of the ledger in a backup, after all Subscribers were read: a line of JSON, none for an empty table. Null if
   * the backup is not the present one.
   */
  async backupPage(
    id: string,
    place: RowsPlace | null,
  ): Promise<{ lines: string[]; next: RowsPlace | null } | null> {
    const snapshot = this.#snapshot();
    if (!snapshot.isPresent(id)) return null;
    const { rows, next } = snapshot.page(place);
    const { next: _next, ...line } = rows;
    return { lines: line.rows.length === 0 ? [] : [JSON.stringify(line)], next };
  }

  /** Ends a backup, whether or not all of it was read. */
  async endBackup(id: string): Promise<void> {
    if (this.#snapshot().isPresent(id)) this.#snapshot().end();
  }

  #snapshot(): Snapshot {
    return new Snapshot({ storage: this.ctx.storage, sql: this.#sql });
  }

  // Restore.

  /**
   * Begins the restore of a backup, or begins it again: from now on every other call is refused.
   *
   * @param calls of KV and of Subscribers that this call may make
   * @returns null if the service is not empty
   */
  async beginRestore(id: string, calls: number): Promise<RestorePhase | null> {
    if (this.#restore.begin(id) === undefined) return null;
    // What is being written must not arrive in KV after it was cleared.
    await this.#built.scheduler.waitUntilIdle();
    return this.clearForRestore(id, calls);
  }

  /** One more step of clearing; null if this restore is not in progress. */
  async clearForRestore(id: string, calls: number): Promise<RestorePhase | null> {
    if (this.#restore.phaseOf(id) !== undefined) await this.#restore.clear(calls);
    return this.#restore.phaseOf(id) ?? null;
  }

  /**
   * Takes rows of the ledger, and the ids of Subscribers before they take theirs.
   *
   * @returns `no-restore` if this restore does not take rows, or what is wrong with these
   */
  async restoreRows(id: string, tables: TableRows[], subscribers: string[]): Promise<string | null> {
    if (this.#restore.phaseOf(id) !== "rows") return "no-restore";
    try {
      for (const each of subscribers) this.#restore.noteSubscriber(each);
      this.#restore.take(tables);
      return null;
    } catch (error) {
      if (error instanceof RangeError) return error.message;
      throw error;
    }
  }

  /**
   * Opens the service when all rows have arrived, and lets its Subscribers begin to send, as many as `calls` allows.
   *
   * @returns `waiting`: Subscribers that are still held; `differing`: tables that lack rows, then nothing changed
   */
  async finishRestore(
    id: string,
    rows: Record<string, number>,
    calls: number,
  ): Promise<{ waiting: number; differing: string[] } | null> {
    const phase = this.#restore.phaseOf(id);
    if (phase === undefined || phase === "clearing") return null;
    if (phase === "rows") {
      const differing = this.#restore.open(rows);
      if (differing.length > 0) return { waiting: 0, differing };
      await this.#reopen();
    }
    return { waiting: await this.#restore.finish(calls), differing: [] };
  }

  /** Empties a service whose restore was cut off. @returns whether it is done; null if no restore is in progress */
  async discardRestore(calls: number): Promise<boolean | null> {
    if (!this.#restore.isClosed()) return null;
    const id = "discarded";
    if (this.#restore.phaseOf(id) === undefined) this.#restore.begin(id);
    await this.#restore.clear(calls);
    if (this.#restore.phaseOf(id) !== "rows") return false;
    this.#restore.end();
    await this.#reopen();
    return true;
  }

  /** The parts remember what the ledger held before. */
  async #reopen(): Promise<void> {
    this.#built = this.#build();
    await this.#open();
    markAllStale(this.#sql);
    await this.#scheduler.start();
  }

  /** Resolves when nothing that is due now is left to do. */
  async idle(): Promise<void> {
    await this.#scheduler.waitUntilIdle();
  }

  override async alarm(): Promise<void> {
    if (this.#restore.isClosed()) return;
    await this.#scheduler.onAlarm();
  }

  /** One log line for a piece of work, with its cost. */
  #log(message: string, fields: Record<string, unknown>): void {
    log("info", message, { ...fields, ...this.#meter.take() });
  }
}
