/**
 * Gives the versions of feeds to the subscriptions of the WebSub hub, as the fan-out gives events to others. A version
 * is given once KV holds it, so that what is sent is what GET serves. Only the present version is given: those between
 * it and the one that a Subscriber has are left out.
 */
import { textOf } from "../../documents/kv-store.ts";
import { isCombination, type ReleaseList } from "../../domain/list.ts";
import { placeOfTopic } from "../../domain/hub.ts";
import { backoffMs } from "../../runtime/async.ts";
import { OWN_RETRY_MS } from "../../runtime/limits.ts";
import { log } from "../../runtime/log.ts";
import type { Sql } from "../../runtime/sql.ts";
import { COMBINATION_TOPICS_MAX, TOPICS_IN_MEMORY_MAX } from "../limits.ts";
import { toInstant } from "../store/schema.ts";
import {
  countCombinationTopics,
  endLag,
  isFollowed,
  isSameVersion,
  isVersionSince,
  lastLeaseMs,
  noteRemoval,
  noteVersion,
  postponeLag,
  setVersion,
  writtenEtag,
} from "../store/topics.ts";

/** One version of a feed, as KV holds it. `version` is its ETag. */
export interface TopicVersion {
  version: string;
  body: string;
}

/** A subscription of the hub that lags. */
export interface LaggingSubscriber {
  id: string;
  topic: string;
  topic_version: string;
  cursor: number;
  failures: number;
}

/** What a document of the projection says about a feed. `missing`: there is no such feed, or none any more. */
export type FoundFeed = { kind: "missing" } | { kind: "found"; etag: string; body: Uint8Array };

export type KnownTopic =
  /** `version`: the one that a reader surely had when the request arrived; '': an older one. */
  { kind: "known"; version: string } | { kind: "unknown" } | { kind: "costly" } | { kind: "full" };

interface TopicsDeps {
  sql: Sql;
  languages: readonly string[];
  /** Milliseconds for which GET may still serve an older version than KV was given. */
  visibleMs: number;
  /** The feed at a path, rendered from the ledger; keeps its list, for a client with a limit of combinations. */
  render: (topic: string, client: string | null) => Promise<FoundFeed>;
  isCostly: (list: ReleaseList) => boolean;
  /** Keeps a combination until a time in milliseconds. */
  keepList: (list: ReleaseList, untilMs: number) => void;
  /** Gives a version to a Subscriber. Takes bounded time. @returns false if it was never created */
  give: (subscription: string, version: TopicVersion) => Promise<boolean>;
  /** Has a Subscriber tell its endpoint that the subscription has ended. */
  deny: (subscription: string, reason: string) => Promise<void>;
  removeNeverCreated: (subscription: string) => void;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** What a subscriber learns whose topic has ended. */
const END_REASONS = {
  missing: "this site has no such feed any more",
  costly: "this hub does not follow searches that read so many texts any more",
} as const;

export class Topics {
  readonly #deps: TopicsDeps;
  /** The feeds that were written or given last, with their ETags. */
  readonly #bodies = new Map<string, { etag: string; body: string }>();
  /** When KV was given another version of a feed in place of one, in milliseconds since 1970; oldest first. */
  readonly #writtenMs = new Map<string, number>();

  constructor(deps: TopicsDeps) {
    this.#deps = deps;
  }

