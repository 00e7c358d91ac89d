/**
 * Finds the subscription or the event that an argument names.
 */
import { SUBSCRIPTION_ID } from "../../domain/subscription.ts";
import { CliError } from "../cli-error.ts";
import { counted, printable } from "../terminal.ts";
import type { Delivery, Subscription, SubscriptionsApi } from "./subscriptions-api.ts";

const PREFIX = "sub_";
/** Characters of a short id: up to about a thousand subscriptions, eight hex digits are unique. */
const SHORT_ID_CHARS = PREFIX.length + 8;
/** Subscriptions listed when a name is ambiguous. */
const LISTED_MAX = 10;

/**
 * Finds a subscription by its id, the beginning of its id, or part of its URL or description.
 *
 * @throws CliError if none or several match
 */
export async function findSubscription(api: SubscriptionsApi, named: string): Promise<Subscription> {
  // With a complete id, the subscription's own token suffices: only the admin may list.
  const id = SUBSCRIPTION_ID.test(named) ? named : await idOf(api, named);
  const subscription = await api.one(id);
  if (subscription !== undefined) return subscription;
  throw noMatch(api, named);
}

async function idOf(api: SubscriptionsApi, named: string): Promise<string> {
  const all = await api.list();
  const found = matching(named, all);
  const [only, another] = found;
  if (only === undefined) throw noMatch(api, named);
  if (another === undefined) return only.id;
  const short = shortIds(all);
  throw new CliError(
    [
      `“${named}” matches ${counted(found.length, "subscription")}; name one of them by its id:`,
      ...found
        .slice(0, LISTED_MAX)
        .map((one) => `  ${short(one.id)}  ${one.status}  ${printable(nameOf(one))}  ${printable(one.url)}`),
      ...(found.length > LISTED_MAX ? [`  and ${found.length - LISTED_MAX} more`] : []),
    ].join("\n"),
  );
}

/** The only subscription whose description, URL or host equals the name; otherwise all that contain it. */
export function matching<S extends Pick<Subscription, "id" | "url" | "description">>(
  named: string,
  all: readonly S[],
): S[] {
  const text = named.toLowerCase();
  const exact = all.filter(({ url, description }) =>
    [description, url, hostOf(url)].some((one) => one?.toLowerCase() === text),
  );
  if (exact.length === 1) return exact;
  return all.filter(
    ({ id, url, description }) =>
      id.startsWith(text) ||
      id.startsWith(PREFIX + text) ||
      [url, description].some((one) => one?.toLowerCase().includes(text)),
  );
}

/** Its description, or the host of its endpoint; many channels have one host, so it says that it is a chat. */
export function nameOf({
  description,
  url,
  format = "standard",
}: Pick<Subscription, "description" | "url" | "format">): string {
  return description ?? (format === "standard" ? hostOf(url) : `${hostOf(url)} (${format})`);
}

/** Shortens ids to a length at which they all differ. */
export function shortIds(all: readonly Pick<Subscription, "id">[]): (id: string) => string {
  let chars = SHORT_ID_CHARS;
  const ids = new Set(all.map(({ id }) => id));
  while (new Set([...ids].map((id) => id.slice(0, chars))).size < ids.size) chars += 1;
  return (id) => id.slice(0, chars);
}

/** A short id without `sub_`, for narrow tables; {@link findSubscription} takes it too. */
export function withoutPrefix(id: string): string {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : id;
}

/**
 * Finds an event in a subscription's log by its sequence or its id.
 *
 * @throws CliError if the log does not hold it
 */
export async function findEvent(
  api: SubscriptionsApi,
  subscription: Subscription,
  named: string,
): Promise<Pick<Delivery, "event" | "sequence" | "attempts" | "state">> {
  const isSequence = /^\d{1,15}$/.test(named);
  const { data } = isSequence ? await api.log(subscription.id, { limit: Infinity }) : { data: [] };
  const found = isSequence
    ? data.find(({ sequence }) => sequence === Number(named))
    : await api.delivery(subscription.id, named);
  if (found !== undefined) return found;
  throw new CliError(
    `The log of ${nameOf(subscription)} has no event ${named}: it was never sent, or is older than the log. ` +
      "Name its release to learn why, or replay --after the sequence before it.",
  );
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

function noMatch(api: SubscriptionsApi, named: string): CliError {
  return new CliError(
    `${api.service.origin} has no subscription whose id begins with “${named}”, or whose URL or description ` +
      "contains it: `npm run communique -- subscriptions` lists all.",
  );
}
