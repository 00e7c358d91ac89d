/**
 * Combinations: lists that clients make up from filters. Each is kept for a while from its first request.
 *
 * Strangers choose how many combinations there are and what they search, so a publish never waits for them:
 * its transaction only queues the change. Steps afterwards apply the change to each combination, and have
 * its documents rendered at a limited rate.
 */
import { endOfNetwork, networksOf } from "../../domain/client-network.ts";
import type { Instant } from "../../domain/dates.ts";
import { matches } from "../../domain/filter.ts";
import { boundsOfList, listAddress, type ReleaseList } from "../../domain/list.ts";
import { backoffMs } from "../../runtime/async.ts";
import type { Budget } from "../../runtime/bounded-work.ts";
import { log } from "../../runtime/log.ts";
import { all, column, exists, first, type Sql, value } from "../../runtime/sql.ts";
import {
  COMBINATION_BURST,
  COMBINATION_COST_MAX,
  COMBINATION_INTERVAL_MS,
  COMBINATIONS_PER_CLIENT_MAX,
  COMBINATIONS_PER_STEP,
  COSTLY_KEPT_MS,
  KV_EXPIRATION_MIN_MS,
  LISTS_DROPPED_MAX,
  LISTS_KEPT_MAX,
  LISTS_PER_DROP,
  LISTS_REMEMBERED_MAX,
  LIST_KEPT_FIRST_MS,
  LIST_KEPT_MS,
} from "../limits.ts";
import { type IndexedRelease, readIndexed } from "../store/index-terms.ts";
import { toInstant } from "../store/schema.ts";
import {
  dueMsOf,
  forgetListDocuments,
  forgetListWrites,
  markArchivesStale,
  markListStale,
  markStale,
  type Target,
} from "../store/stale-documents.ts";
import { hasSubscriptions } from "../store/topics.ts";
import type { ListArchives } from "./archives.ts";
import type { Lists } from "./lists.ts";

interface CombinationsDeps {
  storage: Pick<DurableObjectStorage, "transactionSync">;
  sql: Sql;
  lists: Lists;
  archives: ListArchives;
  timeZone: string;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** A row of `combination_changes`: a release, with the edition that lists showed and the one that they show now. */
type ChangeRow = {
  id: number;
  release: string;
  before: number | null;
  after: number | null;
  position: string;
  failures: number;
};

export class Combinations {
  readonly #deps: CombinationsDeps;
  readonly #sql: Sql;
  /** When the rendering that was queued last is due; milliseconds since 1970. */
  #pacedMs = 0;
  /** New combinations until expired ones are dropped again. */
  #untilDrop = 0;

  constructor(deps: CombinationsDeps) {
    this.#deps = deps;
    this.#sql = deps.sql;
  }

  /**
   * Keeps a combination that was requested. A client that makes up many displaces those of its own networks
   * that were requested least.
   *
   * @param client as `clientOf` of http gives it; null: a client without limits
   */
  retain(list: ReleaseList, client: string | null): void {
    const { lists, archives, now } = this.#deps;
    const nowMs = now();
    const address = listAddress(list);
    const row = first<{ uses: number; kept_until_ms: number }>(
      this.#sql,
      "SELECT uses, kept_until_ms FROM lists WHERE address = ?",
      address,
    );
    if (row !== undefined && row.kept_until_ms > nowMs) return;
    this.#dropExpired(nowMs);
    this.#makeRoom(client, nowMs);
    const uses = (row?.uses ?? 0) + 1;
    // KV drops the documents at the same time, so the next request comes here again.
    const keptUntilMs = nowMs + (uses === 1 ? LIST_KEPT_FIRST_MS : LIST_KEPT_MS);
    lists.keep(list, { uses, keptUntilMs, client }, nowMs);
    if (archives.costOfNewest(list) <= COMBINATION_COST_MAX) return;
    // Rendered again only when it is requested again, a minute later.
    this.#sql.exec(
      "UPDATE lists SET kept_until_ms = ?, is_costly = 1 WHERE address = ?",
      nowMs + COSTLY_KEPT_MS,
      address,
    );
  }

