/**
 * What the Newsroom is made of, each piece with what it needs.
 */
import { HAND_OVER_TIMEOUT_MS } from "../limits.ts";
import { subscriber } from "../runtime/stubs.ts";
import type { Settings } from "../config.ts";
import { CatchingUp, Followers } from "./outbound/event-feed.ts";
import { Editions } from "./store/editions.ts";
import { Events } from "./store/events.ts";
import { FanOut } from "./outbound/fan-out.ts";
import { Ledger } from "./publish/ledger.ts";
import { ListDivision } from "./lists/archives.ts";
import type { Meter, Sql } from "./store/sql.ts";
import { Projection } from "./projection/projection.ts";
import { Publication } from "./publish/lifecycle.ts";
import { Refolding } from "./lists/reindex.ts";
import { RegistryStore } from "./store/registry.ts";
import { ReleaseFilings } from "./lists/release-index.ts";
import { ReleaseLists } from "./lists/lists.ts";
import { ReleaseRows } from "./store/releases.ts";
import { ReleaseViews } from "./store/release-views.ts";
import { Replay } from "./outbound/replay.ts";
import { StaleTargets } from "./store/stale-documents.ts";
import { Subscribers } from "./store/subscriptions.ts";
import { timely } from "../runtime/async.ts";

export interface NewsroomGround {
  storage: DurableObjectStorage;
  sql: Sql;
  meter: Meter;
  env: Env;
  settings: Settings;
  /** Milliseconds since 1970. */
  now: () => number;
}

export type NewsroomParts = ReturnType<typeof newsroomParts>;

export function newsroomParts({ storage, sql, meter, env, settings, now }: NewsroomGround) {
  const { site } = settings;
  const registry = new RegistryStore(sql);
  const rows = new ReleaseRows(sql);
  const views = new ReleaseViews(sql, site.baseUrl, () => registry.present());
  const events = new Events(sql, views);
  const catchingUp = new CatchingUp(events);
  const stale = new StaleTargets(sql);
  const division = new ListDivision(sql, stale, settings);
  const lists = new ReleaseLists(sql, division, stale, settings);
  const filings = new ReleaseFilings(sql);
  const publication = new Publication(sql, rows, views, filings, lists, stale, site.timeZone);
  const readable = { views, lists, division, registry, counts: () => filings.counts() };
  const subscribers = new Subscribers(sql);
  return {
    registry,
    rows,
    views,
    events,
    catchingUp,
    followers: new Followers(catchingUp),
    editions: new Editions(sql, site.baseUrl),
    stale,
    lists,
    ledger: new Ledger(storage, rows, publication, site, () => registry.present()),
    projection: new Projection({ sql, kv: env.DOCUMENTS, meter, ledger: readable, stale, settings }, now),
    refolding: new Refolding(storage, sql, filings, lists, now),
    subscribers,
    replay: new Replay(sql, events),
    fanOut: new FanOut({
      sql,
      events,
      handOver: (id, handed) => timely(subscriber(env, id).enqueue(handed), HAND_OVER_TIMEOUT_MS),
      isNone: (id) => subscribers.removeNeverMade(id, now()),
      now,
    }),
  };
}
