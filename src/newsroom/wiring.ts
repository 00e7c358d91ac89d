/**
 * What the Newsroom is made of, each piece with what it needs.
 */
import { HAND_OVER_TIMEOUT_MS } from "./limits.ts";
import { subscriber } from "../runtime/stubs.ts";
import type { Config } from "../config.ts";
import { EventFeed, LongPolls } from "./outbound/event-feed.ts";
import { Editions } from "./store/editions.ts";
import { Events } from "./store/events.ts";
import { FanOut } from "./outbound/fan-out.ts";
import { Ledger } from "./publish/ledger.ts";
import { ListArchives } from "./lists/archives.ts";
import type { Meter, Sql } from "../runtime/sql.ts";
import { Projection } from "./projection/projection.ts";
import { Lifecycle } from "./publish/lifecycle.ts";
import { Reindexing } from "./lists/reindex.ts";
import { RegistryStore } from "./store/registry.ts";
import { ReleaseIndex } from "./lists/release-index.ts";
import { Lists } from "./lists/lists.ts";
import { ReleaseRows } from "./store/releases.ts";
import { ReleaseViews } from "./store/release-views.ts";
import { Replay } from "./outbound/replay.ts";
import { StaleDocuments } from "./store/stale-documents.ts";
import { Subscriptions } from "./store/subscriptions.ts";
import { withTimeout } from "../runtime/async.ts";

export interface Deps {
  storage: DurableObjectStorage;
  sql: Sql;
  meter: Meter;
  env: Env;
  config: Config;
  /** Milliseconds since 1970. */
  now: () => number;
}

export type NewsroomParts = ReturnType<typeof newsroomParts>;

export function newsroomParts({ storage, sql, meter, env, config, now }: Deps) {
  const { site } = config;
  const registry = new RegistryStore(sql);
  const rows = new ReleaseRows(sql);
  const views = new ReleaseViews(sql, site.baseUrl, () => registry.present());
  const events = new Events(sql, views);
  const eventFeed = new EventFeed(events);
  const stale = new StaleDocuments(sql);
  const archives = new ListArchives(sql, stale, config);
  const lists = new Lists(sql, archives, stale, config);
  const releaseIndex = new ReleaseIndex(sql);
  const lifecycle = new Lifecycle(sql, rows, views, releaseIndex, lists, stale, site.timeZone);
  const readable = { views, lists, archives, registry, counts: () => releaseIndex.counts() };
  const subscriptionStore = new Subscriptions(sql);
  return {
    registry,
    rows,
    views,
    events,
    eventFeed,
    longPolls: new LongPolls(eventFeed),
    editions: new Editions(sql, site.baseUrl),
    stale,
    lists,
    ledger: new Ledger(storage, rows, lifecycle, site, () => registry.present()),
    projection: new Projection({ sql, kv: env.DOCUMENTS, meter, ledger: readable, stale, config }, now),
    reindexing: new Reindexing(storage, sql, releaseIndex, lists, now),
    subscriptionStore,
    replay: new Replay(sql, events),
    fanOut: new FanOut({
      sql,
      events,
      handOver: (id, handed) => withTimeout(subscriber(env, id).enqueue(handed), HAND_OVER_TIMEOUT_MS),
      removeIfNeverCreated: (id) => subscriptionStore.removeNeverCreated(id, now()),
      now,
    }),
  };
}
