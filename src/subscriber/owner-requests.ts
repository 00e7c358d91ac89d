/**
 * Counts what an owner asks a subscription to send. Others may bear the cost: the host name of the endpoint may
 * lead to another machine by now, and a replay keeps the Newsroom busy.
 */
import type { StoredValue, StoredValues } from "../runtime/stored-values.ts";
import { OWNER_REQUESTS_MAX } from "./limits.ts";
import { type Conflict, conflict } from "./subscription.ts";

export type OwnerAction = keyof typeof OWNER_REQUESTS_MAX;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Requests in the present minute and hour. Times are milliseconds since 1970. */
interface Counts {
  minuteMs: number;
  inMinute: number;
  hourMs: number;
  inHour: number;
}

export class OwnerRequests {
  /** Stored under the key `requests`, by action. The field names must not change. */
  readonly #stored: StoredValue<Partial<Record<OwnerAction, Counts>>>;
  readonly #now: () => number;

  constructor({ store, now }: { store: StoredValues; now: () => number }) {
    this.#stored = store.value("requests");
    this.#now = now;
  }

  /** Counts one request. @returns the refusal if there are too many; it is not counted then */
  count(action: OwnerAction): Conflict | undefined {
    const nowMs = this.#now();
    const stored = this.#stored.get() ?? {};
    const before = stored[action];
    const isSameMinute = before !== undefined && nowMs - before.minuteMs < MINUTE_MS;
    const isSameHour = before !== undefined && nowMs - before.hourMs < HOUR_MS;
    const counts = {
      minuteMs: isSameMinute ? before.minuteMs : nowMs,
      inMinute: (isSameMinute ? before.inMinute : 0) + 1,
      hourMs: isSameHour ? before.hourMs : nowMs,
      inHour: (isSameHour ? before.inHour : 0) + 1,
    };
    const most = OWNER_REQUESTS_MAX[action];
    if (counts.inHour > most.inHour)
      return refuse(action, `${most.inHour} an hour`, counts.hourMs + HOUR_MS - nowMs);
    if (counts.inMinute > most.inMinute) {
      return refuse(action, `${most.inMinute} a minute`, counts.minuteMs + MINUTE_MS - nowMs);
    }
    this.#stored.put({ ...stored, [action]: counts });
    return undefined;
  }
}

function refuse(action: OwnerAction, most: string, waitMs: number): Conflict {
  return {
    ...conflict(
      "too-many-requests",
      `A subscription takes at most ${most} of the call ${action}. Try again later.`,
    ),
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  };
}
