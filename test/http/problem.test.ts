import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { PROBLEM_CODES, type ProblemCode } from "../../src/domain/codes.ts";
import { app } from "../../src/http/app.ts";
import { act, BASE_URL, type ProblemJson, publish, put, release, request, send } from "../support/service.ts";

const EMPTY_REGISTRY = { types: [], topics: [], people: [], organisations: [], places: [] };

/** A call of the service with other bindings. */
function withBindings(path: string, bindings: Partial<Env>): Promise<Response> {
  return Promise.resolve(app.fetch(new Request(`${BASE_URL}${path}`), { ...env, ...bindings }));
}

/** One request for each code that a single request can cause. Other tests cause the others. */
const REQUESTS: Partial<Record<ProblemCode, () => Promise<Response>>> = {
  "malformed-address": () => request("/en/feed.rss?q=caf%E9"),
  "malformed-body": () => send("POST", "/api/v1/releases", "{"),
  "malformed-if-match": () => put(release(), { "if-match": "2" }),
  "malformed-list": () => request("/en/feed.rss?from=soon"),
  unauthorized: () => request("/api/v1/rebuild", { method: "POST" }),
  "not-found": () => request("/api/v1/nothing"),
  "unknown-list": () => request("/en/topics/none/feed.rss"),
  "method-not-allowed": () => request("/api/v1/events", { method: "POST" }),
  "release-conflict": async () => {
    const first = release();
    await publish(first);
    return put(release({ slug: first["slug"] }));
  },
  "values-in-use": async () => {
    const topics = [{ slug: "csto", names: { en: "CSTO" } }];
    expect((await send("PUT", "/api/v1/registry", { ...EMPTY_REGISTRY, topics })).status).toBe(200);
    await publish(release({ topics: ["csto"] }));
    return send("PUT", "/api/v1/registry", EMPTY_REGISTRY);
  },
  "edition-mismatch": () => put(release(), { "if-match": '"7"' }),
  "body-too-large": () => put(release({ body: "x".repeat(1_100_000) })),
  "unsupported-media-type": () =>
    send("POST", "/api/v1/releases", "a: b", { "content-type": "application/yaml" }),
  invalid: () => put(release({ title: undefined })),
  "malformed-hub-request": () => request("/hub", { method: "POST", body: new URLSearchParams() }),
  "not-configured": () => withBindings("/feed.rss", { ADMIN_TOKEN: "" }),
  internal: () => withBindings("/healthz", { NEWSROOM: undefined as never }),
};

describe("a problem", () => {
  it.each(Object.entries(REQUESTS))("has the code %s with the status of that code", async (code, ask) => {
    const response = await ask();
    const problem = await response.json<ProblemJson & { code: string }>();
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect([problem.code, response.status, problem.status]).toEqual([
      code,
      PROBLEM_CODES[code as ProblemCode],
      response.status,
    ]);
    expect(problem.detail).not.toBe("");
  });

  it.each([
    ["https://press.example", "https://press.example/docs/errors#not-found"],
    ["https://press.example/", "https://press.example/docs/errors#not-found"],
  ])("leads to the manual, with the address %s of the service", async (address, type) => {
    const response = await withBindings("/api/v1/nothing", { BASE_URL: address });
    expect(await response.json()).toMatchObject({ type });
  });

  it("is readable if the address of the service is wrong", async () => {
    const response = await withBindings("/api/v1/nothing", { BASE_URL: "press" });
    expect(await response.json()).toMatchObject({
      code: "not-configured",
      type: "/docs/errors#not-configured",
    });
  });

  it("is the same for a release that does not exist and for one under embargo", async () => {
    const embargo = new Date(Date.now() + 3_600_000).toISOString();
    const embargoed = release({ embargo });
    expect((await put(embargoed)).status).toBe(201);
    const [known, unknown] = await Promise.all(
      [embargoed.id, crypto.randomUUID()].map(async (id) => {
        const response = await request(`/api/v1/releases/${id}`);
        return [response.status, await response.text()];
      }),
    );
    expect(known).toEqual(unknown);
  });

  it("of a withdrawal that is not possible says what is", async () => {
    const embargoed = release({ embargo: new Date(Date.now() + 3_600_000).toISOString() });
    await put(embargoed);
    const response = await act("withdraw", embargoed.id);
    expect(await response.json<ProblemJson>()).toMatchObject({ status: 409, code: "release-conflict" });
  });
});
