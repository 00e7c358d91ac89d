/**
 * What "the event arrives, once" means, to the letter.
 */
import assert from "node:assert/strict";
import { polled } from "./polled.ts";
import type { DeliveryLog, PressOffice, Subscription } from "./press-office.ts";
import type { Arrival, Receiver } from "./receiver.ts";
import { RECOVERED_WITHIN_MS } from "./waiting-times.ts";

/** A receiver with its subscription. */
export interface Desk {
  office: PressOffice;
  receiver: Receiver;
  subscription: Subscription;
}

/**
 * The one event of a release came under one `webhook-id` with the same bytes each time, was taken
 * once, and the log says that it is over, so that it will not come again.
 *
 * @param deadMs when nothing of a killed service was left, if a receiver that answers was up then: what
 *   it took before may come again, since no one lived to write down that it was taken
 */
export async function assertDeliveredOnce(
  desk: Desk,
  release: string,
  deadMs?: number,
): Promise<DeliveryLog> {
  const [first] = desk.receiver.of(release);
  assert.ok(first, "the event arrived");
  const log = await polled(`the log says that ${first.id} is over`, RECOVERED_WITHIN_MS, async () => {
    const delivery = await desk.office.delivery(desk.subscription, first.id);
    return delivery.nextAttempt === null ? delivery : undefined;
  });
  assert.equal(log.state, "delivered");
  assert.equal(log.log.filter(({ reason }) => reason === null).length, 1, "one attempt succeeded");
  assert.equal(log.log.length, log.attempts, "every attempt is in the log");

  const arrivals = desk.receiver.of(release);
  assert.equal(new Set(arrivals.map(({ id }) => id)).size, 1, "one webhook-id");
  assert.equal(new Set(arrivals.map(({ body }) => body)).size, 1, "the same bytes on every attempt");
  const taken = acknowledged(arrivals);
  const lost =
    deadMs === undefined ? [] : taken.filter(({ acknowledgedMs }) => (acknowledgedMs ?? 0) < deadMs);
  assert.equal(taken.length - Math.min(lost.length, taken.length - 1), 1, "taken once");
  assert.deepEqual(desk.receiver.distrusted, [], "every signature was right");

  const { sequence } = first.message.data;
  const rows = (await desk.office.deliveries(desk.subscription)).filter((row) => row.sequence === sequence);
  assert.equal(rows.length, 1, "one row for this event and this subscription");
  return log;
}

/** Those that the receiver answered with a 2xx. */
export function acknowledged(arrivals: readonly Arrival[]): Arrival[] {
  return arrivals.filter(({ acknowledgedMs }) => acknowledgedMs !== undefined);
}
