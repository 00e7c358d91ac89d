import { describe, expect, it } from "vitest";
import type { AttemptResult } from "../../../src/webhooks/attempt.ts";
import { callbackWith, evaluateVerification, formatOfTopic } from "../../../src/webhooks/formats/websub.ts";

describe("a callback", () => {
  it.each([
    ["https://a.example/x", "https://a.example/x?hub.mode=denied"],
    ["https://a.example/x?", "https://a.example/x?hub.mode=denied"],
    ["https://a.example/x?b=%20c&b=d", "https://a.example/x?b=%20c&b=d&hub.mode=denied"],
    ["https://a.example/x?b&", "https://a.example/x?b&hub.mode=denied"],
  ])("%s keeps its own query", (callback, asked) => {
    expect(callbackWith(callback, { "hub.mode": "denied" })).toBe(asked);
  });

  it("has the format of its topic", () => {
    const topics = ["/feed.rss", "/en/types/speech/feed.atom", "/feed.json?q=/feed.rss"];
    expect(topics.map(formatOfTopic)).toEqual(["rss", "atom", "json"]);
  });
});

describe("the answer to a verification", () => {
  const answered = (status: number, answer: string, retryAfter: string | null = null): AttemptResult => ({
    kind: "answered",
    status,
    answer,
    retryAfter,
    durationMs: 1,
  });
  const judge = (result: AttemptResult, attempt = 1) =>
    evaluateVerification(result, "challenge", {
      attempt,
      schedule: [0, 5_000, 9_000, 9_000],
      nowMs: 0,
      random: 0,
    });

  it.each([
    [answered(200, "challenge"), "delivered"],
    [answered(204, ""), "failed"],
    [answered(200, '{"challenge":"challenge"}'), "failed"],
    [answered(200, "challenge and more"), "failed"],
    [answered(404, "challenge"), "failed"],
    [answered(302, "challenge"), "failed"],
    [answered(500, "challenge"), "retry"],
    [answered(429, ""), "retry"],
    [{ kind: "timed-out", durationMs: 1 }, "retry"],
    [{ kind: "unreachable", durationMs: 1 }, "retry"],
  ] satisfies [AttemptResult, string][])("%j is %s", (result, kind) => {
    expect(judge(result).kind).toBe(kind);
  });

  it("ends the request at the third attempt", () => {
    expect([2, 3].map((attempt) => judge(answered(500, ""), attempt).kind)).toEqual(["retry", "failed"]);
  });

  it("puts off the next attempt with Retry-After", () => {
    expect(judge(answered(503, "", "60"))).toMatchObject({ delayMs: 60_000, putOffMs: 60_000 });
  });
});
