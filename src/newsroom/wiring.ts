/**
 * Builds the parts of the Newsroom, each with what it needs.
 */
import type { Config } from "../config.ts";
import { placeOfTopic } from "../domain/hub.ts";
import { boundsOfList } from "../domain/list.ts";
import { isThisMachine } from "../domain/target-url.ts";
import { withTimeout } from "../runtime/async.ts";
import type { Meter, Sql } from "../runtime/sql.ts";
import { subscriber } from "../runtime/stubs.ts";
import { ENQUEUE_TIMEOUT_MS, LOCAL_VERSION_VISIBLE_MS, VERSION_VISIBLE_MS } from "./limits.ts";
import { ListArchives } from "./lists/archives.ts";
import { Combinations } from "./lists/combinations.ts";
import { Lists } from "./lists/lists.ts";
import { Reindexing } from "./lists/reindex.ts";
import { type EventQuery, readPage } from "./outbound/event-feed.ts";
import { countRecipients } from "./outbound/count-recipients.ts";
import { FanOut } from "./outbound/fan-out.ts";
import { INDEX_NOW_URL, IndexNow } from "./outbound/index-now.ts";
import { LongPolls } from "./outbound/long-polls.ts";
import { type FoundFeed, Topics } from "./outbound/topics.ts";
import { Registrations } from "./outbound/registrations.ts";
import { type FoundDocument, Projection } from "./projection/projection.ts";
import { Ledger } from "./publish/ledger.ts";
import { Lifecycle } from "./publish/lifecycle.ts";
import { EventReader } from "./store/events.ts";
import { findRelease } from "./store/releases.ts";
import { RegistryStore } from "./store/registry.ts";
import { SiteStore } from "./store/site.ts";
import { ReleaseViews } from "./store/release-views.ts";
import * as subscriptions from "./store/subscriptions.ts";

export interface Deps {
  storage: DurableObjectStorage;
  sql: Sql;
  meter: Meter;
  env: Env;
  config: Config;
  /** Milliseconds since 1970. */
  now: () => number;
}

export type NewsroomParts = ReturnType<typeof buildParts>;

export function buildParts({ storage, sql, meter, env, config, now }: Deps) {
  const { site } = config;
  const store = new RegistryStore(sql);
  const registry = () => store.get();
  const siteStore = new SiteStore(sql, site);
  const views = new ReleaseViews({ sql, baseUrl: site.baseUrl, registry });
  const events = new EventReader({ sql, views });
  const readEvents = (query: EventQuery, after: number | undefined, limit: number) =>
    readPage({ sql, events }, query, after, limit);
  const archives = new ListArchives({ sql, config });
  const lists = new Lists({ sql, archives, config });
  const { timeZone } = site;
  const combinations = new Combinations({ storage, sql, lists, archives, timeZone, now });
  const lifecycle = new Lifecycle({
    sql,
    lists,
    combinations,
    timeZone,
    tellsSearchEngines: config.indexNowKey !== undefined,
  });
  const topics: Topics = new Topics({
    sql,
    languages: site.languages,
    visibleMs: isThisMachine(new URL(site.baseUrl).hostname) ? LOCAL_VERSION_VISIBLE_MS : VERSION_VISIBLE_MS,
    render: async (topic, client) => toFeed(await projection.findDocument(topic, client), now()),
    isCostly: (list) => combinations.isCostly(list),
    keepList: (list, untilMs) => combinations.keepUntil(list, untilMs),
    give: (id, version) => withTimeout(subscriber(env, id).enqueueVersion(version), ENQUEUE_TIMEOUT_MS),
    deny: (id, reason) => withTimeout(subscriber(env, id).deny(reason), ENQUEUE_TIMEOUT_MS),
    removeNeverCreated: (id) => subscriptions.removeNeverCreated(sql, id, now()),
    now,
  });
  const source = { sql, views, lists, archives, registry: store, site: siteStore, config, now };
  const projection = new Projection({
    ...source,
    combinations,
    kv: env.DOCUMENTS,
    meter,
    onFeedWritten: (path, etag, before, body) => topics.onWritten(path, etag, before, body),
    onRemoved: (path) => topics.onRemoved(path),
  });
  return {
    registry: store,
    site: siteStore,
    views,
    events,
    lists,
    combinations,
    readEvents,
    longPolls: new LongPolls(readEvents),
    ledger: new Ledger({
      storage,
      sql,
      lifecycle,
      site: () => siteStore.get(),
      registry,
      countRecipients: (sequence) => countRecipients(sql, sequence),
    }),
    projection,
    topics,
    /** Whether the newest document of a feed covers the instant of a release, and no archive does. */
    isInNewest: (topic: string, release: string): boolean => {
      const list = placeOfTopic(topic, site.languages)?.list;
      const published = findRelease(sql, release)?.published ?? null;
      if (list === undefined || published === null) return false;
      const { from = -Infinity, to = Infinity } = boundsOfList(list, timeZone);
      return published >= from && published <= to && archives.archiveAt(list, published) === undefined;
    },
    reindexing: new Reindexing({ storage, sql, combinations, now }),
    registrations: new Registrations({
      storage,
      sql,
      registry: store,
      config,
      secretsKey: env.SECRETS_KEY,
      now,
    }),
    indexNow: new IndexNow({
      sql,
      baseUrl: site.baseUrl,
      key: config.indexNowKey,
      endpoint: INDEX_NOW_URL,
      now,
    }),
    fanOut: new FanOut({
      sql,
      events,
      site: () => siteStore.get(),
      enqueue: (id, batch) => withTimeout(subscriber(env, id).enqueue(batch), ENQUEUE_TIMEOUT_MS),
      catchUpWithTopic: (subscription) => topics.catchUp(subscription),
      removeNeverCreated: (id) => subscriptions.removeNeverCreated(sql, id, now()),
      now,
    }),
  };
}

/** A document as a feed that the hub can give. A retired one has an end, after which it is gone. */
function toFeed(found: FoundDocument, nowMs: number): FoundFeed {
  if (found.kind === "missing") return { kind: "missing" };
  const { status, goneFrom = Infinity, etag, body } = found.document;
  return status !== undefined || goneFrom * 1000 <= nowMs
    ? { kind: "missing" }
    : { kind: "found", etag, body };
}
