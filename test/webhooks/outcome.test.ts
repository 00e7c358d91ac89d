import { describe, expect, it } from "vitest";
import type { AttemptResult } from "../../src/webhooks/attempt.ts";
import { delayBefore, judgeAttempt, parseRetrySchedule } from "../../src/webhooks/outcome.ts";

const NOW = Date.UTC(2026, 10, 23, 9, 0, 0);
const SCHEDULE = parseRetrySchedule("0,5,300");

function answered(status: number, retryAfter: string | null = null, answer = ""): AttemptResult {
  return { kind: "answered", status, retryAfter, answer, durationMs: 1 };
}

const judge = (result: AttemptResult, attempt = 1, random = 0, challenge?: string) =>
  judgeAttempt(result, challenge, attempt, SCHEDULE, NOW, random);

describe("what follows from an attempt", () => {
  it.each([200, 201, 204, 299])("%i is success", (status) => {
    expect(judge(answered(status))).toEqual({ kind: "delivered" });
  });

  it.each([301, 302, 307, 400, 401, 404, 408, 429, 500, 503])("%i is tried again", (status) => {
    expect(judge(answered(status))).toMatchObject({ kind: "retry", delayMs: 5_000 });
  });

  it("410 ends it", () => {
    expect(judge(answered(410))).toMatchObject({ kind: "gone" });
  });

  it("no answer is tried again, and the last failure is the end", () => {
    for (const result of [
      { kind: "timed-out", awaiting: "answer", durationMs: 1 },
      { kind: "unreachable", durationMs: 1 },
      { kind: "target-refused", reason: "must be an https URL", durationMs: 0 },
    ] as const) {
      expect(judge(result)).toMatchObject({ kind: "retry", delayMs: 5_000 });
      expect(judge(result, 2)).toMatchObject({ kind: "retry", delayMs: 300_000 });
      expect(judge(result, 3)).toMatchObject({ kind: "failed" });
    }
  });

  it("adds a tenth at most", () => {
    expect(judge(answered(500), 1, 0.999)).toMatchObject({ delayMs: 5_500 });
    expect(delayBefore(SCHEDULE, 1, 0.999)).toBe(0);
  });

  it.each([
    ["60", 60_000],
    [new Date(NOW + 90_000).toUTCString(), 90_000],
    ["1", 5_000], // never shortens
    [new Date(NOW - 90_000).toUTCString(), 5_000],
    ["99999999", 86_400_000],
    ["soon", 5_000],
    ["in 2050", 5_000],
    ["3000.5", 5_000],
    ["-7", 5_000],
  ])("Retry-After: %s makes it %i ms, for 429 and 503 only", (retryAfter, delayMs) => {
    expect(judge(answered(429, retryAfter))).toMatchObject({ delayMs });
    expect(judge(answered(503, retryAfter))).toMatchObject({ delayMs });
    expect(judge(answered(500, retryAfter))).toMatchObject({ delayMs: 5_000 });
  });

  it("asks of a proof that it says the challenge", () => {
    expect(judge(answered(200, null, "abc"), 1, 0, "abc")).toEqual({ kind: "delivered" });
    expect(judge(answered(200, null, ' {"challenge":"abc"}\n'), 1, 0, "abc")).toEqual({ kind: "delivered" });
    for (const answer of ["", "ok", '{"challenge":"x"}', "[]", "null", '"abc"']) {
      expect(judge(answered(200, null, answer), 1, 0, "abc")).toMatchObject({ kind: "retry" });
    }
    expect(judge(answered(500, null, "abc"), 1, 0, "abc")).toMatchObject({ kind: "retry" });
  });
});

describe("the schedule", () => {
  it.each(["", "a", "1,,2", "-1", "1;2"])("refuses %j", (text) => {
    expect(() => parseRetrySchedule(text)).toThrow(RangeError);
  });
});
