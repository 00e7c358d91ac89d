/**
 * Ids of things that have no name of their own.
 */

/** The id of a new event: the `webhook-id` of every attempt to deliver it. */
export function newEventId(): string {
  return `evt_${crypto.randomUUID().replaceAll("-", "")}`;
}
