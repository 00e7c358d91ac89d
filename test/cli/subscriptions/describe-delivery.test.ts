import { expect, test } from "vitest";
import { describeDelivery } from "../../../src/cli/subscriptions/describe-delivery.ts";
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
  [{}, "the next attempt is due now"],
  [
    {
      attempts: 1,
      reason: "answered 500",
      nextAttempt: "2026-11-26T14:00:00Z",
      log: [attempt("answered 500")],
    },
    "attempt 1 failed at 2026-11-26T11:55:00Z (5 min ago): answered 500; next attempt 2026-11-26T14:00:00Z (in 2 h)",
  ],
  [
    {
      reason: "waits for event 135 of the same release, which is sent first",
      waitsFor: { what: "earlier-event", event: "evt_0", sequence: 135 },
      nextAttempt: "2026-11-26T14:00:00Z",
    },
    "waits for event 135 of the same release, which is sent first; next attempt 2026-11-26T14:00:00Z (in 2 h)",
  ],
  [
    {
      attempts: 1,
      reason: "answered 503",
      waitsFor: { what: "endpoint" },
      nextAttempt: "2026-11-26T14:00:00Z",
      log: [attempt("answered 503")],
    },
    "attempt 1 failed at 2026-11-26T11:55:00Z (5 min ago): answered 503; the endpoint asked to be sent nothing before then (Retry-After); next attempt 2026-11-26T14:00:00Z (in 2 h)",
  ],
  [{ waitsFor: { what: "answer" } }, "it is being tried now"],
  // Nothing was sent, so the log has no attempt.
  [
    { reason: "not attempted because of an error in this service" },
    "not attempted because of an error in this service; the next attempt is due now",
  ],
  [
    { state: "delivered", attempts: 1, log: [attempt(null)] },
    "delivered at 2026-11-26T11:55:00Z (5 min ago), after 1 attempt",
  ],
  [
    {
      state: "delivered",
      attempts: 1,
      log: [{ ...attempt(null), status: 200, note: "the connection broke off before the end" }],
    },
    "delivered at 2026-11-26T11:55:00Z (5 min ago), after 1 attempt; it answered 200, but the connection broke off before the end",
  ],
  [{ state: "replaced", reason: "the release was killed" }, "not sent: the release was killed"],
])("%j is described in words", (fields, expected) => {
  expect(words(fields)).toBe(expected);
});

test("a redelivery of a delivered event is not described as failed", () => {
  const again = { state: "held", attempts: 1, nextAttempt: null, log: [attempt(null)] };
  expect(words(again, "paused")).toBe("held until it is resumed: the subscription is paused");
});

test("an event held for verification says so", () => {
  expect(words({ state: "held", nextAttempt: null }, "pending")).toContain(
    "held until its endpoint is verified",
  );
});
