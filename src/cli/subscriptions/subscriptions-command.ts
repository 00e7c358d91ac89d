/**
 * `communique subscriptions`: how all subscriptions do, worst first, and one of them in full.
 */
import { printTable } from "../table.ts";
import { suggestCommand } from "../command-line.ts";
import { findSubscription, shortIds } from "./find.ts";
import { detailLines, tableRow } from "./desk-lines.ts";
import { withHint } from "./hints.ts";
import { type Subscription, SubscriptionsApi } from "./subscriptions-api.ts";

export interface SubscriptionsOptions {
  to: URL;
  status?: string;
  sort?: string;
  json: boolean;
  pause: boolean;
  resume: boolean;
  verify: boolean;
}

/** Desks that are asked how they do now, worst first; of the others their last report is shown. */
const PRESENT_MAX = 100;
const ASKED_AT_ONCE = 10;

const ACTIONS = ["pause", "resume", "verify"] as const;

export async function subscriptionsCommand(
  named: string | undefined,
  options: SubscriptionsOptions,
): Promise<void> {
  const api = await SubscriptionsApi.at(options.to);
  if (named === undefined) return showAll(api, options);
  const subscription = await findSubscription(api, named);
  const action = ACTIONS.find((each) => options[each]);
  const shown =
    action === undefined
      ? subscription
      : await withHint(subscription, options.to, () => api.act(subscription.id, action));
  if (options.json) console.log(JSON.stringify(shown, null, 2));
  else console.log(detailLines(shown, options.to, Date.now()).join("\n"));
}

async function showAll(
  api: SubscriptionsApi,
  { to, status, sort, json }: SubscriptionsOptions,
): Promise<void> {
  const all = await api.list({
    ...(status !== undefined && { status }),
    ...(sort !== undefined && { sort }),
  });
  if (json) {
    console.log(JSON.stringify({ data: all, next: null }, null, 2));
  } else if (all.length > 0) {
    const short = shortIds(all);
    const present = [...(await asTheyAreNow(api, all.slice(0, PRESENT_MAX))), ...all.slice(PRESENT_MAX)];
    printTable(present.map((subscription) => tableRow(subscription, short(subscription.id))));
  } else {
    const kind = status === undefined ? "" : `${status} `;
    process.stderr.write(
      `${to.origin} has no ${kind}subscriptions: \`${suggestCommand(to, "listen")}\` makes one.\n`,
    );
  }
}

async function asTheyAreNow(
  api: SubscriptionsApi,
  reported: readonly Subscription[],
): Promise<Subscription[]> {
  const present: Subscription[] = [];
  while (present.length < reported.length) {
    const some = reported.slice(present.length, present.length + ASKED_AT_ONCE);
    // One that was deleted meanwhile is shown as it was.
    present.push(
      ...(await Promise.all(
        some.map(async (subscription) => ({ ...subscription, ...(await api.one(subscription.id)) })),
      )),
    );
  }
  return present;
}
