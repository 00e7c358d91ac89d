import { expect, test } from "vitest";
import { describeDelivery } from "../../../src/cli/subscriptions/delivery-words.ts";
import type { AttemptedDelivery } from "../../../src/cli/subscriptions/subscriptions-api.ts";

const NOW = "2026-11-26T12:00:00Z";
const delivery: AttemptedDelivery = {
  event: "evt_1",
  type: "release.published",
  sequence: 1,
  release: null,
  state: "pending",
  attempts: 0,
  created: NOW,
  nextAttempt: NOW,
  reason: null,
  log: [],
};
const attempt = (reason: string | null) => ({
  attempt: 1,
  at: "2026-11-26T11:55:00Z",
  durationMs: 3,
  status: 500,
  answer: null,
  reason,
});
const words = (fields: Partial<AttemptedDelivery>, status = "active"): string =>
  describeDelivery({ ...delivery, ...fields }, { status }, Date.parse(NOW));

test.each([
  [{}, "it is being tried now"],
  [
    {
      attempts: 1,
      reason: "answered 500",
      nextAttempt: "2026-11-26T14:00:00Z",
      log: [attempt("answered 500")],
    },
    "attempt 1 failed at 2026-11-26T11:55:00Z (5 min ago): answered 500; next attempt 2026-11-26T14:00:00Z (in 2 h)",
  ],
  // Nothing was sent, so that no attempt is in the log.
  [
    { reason: "could not be tried; the fault is ours" },
    "could not be tried; the fault is ours; it is being tried now",
  ],
  [
    { state: "delivered", attempts: 1, log: [attempt(null)] },
    "delivered at 2026-11-26T11:55:00Z (5 min ago), with 1 attempt",
  ],
  [{ state: "replaced", reason: "the text was killed" }, "not sent: the text was killed"],
])("%j is said in words", (fields, expected) => {
  expect(words(fields)).toBe(expected);
});

test("what was delivered and is to be sent once more has not failed", () => {
  const again = { state: "held", attempts: 1, nextAttempt: null, log: [attempt(null)] };
  expect(words(again, "paused")).toBe("held until it is resumed: the subscription is paused");
});

test("what is held for a proof says so", () => {
  expect(words({ state: "held", nextAttempt: null }, "pending")).toContain(
    "held until its endpoint has proved itself",
  );
});
