/**
 * A subscription as its owner wants it from now on.
 */
import type { Subscription } from "./subscription.ts";
import type { SubscriptionChange } from "./subscription-input.ts";

/**
 * @param sealedHeader undefined where the change names none
 * @returns with what is left out as it was, and without what is null
 */
export function amended(
  present: Subscription,
  change: SubscriptionChange,
  sealedHeader: Subscription["header"],
): Subscription {
  const { verify: _verify, header, description, ratePerMinute, ...fields } = change;
  const { header: _header, description: _description, ratePerMinute: _rate, ...rest } = present;
  const url = change.url === undefined ? present.url : new URL(change.url).href;
  const chosen = <T>(asked: T | null | undefined, before: T | undefined): T | undefined =>
    asked === undefined ? before : (asked ?? undefined);
  const kept = {
    header: header === undefined ? present.header : sealedHeader,
    description: chosen(description, present.description),
    ratePerMinute: chosen(ratePerMinute, present.ratePerMinute),
  };
  return {
    ...rest,
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    ...(kept.header && { header: kept.header }),
    ...(kept.description === undefined ? {} : { description: kept.description }),
    ...(kept.ratePerMinute === undefined ? {} : { ratePerMinute: kept.ratePerMinute }),
    url,
    // A new address has proved nothing.
    isProved: present.isProved && url === present.url,
  };
}
