/**
 * How an event is named on the command line: by its sequence, as the log shows it, or by its id.
 */
import { CliError } from "../cli-error.ts";
import { nameOf } from "./find.ts";
import type { Delivery, Subscription, SubscriptionsApi } from "./subscriptions-api.ts";

/** @throws CliError if the subscription's log has no such event */
export async function findEvent(
  api: SubscriptionsApi,
  subscription: Subscription,
  named: string,
): Promise<Pick<Delivery, "event" | "sequence" | "attempts" | "state">> {
  const found = /^\d{1,15}$/.test(named)
    ? await bySequence(api, subscription, Number(named))
    : await api.delivery(subscription.id, named);
  if (found !== undefined) return found;
  throw new CliError(
    `The log of ${nameOf(subscription)} has no event ${named}: it was never handed to it, or is older than the log. ` +
      "Name its release instead, and learn why; or replay --after the sequence before it.",
  );
}

/** The log is searched from its newest end. */
async function bySequence(
  api: SubscriptionsApi,
  subscription: Subscription,
  sequence: number,
): Promise<Delivery | undefined> {
  const { data } = await api.log(subscription.id, { limit: Infinity });
  return data.find((row) => row.sequence === sequence);
}
