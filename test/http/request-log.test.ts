import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { app } from "../../src/http/app.ts";
import { issueToken } from "../../src/crypto/tokens.ts";
import { BASE_URL } from "../support/service.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the log", () => {
  it("never contains the token of a confirm URL, not even of a failed request", async () => {
    const [log, error] = [vi.spyOn(console, "log"), vi.spyOn(console, "error")];
    const token = await issueToken(env.SECRETS_KEY, "confirm", "sub_1", 1);
    const answer = await app.fetch(
      new Request(`${BASE_URL}/api/v1/subscriptions/sub_1/confirm/${token}`, { method: "POST" }),
      { ...env, SUBSCRIBER: undefined },
    );
    expect(answer.status).toBe(500);
    const lines = [...log.mock.calls, ...error.mock.calls].map(([line]) => String(line));
    expect(lines.filter((line) => line.includes("/confirm/…")).length).toBe(2);
    expect(lines.join("\n")).not.toContain(token.slice(2));
  });

  it.each([
    "/api/v1/subscriptions/sub_1/confirm%2f",
    "/api/v1/subscriptions/sub_1/confirm%2F",
    "/api/v1/subscriptions/sub_1%2fconfirm%252f",
    "/api/v1/subscriptions/sub_1/%63onfirm/",
    "/api/v1/subscriptions/sub_1/%/confirm/",
    "/api/v1/subscriptions/sub_1/CONFIRM/",
    "/api/v1/subscriptions/sub_1//confirm//",
    "/elsewhere/",
    "/elsewhere/%/%31",
  ])("never contains it in the spelling %s", async (path) => {
    const log = vi.spyOn(console, "log");
    const token = await issueToken(env.SECRETS_KEY, "confirm", "sub_1", 1);
    await app.fetch(new Request(`${BASE_URL}${path}${token}`, { method: "POST" }), env);
    const lines = log.mock.calls.map(([line]) => String(line));
    expect(lines.some((line) => line.includes('"request"'))).toBe(true);
    expect(lines.join("\n")).not.toContain(token.slice(2));
  });
});
