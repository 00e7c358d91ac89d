import { describe, expect, it } from "vitest";
import type { AttemptResult } from "../../src/webhooks/attempt.ts";
import { standard } from "../../src/webhooks/formats/standard.ts";
import { delayBeforeMs, evaluateAttempt, parseRetrySchedule } from "../../src/webhooks/outcome.ts";

const NOW = Date.UTC(2026, 10, 23, 9, 0, 0);
const SCHEDULE = parseRetrySchedule("0,5,300");

function answered(status: number, retryAfter: string | null = null, answer = ""): AttemptResult {
  return { kind: "answered", status, retryAfter, answer, durationMs: 1 };
}

const evaluate = (result: AttemptResult, attempt = 1, random = 0, challenge?: string, putOffs = 0) =>
  evaluateAttempt(result, {
    answers: standard.answers,
    challenge,
    attempt,
    putOffs,
    schedule: SCHEDULE,
    nowMs: NOW,
    random,
  });

describe("what follows from an attempt", () => {
  it.each([200, 201, 204, 299])("%i is success", (status) => {
    expect(evaluate(answered(status))).toEqual({ kind: "delivered" });
  });

  it.each([301, 302, 307, 400, 401, 404, 408, 429, 500, 503])("%i is retried", (status) => {
    expect(evaluate(answered(status))).toMatchObject({ kind: "retry", delayMs: 5_000 });
  });

  it("410 disables the subscription", () => {
    expect(evaluate(answered(410))).toMatchObject({ kind: "gone" });
  });

  it("no answer is retried until the schedule is used up", () => {
    for (const result of [
      { kind: "timed-out", durationMs: 1 },
      { kind: "unreachable", durationMs: 1 },
      { kind: "target-refused", reason: "must be an https URL", durationMs: 0 },
    ] as const) {
      expect(evaluate(result)).toMatchObject({ kind: "retry", delayMs: 5_000 });
      expect(evaluate(result, 2)).toMatchObject({ kind: "retry", delayMs: 300_000 });
      expect(evaluate(result, 3)).toMatchObject({ kind: "failed" });
    }
  });

  it.each([
    [522, "answered 522: Cloudflare says that connecting to the endpoint takes too long"],
    [526, "answered 526: Cloudflare says that the endpoint's TLS certificate is not valid"],
    [599, "answered 599"],
  ])("%i has words of its own where Cloudflare answers for the endpoint", (status, reason) => {
    expect(evaluate(answered(status))).toMatchObject({ kind: "retry", reason });
  });

  it.each([
    ["challenge", "answered 403: the protection in front of the endpoint wants a browser"],
    ["block", "answered 403: the protection in front of the endpoint blocks deliveries"],
  ] as const)("a %s by what stands in front of the endpoint is said, with its remedy", (refusal, reason) => {
    const outcome = evaluate({
      kind: "answered",
      status: 403,
      retryAfter: null,
      answer: "",
      refusal,
      durationMs: 1,
    });
    expect(outcome).toMatchObject({ kind: "retry", reason: expect.stringContaining(reason) });
  });

  it("adds a jitter of at most a tenth", () => {
    expect(evaluate(answered(500), 1, 0.999)).toMatchObject({ delayMs: 5_500 });
    expect(delayBeforeMs(SCHEDULE, 1, 0.999)).toBe(0);
  });

  it.each([
    ["60", 60_000],
    [new Date(NOW + 90_000).toUTCString(), 90_000],
    ["1", 5_000], // never shortens the delay
    [new Date(NOW - 90_000).toUTCString(), 5_000],
    ["99999999", 86_400_000],
    ["soon", 5_000],
    ["in 2050", 5_000],
    ["60.2", 61_000],
    ["60.", 60_000],
    ["60, 120", 120_000],
    ["120,60", 120_000],
    ["60, soon", 60_000],
    ["9".repeat(400), 86_400_000],
    [`60, ${new Date(NOW + 90_000).toUTCString()}`, 90_000],
    [`${new Date(NOW + 90_000).toUTCString()}, 60`, 90_000],
    [new Date(NOW + 10 * 86_400_000).toUTCString(), 86_400_000],
    ["1e9", 5_000],
    ["-7", 5_000],
  ])("Retry-After: %s makes it %i ms, for 429 and 503 only", (retryAfter, delayMs) => {
    expect(evaluate(answered(429, retryAfter))).toMatchObject({ delayMs });
    expect(evaluate(answered(503, retryAfter))).toMatchObject({ delayMs });
    expect(evaluate(answered(500, retryAfter))).toMatchObject({ delayMs: 5_000 });
  });

  it("a refusal with Retry-After uses up no attempt of the schedule, thirty times", () => {
    for (const attempt of [1, 2, 3]) {
      expect(evaluate(answered(429, "2"), attempt, 0, undefined, 29)).toMatchObject({ isCounted: false });
    }
    expect(evaluate(answered(429, "2"), 3, 0, undefined, 29)).toMatchObject({ delayMs: 300_000 });
    expect(evaluate(answered(429, "2"), 1, 0, undefined, 30)).toMatchObject({ isCounted: true });
    expect(evaluate(answered(429, "2"), 3, 0, undefined, 30)).toMatchObject({ kind: "failed" });
    expect(evaluate(answered(429), 1)).toMatchObject({ isCounted: true, putOffMs: 0 });
  });

  it("a verification needs the challenge in the answer", () => {
    expect(evaluate(answered(200, null, "abc"), 1, 0, "abc")).toEqual({ kind: "delivered" });
    expect(evaluate(answered(200, null, ' {"challenge":"abc"}\n'), 1, 0, "abc")).toEqual({
      kind: "delivered",
    });
    expect(evaluate(answered(200, null, ' "abc"\n'), 1, 0, "abc")).toEqual({ kind: "delivered" });
    for (const answer of ["", "ok", '{"challenge":"x"}', "[]", "null", '"abcd"', '["abc"]', '"ab']) {
      expect(evaluate(answered(200, null, answer), 1, 0, "abc")).toMatchObject({ kind: "retry" });
    }
    expect(evaluate(answered(500, null, "abc"), 1, 0, "abc")).toMatchObject({ kind: "retry" });
  });
});

describe("the schedule", () => {
  it.each(["", "a", "1,,2", "-1", "1;2"])("refuses %j", (text) => {
    expect(() => parseRetrySchedule(text)).toThrow(RangeError);
  });
});
