/**
 * How many subscriptions there may be: those that wait for verification, and those that were verified. The
 * admin has no limits, and uses up nobody's: rows without a client do not count.
 */
import { endOfNetwork, networksOf, widestNetworkOf } from "../../domain/client-network.ts";
import { PAYLOAD_FORMATS } from "../../domain/subscription.ts";
import { all, type Sql, value } from "../../runtime/sql.ts";
import { FORMATS } from "../../webhooks/payload.ts";
import {
  PENDING_MAX,
  PENDING_PER_HOST_MAX,
  PENDING_PER_NETWORK_MAX,
  PENDING_RESERVED,
  VERIFIED_MAX,
  VERIFIED_PER_DOMAIN_MAX,
  VERIFIED_PER_HOST_MAX,
  VERIFIED_PER_NETWORK_MAX,
} from "../limits.ts";

/** Where a subscription comes from and where its events go. `client` is null for this machine and the admin. */
export interface SubscriptionOrigin {
  client: string | null;
  host: string;
  domain: string;
}

/** Which limit is reached. */
export type LimitHolder = "client" | "host" | "domain" | "service";

/** Limits of verified subscriptions for single hosts, set by the admin (HOST_LIMITS). */
export type HostLimits = ReadonlyMap<string, number>;

/**
 * Makes room for one more pending subscription. Where a host or the service is full, it deletes the oldest subscription
 * whose verification has failed: a client that floods must not keep others out for a day. If nothing can make room,
 * it deletes nothing.
 *
 * @returns the limit that is reached; undefined if there is room
 */
export function makePendingRoom(
  sql: Sql,
  { client, host, domain }: SubscriptionOrigin,
): LimitHolder | undefined {
  const networks = client === null ? [] : networksOf(client);
  const isFull = networks.some(
    (network, level) => countPendingOfNetwork(sql, network) >= (PENDING_PER_NETWORK_MAX[level] ?? 0),
  );
  if (isFull) return "client";
  if (countPendingAtHost(sql, domain, host) >= PENDING_PER_HOST_MAX) {
    // The deleted one frees a place of the service too, so the limit of the service needs no check.
    return deleteOldestFailedAtHost(sql, domain, host) ? undefined : "host";
  }
  const pending = value<number>(
    sql,
    "SELECT count(*) FROM subscriptions WHERE status = 'pending' AND client IS NOT NULL",
  );
  if (pending < PENDING_MAX - PENDING_RESERVED || deleteOldestFailed(sql)) return undefined;
  // The last places are for networks that have none.
  const isNew = client !== null && countPendingOfNetwork(sql, widestNetworkOf(client)) === 0;
  return isNew && pending < PENDING_MAX ? undefined : "service";
}

/**
 * Whether one more subscription may be verified. Those at a host with a limit of its own count for that host
 * alone: the admin has agreed to them.
 *
 * @param except the subscription itself, which may be counted already
 */
export function findReachedLimit(
  sql: Sql,
  { client, host, domain }: SubscriptionOrigin,
  limits: HostLimits,
  except: string,
): LimitHolder | undefined {
  if (client === null) return undefined;
  const own = limits.get(host);
  if (countVerifiedAtHost(sql, domain, host, except) >= (own ?? VERIFIED_PER_HOST_MAX)) return "host";
  if (own !== undefined) return undefined;
  const uncounted = JSON.stringify([...limits.keys()]);
  const ofDomain = value<number>(
    sql,
    `SELECT count(*) FROM subscriptions WHERE domain = ? AND client IS NOT NULL AND active = 1 AND proved = 1
       AND id <> ? AND host NOT IN (SELECT value FROM json_each(?))`,
    domain,
    except,
    uncounted,
  );
  if (ofDomain >= VERIFIED_PER_DOMAIN_MAX) return "domain";
  const isFull = networksOf(client).some(
    (network, level) =>
      countVerifiedOfNetwork(sql, network, except, uncounted) >= (VERIFIED_PER_NETWORK_MAX[level] ?? 0),
  );
  if (isFull) return "client";
  return countVerifiedInAll(sql, except, uncounted) >= VERIFIED_MAX ? "service" : undefined;
}

/**
 * Makes room for a subscription that is active from the beginning. Where a host, a domain or the service is full, it
 * deletes the oldest chat there that is disabled and whose last attempts had no success: a stranger may have made up
 * its URL.
 *
 * @returns the limit that is reached; undefined if there is room
 */