  /**
   * What a new subscription has of a topic. A version that is so young that GET may still serve the one before counts
   * as missing.
   */
  async lookUp(topic: string, client: string | null): Promise<KnownTopic> {
    const { sql, languages, render, isCostly, visibleMs, now } = this.#deps;
    const list = placeOfTopic(topic, languages)?.list;
    const feed = list && (await render(topic, client));
    if (list === undefined || feed?.kind !== "found") return { kind: "unknown" };
    if (isCostly(list)) return { kind: "costly" };
    // A topic that has subscriptions takes no further place: they can be renewed, and others can join them.
    const isFurther = isCombination(list) && !isFollowed(sql, topic);
    if (isFurther && countCombinationTopics(sql) >= COMBINATION_TOPICS_MAX) return { kind: "full" };
    const version = writtenEtag(sql, topic) ?? feed.etag;
    const sinceMs = now() - visibleMs;
    // Under load KV gets a version long after its latest event.
    const isYoung =
      (this.#writtenMs.get(topic) ?? 0) >= sinceMs || isVersionSince(sql, version, toInstant(sinceMs));
    return { kind: "known", version: isYoung ? "" : version };
  }

  /**
   * KV holds this feed now. The caller records that in the same transaction.
   *
   * @param before the ETag that it had in KV; '' if it was not there
   */
  onWritten(path: string, etag: string, before: string, body: string): void {
    const { sql, now } = this.#deps;
    if (before !== "" && !isSameVersion(sql, before, etag)) this.#noteWrite(path, now());
    if (noteVersion(sql, path, etag, now())) this.#remember(path, { etag, body });
  }

  #noteWrite(path: string, nowMs: number): void {
    this.#writtenMs.delete(path);
    this.#writtenMs.set(path, nowMs);
    for (const [other, ms] of this.#writtenMs) {
      if (ms >= nowMs - this.#deps.visibleMs) break;
      this.#writtenMs.delete(other);
    }
  }

  /** KV holds this feed no longer. */
  onRemoved(path: string): void {
    noteRemoval(this.#deps.sql, path, this.#deps.now());
  }

  /** Keeps the list of a topic as long as it has subscriptions. */
  keep(topic: string): void {
    const { sql, languages, keepList } = this.#deps;
    const list = placeOfTopic(topic, languages)?.list;
    const untilMs = lastLeaseMs(sql, topic);
    if (list !== undefined && untilMs !== undefined && isCombination(list)) keepList(list, untilMs);
  }

  /** Gives a Subscriber the present version of its topic, unless it has it. */
  async catchUp(subscription: LaggingSubscriber): Promise<void> {
    const { sql, now } = this.#deps;
    const { id, cursor, failures } = subscription;
    try {
      const isDone = await this.#give(subscription);
      if (isDone) endLag(sql, id, cursor);
      // It will be due as soon as KV holds the feed.
      else postponeLag(sql, { id, cursor, failures }, now() + OWN_RETRY_MS);
    } catch (error) {
      log("error", "fan-out failed", { subscription: id, error: String(error) });
      postponeLag(sql, { id, cursor, failures: failures + 1 }, now() + backoffMs(failures));
    }
  }

  /** @returns false if it must wait */
  async #give({ id, topic, topic_version }: LaggingSubscriber): Promise<boolean> {
    const { sql, give, deny, removeNeverCreated } = this.#deps;
    const present = await this.#present(topic);
    if (present === "not-written") return false;
    if (present === "missing" || present === "costly") {
      await deny(id, END_REASONS[present]);
      return true;
    }
    if (isSameVersion(sql, topic_version, present.version)) return true;
    if (!(await give(id, present))) {
      removeNeverCreated(id);
      return false;
    }
    setVersion(sql, id, present.version);
    return true;
  }

  async #present(topic: string): Promise<TopicVersion | "not-written" | keyof typeof END_REASONS> {
    const { sql, languages, render, isCostly } = this.#deps;
    const known = this.#bodies.get(topic);
    if (known !== undefined && known.etag === writtenEtag(sql, topic)) return toVersion(known);
    const feed = await render(topic, null);
    this.keep(topic);
    const list = placeOfTopic(topic, languages)?.list;
    if (feed.kind === "missing" || list === undefined) return "missing";
    // Its changes are not rendered any more, so its subscriber would wait for them in vain.
    if (isCostly(list)) return "costly";
    if (feed.etag !== writtenEtag(sql, topic)) return "not-written";
    const written = { etag: feed.etag, body: textOf(feed) };
    this.#remember(topic, written);
    return toVersion(written);
  }

  #remember(topic: string, feed: { etag: string; body: string }): void {
    this.#bodies.delete(topic);
    this.#bodies.set(topic, feed);
    const [oldest] = this.#bodies.keys();
    if (this.#bodies.size > TOPICS_IN_MEMORY_MAX && oldest !== undefined) this.#bodies.delete(oldest);
  }
}

function toVersion({ etag, body }: { etag: string; body: string }): TopicVersion {
  return { version: etag, body };
}