  /** Whether changes do not render a combination, because its search reads too much. */
  isCostly(list: ReleaseList): boolean {
    const query = "SELECT 1 FROM lists WHERE address = ? AND is_costly = 1";
    return exists(this.#sql, query, listAddress(list));
  }

  /** Keeps a combination for longer, if it is kept. Its documents are written again, with the new time. */
  keepUntil(list: ReleaseList, untilMs: number): void {
    const address = listAddress(list);
    const extended = all(
      this.#sql,
      `UPDATE lists SET kept_until_ms = ?1
       WHERE address = ?2 AND kept_until_ms > ?3 AND kept_until_ms < ?1 AND is_costly = 0 RETURNING address`,
      untilMs,
      address,
      this.#deps.now(),
    );
    if (extended.length === 0) return;
    forgetListWrites(this.#sql, address);
    markListStale(this.#sql, address);
  }

  /**
   * Queues a change of a release. The caller holds the transaction.
   *
   * @param before the edition that lists showed; null if they did not show the release
   * @param after the edition that they show now
   */
  queueChange(release: string, before: number | null, after: number | null): void {
    const isAnyKept = exists(
      this.#sql,
      "SELECT 1 FROM lists WHERE kept_until_ms > ? AND is_costly = 0 LIMIT 1",
      this.#deps.now(),
    );
    if (!isAnyKept) return;
    // Extends the last queued change that no step has applied yet. It must leave out no edition: a combination may have been
    // rendered with that edition meanwhile, and must lose it.
    const joined = all(
      this.#sql,
      `UPDATE combination_changes SET after = ?1
       WHERE id = (SELECT max(id) FROM combination_changes WHERE release = ?2)
         AND position = '' AND after IS ?3 AND (after IS NULL OR after IS before OR after IS ?1)
       RETURNING id`,
      after,
      release,
      before,
    );
    if (joined.length > 0) return;
    // It waits with the earlier changes of its release: they are applied in order.
    this.#sql.exec(
      `INSERT INTO combination_changes (release, before, after, due_ms) VALUES (?1, ?2, ?3,
         (SELECT ifnull(max(due_ms), 0) FROM combination_changes WHERE release = ?1))`,
      release,
      before,
      after,
    );
  }

  /** How many changes wait. */
  countChanges(): number {
    return value(this.#sql, "SELECT count(*) FROM combination_changes");
  }

  /** When the next change is due, in milliseconds since 1970; 0: now. */
  nextDueMs(): number | undefined {
    if (exists(this.#sql, "SELECT 1 FROM combination_changes WHERE due_ms = 0 LIMIT 1")) return 0;
    return value<number | null>(this.#sql, "SELECT min(due_ms) FROM combination_changes") ?? undefined;
  }

  /** Applies one change to some combinations; counts as a call. @returns whether there was anything to do */
  step(budget: Budget): boolean {
    const change = first<ChangeRow>(
      this.#sql,
      "SELECT * FROM combination_changes WHERE due_ms <= ? ORDER BY id LIMIT 1",
      this.#deps.now(),
    );
    if (change === undefined) return false;
    budget.spend(1);
    try {
      this.#deps.storage.transactionSync(() => this.#apply(change));
    } catch (error) {
      // The changes of other releases go on.
      const { release, id, failures } = change;
      log("error", "combinations not updated", { release, error: String(error) });
      const dueMs = this.#deps.now() + backoffMs(failures);
      this.#sql.exec("UPDATE combination_changes SET due_ms = ? WHERE release = ?", dueMs, release);
      this.#sql.exec("UPDATE combination_changes SET failures = failures + 1 WHERE id = ?", id);
    }
    return true;
  }

  /** Ends all combinations, or those that search: their releases may be others now. The next request keeps them again. */
  endAll(which: "all" | "searches"): void {
    const nowMs = this.#deps.now();
    for (const address of this.#addresses("kept_until_ms > ?", nowMs)) {
      const filter = this.#deps.lists.parse(address)?.filter;
      if (which === "searches" && (filter?.q ?? filter?.not?.q) === undefined) continue;
      this.#sql.exec("UPDATE lists SET kept_until_ms = ? WHERE address = ?", nowMs, address);
      markListStale(this.#sql, address); // rendering removes its documents
    }
  }

  #apply({ id, release, before, after, position }: ChangeRow): void {
    const [earlier, present] = [before, after].map((edition) =>
      edition === null ? undefined : readIndexed(this.#sql, { release, edition }),
    );
    const addresses = this.#addresses(
      "kept_until_ms > ? AND is_costly = 0 AND address > ? ORDER BY address LIMIT ?",
      this.#deps.now(),
      position,
      COMBINATIONS_PER_STEP,
    );
    for (const address of addresses) this.#update(address, earlier, present);
    const last = addresses.at(-1);
    if (addresses.length < COMBINATIONS_PER_STEP || last === undefined) {
      this.#sql.exec("DELETE FROM combination_changes WHERE id = ?", id);
    } else this.#sql.exec("UPDATE combination_changes SET position = ? WHERE id = ?", last, id);
  }

  #update(address: string, before: IndexedRelease | undefined, after: IndexedRelease | undefined): void {
    const { lists, archives } = this.#deps;
    const list = lists.parse(address);
    if (list === undefined) return;
    const isHeld = after !== undefined && this.#holds(list, after);
    const wasHeld = before !== undefined && this.#holds(list, before);
    if (isHeld) {
      archives.splitIfFull(list, address, after.published);
      lists.removeTombstone(address, after.id);
    }
    if (wasHeld && !isHeld) {
      lists.addTombstone(address, before.id, after === undefined ? null : toInstant(this.#deps.now()));
    }
    const held = isHeld ? after : wasHeld ? before : undefined;
    if (held !== undefined) this.#markStale(list, address, held.published);
  }

  #holds(list: ReleaseList, release: IndexedRelease): boolean {
    const { from = -Infinity, to = Infinity } = boundsOfList(list, this.#deps.timeZone);
    return release.published >= from && release.published <= to && matches(list.filter, release);
  }

  /** Queues the newest document, and the archive that holds an instant, at a limited rate. */
  #markStale(list: ReleaseList, address: string, published: Instant): void {
    const newest: Target = { kind: "list", address };
    // A document that waits already is rendered once for all its changes, so it keeps its time.
    const dueMs = dueMsOf(this.#sql, newest) ?? this.#nextDueMs();
    markStale(this.#sql, [newest], dueMs);
    const archive = this.#deps.archives.archiveAt(list, published);
    if (archive !== undefined) markArchivesStale(this.#sql, address, [archive], dueMs);
  }

  /** Combinations come after everything else: a burst at once, then one each interval. */
  #nextDueMs(): number {
    const nowMs = this.#deps.now();
    const earliestMs = nowMs - COMBINATION_BURST * COMBINATION_INTERVAL_MS;
    this.#pacedMs = Math.max(this.#pacedMs, earliestMs) + COMBINATION_INTERVAL_MS;
    return Math.max(this.#pacedMs, nowMs);
  }

  /** Drops the combinations that were requested least, of the client's networks and of all, so that one more can be kept. */
  #makeRoom(client: string | null, nowMs: number): void {
    const networks = client === null ? [] : networksOf(client);
    const ofNetworks = networks.flatMap((network, level) =>
      this.#addresses(
        `kept_until_ms > ? AND client >= ? AND client < ?
         ORDER BY is_costly, uses DESC, asked_ms DESC LIMIT -1 OFFSET ?`,
        nowMs,
        network,
        endOfNetwork(network),
        (COMBINATIONS_PER_CLIENT_MAX[level] ?? Infinity) - 1,
      ),
    );
    const ofAll = this.#addresses(
      "kept_until_ms > ? ORDER BY is_costly, uses DESC, asked_ms DESC LIMIT -1 OFFSET ?",
      nowMs,
      LISTS_KEPT_MAX - 1,
    );
    for (const address of new Set([...ofNetworks, ...ofAll])) {
      const list = this.#deps.lists.parse(address);
      if (list !== undefined && hasSubscriptions(this.#sql, list)) continue;
      this.#deps.lists.forget(address);
      markListStale(this.#sql, address); // rendering removes its documents
    }
  }

  /** Drops the combinations that expired first, of which KV holds nothing; a bounded number at a time. */
  #dropExpired(nowMs: number): void {
    // Finding them reads many rows.
    this.#untilDrop -= 1;
    if (this.#untilDrop > 0) return;
    this.#untilDrop = LISTS_PER_DROP;
    const expired = this.#addresses(
      "kept_until_ms < ? ORDER BY kept_until_ms DESC LIMIT ? OFFSET ?",
      nowMs - KV_EXPIRATION_MIN_MS,
      LISTS_DROPPED_MAX,
      LISTS_REMEMBERED_MAX,
    );
    for (const address of expired) {
      this.#deps.lists.forget(address);
      forgetListDocuments(this.#sql, address);
    }
  }

  #addresses(where: string, ...values: (string | number)[]): string[] {
    return column(this.#sql, `SELECT address FROM lists WHERE ${where}`, ...values);
  }
}