export function makeVerifiedRoom(
  sql: Sql,
  origin: SubscriptionOrigin,
  limits: HostLimits,
  id: string,
): LimitHolder | undefined {
  const reached = findReachedLimit(sql, origin, limits, id);
  if (reached === undefined || reached === "client") return reached;
  return deleteOldestDeadChat(sql, origin, reached) ? findReachedLimit(sql, origin, limits, id) : reached;
}

function countPendingOfNetwork(sql: Sql, network: string): number {
  return value(
    sql,
    "SELECT count(*) FROM subscriptions WHERE client >= ? AND client < ? AND status = 'pending'",
    network,
    endOfNetwork(network),
  );
}

/**
 * Those that were never verified. One that was, and changed its URL, takes up no place at the new host: its owner could
 * otherwise keep others out of any host.
 */
function countPendingAtHost(sql: Sql, domain: string, host: string): number {
  return value(
    sql,
    "SELECT count(*) FROM subscriptions WHERE domain = ? AND host = ? AND client IS NOT NULL AND status = 'pending' AND active = 0",
    domain,
    host,
  );
}

/** Those that are verified at this host, not at an earlier URL. */
function countVerifiedAtHost(sql: Sql, domain: string, host: string, except: string): number {
  return value(
    sql,
    "SELECT count(*) FROM subscriptions WHERE domain = ? AND host = ? AND client IS NOT NULL AND active = 1 AND proved = 1 AND id <> ?",
    domain,
    host,
    except,
  );
}

/**
 * Those that were verified, wherever they moved since.
 *
 * @param uncounted hosts with a limit of their own, as JSON: one that is verified there does not count
 */
function countVerifiedOfNetwork(sql: Sql, network: string, except: string, uncounted: string): number {
  return value(
    sql,
    `SELECT count(*) FROM subscriptions WHERE client >= ? AND client < ? AND active = 1 AND id <> ?
       AND NOT (proved = 1 AND host IN (SELECT value FROM json_each(?)))`,
    network,
    endOfNetwork(network),
    except,
    uncounted,
  );
}

/** Those of all networks, counted in the same way. */
function countVerifiedInAll(sql: Sql, except: string, uncounted: string): number {
  return value(
    sql,
    `SELECT count(*) FROM subscriptions WHERE client IS NOT NULL AND active = 1 AND id <> ?
       AND NOT (proved = 1 AND host IN (SELECT value FROM json_each(?)))`,
    except,
    uncounted,
  );
}

/**
 * Deletes the oldest pending subscription whose verification failed. Its Subscriber learns that by its next report.
 *
 * @returns whether there was one
 */
function deleteOldestFailed(sql: Sql): boolean {
  const query = `DELETE FROM subscriptions WHERE id = (
    SELECT id FROM subscriptions
    WHERE client IS NOT NULL AND status = 'pending' AND active = 0 AND failing_ms IS NOT NULL
    ORDER BY created_ms LIMIT 1) RETURNING id`;
  return all(sql, query).length > 0;
}

/** Formats whose endpoints need no proof. */
const UNPROVED_FORMATS = JSON.stringify(
  PAYLOAD_FORMATS.filter((format) => !FORMATS[format].needsVerification),
);

function deleteOldestDeadChat(
  sql: Sql,
  { host, domain }: SubscriptionOrigin,
  full: Exclude<LimitHolder, "client">,
): boolean {
  const query = `DELETE FROM subscriptions WHERE id = (
    SELECT id FROM subscriptions
    WHERE client IS NOT NULL AND status = 'disabled' AND active = 1
      AND format IN (SELECT value FROM json_each(?1)) AND json_extract(health, '$.lastSuccess') IS NULL
      AND (?2 = 'service' OR domain = ?3) AND (?2 <> 'host' OR host = ?4)
    ORDER BY created_ms LIMIT 1) RETURNING id`;
  return all(sql, query, UNPROVED_FORMATS, full, domain, host).length > 0;
}

function deleteOldestFailedAtHost(sql: Sql, domain: string, host: string): boolean {
  const query = `DELETE FROM subscriptions WHERE id = (
    SELECT id FROM subscriptions
    WHERE domain = ? AND host = ? AND client IS NOT NULL AND status = 'pending' AND active = 0 AND failing_ms IS NOT NULL
    ORDER BY created_ms LIMIT 1) RETURNING id`;
  return all(sql, query, domain, host).length > 0;
}
