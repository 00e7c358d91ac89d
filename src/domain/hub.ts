/**
 * Requests to the WebSub hub (W3C Recommendation, 23 January 2018). Its topics are the feeds of this site.
 */
import {
  HUB_LEASE_SECONDS,
  HUB_LEASE_SECONDS_MAX,
  HUB_LEASE_SECONDS_MIN,
  HUB_SECRET_BYTES_MAX,
} from "./limits.ts";
import { type Issue, invalid, ok, type Result } from "./issues.ts";
import { addressOf, type ListPlace, parseListAddress } from "./list.ts";

export const HUB_PATH = "/hub";

/** The format of a delivery to a subscriber of the hub: the topic itself. */
export const HUB_FORMAT = "websub";

/** Subscriptions of the hub have ids of their own kind: nobody has a token for one, only the admin. */
export const HUB_ID_PREFIX = "hub_";

export function isHubId(id: string): boolean {
  return id.startsWith(HUB_ID_PREFIX);
}

/** What a subscription of the hub has beside its callback. */
export interface HubTerms {
  /** The canonical path of a feed, with its query. */
  topic: string;
  /** When the lease ends, in milliseconds since 1970; null before the first verification. */
  leaseUntilMs: number | null;
}

/** A request to subscribe or unsubscribe that can be read. */
export interface HubRequest {
  mode: "subscribe" | "unsubscribe";
  /** As given: the service checks it as it checks every endpoint. */
  callback: string;
  /** The canonical path of a feed, with its query. */
  topic: string;
  /** Within the limits of this hub, whatever was asked for. */
  leaseSeconds: number;
  secret?: string;
}

/** A notice of a publisher. This hub sees the changes of its topics itself. */
export interface PublishNotice {
  mode: "publish";
}

/** Parameters that a request has once: of two values it would be unclear which one counts. */
const ONCE = ["hub.mode", "hub.callback", "hub.topic", "hub.lease_seconds", "hub.secret"];

/**
 * Reads the form of a request. Unknown parameters are ignored (5.1).
 *
 * @param languages of the site
 */
export function parseHubRequest(
  form: URLSearchParams,
  baseUrl: string,
  languages: readonly string[],
): Result<HubRequest | PublishNotice> {
  const mode = form.get("hub.mode");
  if (mode === "publish") return parsePublishNotice(form, baseUrl, languages);
  const issues: Issue[] = ONCE.filter((name) => form.getAll(name).length > 1).map((name) => ({
    path: `/${name}`,
    message: "must be given once",
  }));
  if (mode !== "subscribe" && mode !== "unsubscribe") {
    issues.push({ path: "/hub.mode", message: "must be subscribe, unsubscribe or publish" });
  }
  const callback = form.get("hub.callback") ?? "";
  if (callback === "") issues.push({ path: "/hub.callback", message: "is required" });
  const topic = parseTopic(form.get("hub.topic") ?? "", baseUrl, languages);
  if (!topic.ok) issues.push(...topic.issues);
  const lease = form.get("hub.lease_seconds") ?? "";
  if (!/^\d*$/.test(lease)) {
    issues.push({ path: "/hub.lease_seconds", message: "must be a number of seconds" });
  }
  const secret = form.get("hub.secret") ?? "";
  if (new TextEncoder().encode(secret).byteLength > HUB_SECRET_BYTES_MAX) {
    issues.push({ path: "/hub.secret", message: `must have at most ${HUB_SECRET_BYTES_MAX} bytes` });
  }
  if (issues.length > 0 || !topic.ok || (mode !== "subscribe" && mode !== "unsubscribe")) {
    return invalid(...issues);
  }
  const leaseSeconds = leaseOf(lease);
  return ok({ mode, callback, topic: topic.value, leaseSeconds, ...(secret === "" ? {} : { secret }) });
}

/** A lease is always finite (5.3). Without one asked for, it is that of this hub. */
function leaseOf(text: string): number {
  if (text === "") return HUB_LEASE_SECONDS;
  return Math.min(Math.max(Number(text), HUB_LEASE_SECONDS_MIN), HUB_LEASE_SECONDS_MAX);
}

/** Publishers name the topic as `hub.url` or `hub.topic`, also several. */
function parsePublishNotice(
  form: URLSearchParams,
  baseUrl: string,
  languages: readonly string[],
): Result<PublishNotice> {
  const urls = [...form.getAll("hub.url"), ...form.getAll("hub.topic")];
  const issues = (urls.length === 0 ? [""] : urls).flatMap((url) => {
    const topic = parseTopic(url, baseUrl, languages);
    return topic.ok ? [] : topic.issues;
  });
  return issues.length > 0 ? invalid(...issues) : ok({ mode: "publish" });
}

/** @returns the canonical path of the feed that a URL names, with its query */
function parseTopic(url: string, baseUrl: string, languages: readonly string[]): Result<string> {
  const refuse = (message: string) => invalid({ path: "/hub.topic", message });
  const parsed = URL.parse(url);
  const place =
    parsed?.origin === baseUrl ? placeAt(parsed.pathname, parsed.searchParams, languages) : undefined;
  if (place?.format === undefined) return refuse(`must be a feed of this site; ${baseUrl}/feeds lists them`);
  const { archive: _archive, ...newest } = place;
  const address = addressOf(newest);
  // Subscribers compare this URL with the `self` link of what they are sent.
  return url === baseUrl + address ? ok(address) : refuse(`must be ${baseUrl}${address}`);
}

/** The list of a topic, and the format of the feed; undefined if the settings no longer allow it, such as a language. */
export function placeOfTopic(topic: string, languages: readonly string[]): ListPlace | undefined {
  const [path = "", query = ""] = topic.split("?");
  return placeAt(path, new URLSearchParams(query), languages);
}

function placeAt(path: string, query: URLSearchParams, languages: readonly string[]): ListPlace | undefined {
  const list = parseListAddress(path, query, languages);
  return list?.kind === "list" ? list.place : undefined;
}
