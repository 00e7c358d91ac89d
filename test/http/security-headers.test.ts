import { env } from "cloudflare:workers";
import { createExecutionContext } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import worker from "../../src/worker.ts";
import { ADMIN, BASE_URL, newsroomLater, publish, release, request } from "../support/service.ts";

const text = release({ slug: "headers", date: "2020-12-01" });

beforeAll(async () => {
  await publish(text);
  await newsroomLater(2);
});

const EVERYWHERE = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "strict-origin-when-cross-origin",
  "strict-transport-security": "max-age=31536000",
};

const securityHeadersOf = ({ headers }: Response) =>
  Object.fromEntries(Object.keys(EVERYWHERE).map((name) => [name, headers.get(name)]));

describe("every answer", () => {
  it.each([
    ["a page", "/en", {}, 200],
    ["a feed", "/en/feed.rss", {}, 200],
    ["a feed that has not changed", "/en/feed.rss", { headers: { "if-none-match": "*" } }, 304],
    ["a preview", "/en/feed.rss", { headers: { "sec-fetch-dest": "document" } }, 200],
    ["JSON", "/api/v1/releases", {}, 200],
    ["a release", `/api/v1/releases/${text.id}`, {}, 200],
    ["the admin's answer", "/api/v1/subscriptions", { headers: ADMIN }, 200],
    ["a problem", "/api/v1/nothing", {}, 404],
    ["a page not found", "/nothing", {}, 404],
    ["a redirect", "/en/", {}, 301],
    ["a preflight", "/en/feed.rss", { method: "OPTIONS" }, 204],
    ["a refused method", "/en", { method: "DELETE" }, 405],
    ["the stylesheet", "/style.css", {}, 200],
    ["health", "/healthz", {}, 200],
    ["a stream", "/api/v1/events/stream", {}, 200],
  ] as const)("has the headers: %s", async (_what, path, init, status) => {
    const response = await request(path, init);
    expect([response.status, securityHeadersOf(response)]).toEqual([status, EVERYWHERE]);
    await response.body?.cancel();
  });

  const ask = (path: string, over: Partial<Env>) =>
    worker.fetch(new Request(`${BASE_URL}${path}`), { ...env, ...over }, createExecutionContext());

  it("has them if the service is not configured or fails", async () => {
    const failed = await ask("/healthz", { NEWSROOM: undefined as never });
    expect([failed.status, securityHeadersOf(failed)]).toEqual([500, EVERYWHERE]);
    const unconfigured = await ask("/healthz", { ADMIN_TOKEN: "" });
    expect([unconfigured.status, securityHeadersOf(unconfigured)]).toEqual([503, EVERYWHERE]);
  });

  it("has them if memory answers, past all routes", async () => {
    await ask("/hy/feed.atom", {});
    // Without any binding: only memory can answer.
    const remembered = await ask("/hy/feed.atom", {
      NEWSROOM: undefined as never,
      DOCUMENTS: undefined as never,
    });
    expect([remembered.status, securityHeadersOf(remembered)]).toEqual([200, EVERYWHERE]);
  });

  it("asks for https only where the service has it", async () => {
    const response = await ask("/healthz", { BASE_URL: "http://localhost:8787" });
    expect(response.headers.get("strict-transport-security")).toBeNull();
  });
});

describe("/healthz", () => {
  it("tells only the admin how busy the service is", async () => {
    expect(await (await request("/healthz")).json()).toEqual({ status: "ok", sequence: expect.any(Number) });
    expect(await (await request("/healthz", { headers: ADMIN })).json()).toEqual({
      status: "ok",
      sequence: expect.any(Number),
      waiting: expect.any(Number),
      following: expect.any(Number),
    });
  });
});
