/**
 * The configuration: the `[vars]` of wrangler.toml, read and checked once.
 */
import { canonicalLanguage } from "./domain/release.ts";
import { dayOf } from "./domain/dates.ts";
import { isThisMachine, type LocalTargets } from "./domain/target-url.ts";
import { parseRetrySchedule, type RetrySchedule } from "./webhooks/outcome.ts";
import { parseSigningSeed } from "./crypto/signing-keys.ts";
import { splitKeys } from "./crypto/key-ring.ts";
import { isStrongSecret, weakSecretMessage } from "./domain/secrets.ts";
import type { SiteSettings } from "./domain/site.ts";

/** The least number of subrequests with which every step of background work can run. */
const SUBREQUESTS_MIN = 20;

export interface Config {
  site: SiteSettings;
  feedItems: number;
  retrySchedule: RetrySchedule;
  deliveryTimeoutMs: number;
  subscriptions: "open" | "invited";
  localTargets: LocalTargets;
  /** Verified subscriptions that a host may have, where the admin has set it. */
  hostLimits: ReadonlyMap<string, number>;
  /** The DNS-over-HTTPS server that looks up endpoints; undefined: endpoints are not looked up. */
  dnsResolver: string | undefined;
  /** With this key the service tells search engines which pages have changed (indexnow.org). Undefined: it tells them nothing. */
  indexNowKey: string | undefined;
  /** Calls to the outside (fetch, KV, objects) that one invocation may make. */
  subrequests: number;
}

/** @throws {RangeError} naming the wrong setting and its correct form */
function readConfig(env: Env): Config {
  return {
    site: {
      baseUrl: baseUrl(env.BASE_URL),
      title: env.TITLE,
      publisher: env.PUBLISHER,
      languages: languages(env.LANGUAGES),
      timeZone: timeZone(env.TIME_ZONE),
    },
    feedItems: positive("FEED_ITEMS", env.FEED_ITEMS),
    retrySchedule: parseRetrySchedule(env.RETRY_SCHEDULE),
    deliveryTimeoutMs: positive("DELIVERY_TIMEOUT", env.DELIVERY_TIMEOUT) * 1000,
    subscriptions: oneOf("SUBSCRIPTIONS", env.SUBSCRIPTIONS, ["open", "invited"]),
    localTargets: localTargets(env.LOCAL_TARGETS),
    hostLimits: hostLimits(env.HOST_LIMITS),
    dnsResolver: dnsResolver(env.DNS_RESOLVER),
    indexNowKey: indexNowKey(env.INDEXNOW_KEY, baseUrl(env.BASE_URL)),
    subrequests: subrequests(env.SUBREQUESTS),
  };
}

const cache = new WeakMap<Env, Config>();

/**
 * The configuration of this isolate, read once: the vars of an isolate do not change.
 *
 * @throws {RangeError} naming the wrong setting and its correct form
 */
export function configOf(env: Env): Config {
  const cached = cache.get(env);
  if (cached) return cached;
  const config = readConfig(env);
  for (const name of ["ADMIN_TOKEN", "SECRETS_KEY"] as const) checkStrength(name, env[name] ?? "");
  for (const key of (env.SIGNING_KEY ?? "").split(",")) parseSigningSeed(key.trim());
  cache.set(env, config);
  return config;
}

/** The names of the secrets that are not set. Without them the service answers 503. */
export function missingSecrets(env: Env): string[] {
  return (["ADMIN_TOKEN", "SECRETS_KEY", "SIGNING_KEY"] as const).filter((name) => !env[name]);
}

/** Several SECRETS_KEY are comma-separated. */
function checkStrength(name: "ADMIN_TOKEN" | "SECRETS_KEY", text: string): void {
  const secrets = name === "SECRETS_KEY" ? splitKeys(text) : [text];
  if (!secrets.every(isStrongSecret)) throw new RangeError(weakSecretMessage(name));
}

function baseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search || url.hash) {
    throw new RangeError(
      `BASE_URL must be a URL without a path, such as https://press.example, not "${text}"`,
    );
  }
  return url.origin;
}

function localTargets(text: string): LocalTargets {
  const [, ports] = /^loopback-except-(\d{1,5}(?:-\d{1,5})*)$/.exec(text) ?? [];
  return ports === undefined
    ? oneOf("LOCAL_TARGETS", text, ["deny", "loopback"])
    : { except: ports.split("-").map(Number) };
}

function dnsResolver(text: string): string | undefined {
  if (text === "off") return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new RangeError(`DNS_RESOLVER must be the URL of a DNS-over-HTTPS server, or off, not "${text}"`);
  }
  return url.href;
}

/** Nobody can search a site that only this machine reaches. */
function indexNowKey(text: string, baseUrl: string): string | undefined {
  if (text !== "" && !/^[A-Za-z0-9-]{8,128}$/.test(text)) {
    throw new RangeError(
      `INDEXNOW_KEY must be 8 to 128 letters, digits and hyphens, or empty, not "${text}"`,
    );
  }
  return text === "" || isThisMachine(new URL(baseUrl).hostname) ? undefined : text;
}

function hostLimits(text: string): Map<string, number> {
  const parts = text.split(",").map((part) => part.trim());
  return new Map(
    parts
      .filter((part) => part !== "")
      .map((part) => {
        const [, host, limit] = /^([a-z0-9.-]+)=(\d{1,7})$/.exec(part) ?? [];
        if (host === undefined) {
          throw new RangeError(
            `HOST_LIMITS must be hosts in lower case with numbers, such as hooks.zapier.com=5000, not "${part}"`,
          );
        }
        return [host, Number(limit)];
      }),
  );
}

function subrequests(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < SUBREQUESTS_MIN) {
    throw new RangeError(`SUBREQUESTS must be a whole number of at least ${SUBREQUESTS_MIN}, not "${text}"`);
  }
  return number;
}

function languages(text: string): string[] {
  return text.split(",").map((part) => {
    const tag = canonicalLanguage(part.trim());
    if (tag === undefined)
      throw new RangeError(`LANGUAGES must be BCP 47 tags, comma-separated, not "${text}"`);
    return tag;
  });
}

function timeZone(text: string): string {
  try {
    dayOf(0, text);
    return text;
  } catch {
    throw new RangeError(`TIME_ZONE must be an IANA time zone, such as Asia/Yerevan, not "${text}"`);
  }
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new RangeError(`${name} must be a number greater than 0, not "${text}"`);
  return number;
}

function oneOf<const T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((value) => value === text);
  if (found === undefined) throw new RangeError(`${name} must be ${known.join(" or ")}, not "${text}"`);
  return found;
}
