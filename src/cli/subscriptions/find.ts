/**
 * How a subscription is named on the command line: by its id, the beginning of it, or text of its URL
 * or description.
 */
import { counted } from "../content/file-fault.ts";
import { CliError } from "../cli-error.ts";
import { printable } from "../shown-text.ts";
import type { Subscription, SubscriptionsApi } from "./subscriptions-api.ts";

const PREFIX = "sub_";
const WHOLE_ID = /^sub_[0-9a-f]{32}$/;
/** Characters of an id that are shown at the least: beyond a thousand subscriptions two may share fewer. */
const SHORT_ID_CHARS = PREFIX.length + 8;
/** Of those that a name fits, how many are told. */
const NAMED_MAX = 10;

/**
 * The one subscription that a name fits, as it stands now.
 *
 * @throws CliError where it fits none, or several
 */
export async function findSubscription(api: SubscriptionsApi, named: string): Promise<Subscription> {
  // With the whole id, a subscription's own token will do: no list is asked for.
  const id = WHOLE_ID.test(named) ? named : await idOf(api, named);
  const subscription = await api.one(id);
  if (subscription !== undefined) return subscription;
  throw unknown(api, named);
}

async function idOf(api: SubscriptionsApi, named: string): Promise<string> {
  const all = await api.list();
  const fitting = matching(named, all);
  const [only, another] = fitting;
  if (only === undefined) throw unknown(api, named);
  if (another === undefined) return only.id;
  const short = shortIds(all);
  throw new CliError(
    [
      `“${named}” fits ${counted(fitting.length, "subscription")}; name one of them by its id:`,
      ...fitting
        .slice(0, NAMED_MAX)
        .map((one) => `  ${short(one.id)}  ${one.status}  ${printable(nameOf(one))}  ${printable(one.url)}`),
      ...(fitting.length > NAMED_MAX ? [`  and ${fitting.length - NAMED_MAX} more`] : []),
    ].join("\n"),
  );
}

/** Whose description or host is just this, if there is one; or else all in which it occurs. */
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

/** What it is called among people. */
export function nameOf({ description, url }: Pick<Subscription, "description" | "url">): string {
  return description ?? hostOf(url);
}

/** The beginning of each id that is no other's. */
export function shortIds(all: readonly Pick<Subscription, "id">[]): (id: string) => string {
  let chars = SHORT_ID_CHARS;
  const ids = new Set(all.map(({ id }) => id));
  while (new Set([...ids].map((id) => id.slice(0, chars))).size < ids.size) chars += 1;
  return (id) => id.slice(0, chars);
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

function unknown(api: SubscriptionsApi, named: string): CliError {
  return new CliError(
    `${api.client.service.origin} has no subscription whose id begins with “${named}”, or whose URL or description has it: ` +
      "`npm run communique -- subscriptions` shows all.",
  );
}
