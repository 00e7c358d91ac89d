import fc from "fast-check";
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { EMPTY_REGISTRY } from "../../src/domain/registry.ts";
import { app } from "../../src/http/app.ts";
import { ADMIN, BASE_URL, type ProblemJson, release, request, send } from "../support/service.ts";
import { endpoint, own, subscribe } from "../support/subscriptions.ts";

const MANY = 150_000;
const many = <T>(value: T): T[] => Array.from({ length: MANY }, () => value);
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 0]));

const post = (fields: Record<string, unknown>) =>
  send("POST", "/api/v1/subscriptions", { url: endpoint("500"), ...fields });
const putRelease = (fields: Record<string, unknown>) => {
  const body = release(fields);
  return send("PUT", `/api/v1/releases/${body.id}`, body);
};
const putRegistry = (fields: Record<string, unknown>) =>
  send("PUT", "/api/v1/registry", { ...EMPTY_REGISTRY, ...fields });
const named = (fields: Record<string, unknown>) =>
  putRegistry({ topics: [{ slug: "csto", names: { en: "CSTO" }, ...fields }] });

describe("a body with more faults than an answer can hold", () => {
  it.each<[string, () => Promise<Response>]>([
    ["values of a filter", () => post({ filter: { topic: many("A") } })],
    ["values that a filter excludes", () => post({ filter: { not: { person: many(1) } } })],
    ["events", () => post({ events: many("x") })],
    ["unknown fields", () => post(keys(80_000))],
    ["unknown fields of a filter", () => post({ filter: keys(80_000) })],
    ["releases", () => send("POST", "/api/v1/releases", { releases: many(0) })],
    ["wrong releases", () => send("POST", "/api/v1/releases", { releases: Array(100).fill(keys(700)) })],
    ["values of a facet", () => putRelease({ topics: many("A") })],
    ["attachments", () => putRelease({ attachments: many(0) })],
    ["fields of an attachment", () => putRelease({ attachments: [keys(80_000)] })],
    ["values in the registry", () => putRegistry({ topics: many(0) })],
    ["spellings", () => named({ spellings: many(1) })],
    ["names", () => named({ names: keys(80_000) })],
    ["offices", () => named({ role: keys(80_000) })],
    [
      "names of many values",
      () => putRegistry({ people: Array.from({ length: 1_300 }, () => ({ slug: "a", names: keys(90) })) }),
    ],
    ["a path and a key of 900,000 characters", () => post({ ["ա".repeat(450_000)]: 1 })],
    [
      "two hundred long keys",
      () => post(Object.fromEntries(Object.keys(keys(200)).map((key) => [key.repeat(1_000), 1]))),
    ],
    ["an unknown value of 900,000 characters", () => putRelease({ type: "x".repeat(900_000) })],
    ["depth", () => send("POST", "/api/v1/releases", `${"[".repeat(400_000)}${"]".repeat(400_000)}`)],
    [
      "depth in a filter",
      () => post({ filter: JSON.parse(`${'{"not":'.repeat(5_000)}{}${"}".repeat(5_000)}`) as unknown }),
    ],
  ])("is 422, and less than 64 kB: %s", async (_what, ask) => {
    const response = await ask();
    const text = await response.text();
    expect(response.status).toBe(422);
    expect(new TextEncoder().encode(text).byteLength).toBeLessThan(65_536);
    expect((JSON.parse(text) as ProblemJson).errors?.length).toBeGreaterThan(0);
  });

  it("is never 5xx, whatever JSON it holds", async () => {
    const paths = ["/api/v1/subscriptions", "/api/v1/releases"];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.json({ maxDepth: 6 }), async (path, json) => {
        const text = json.replace("{", '{"__proto__":1,"url":1,"url":2,"releases":[{}],"filter":{"not":[]},');
        expect((await send("POST", path, text)).status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a body that ends early, because its client has left", () => {
  it.each<[string, Record<string, string>]>([
    ["with Content-Length", { "content-length": "100" }],
    ["in chunks", {}],
  ])("is the fault of the client, %s", async (_what, headers) => {
    const body = new ReadableStream({
      start: (controller) => controller.error(new Error("Network connection lost.")),
    });
    const init = { method: "POST", headers: { "content-type": "application/json", ...headers }, body };
    const sent = new Request(`${BASE_URL}/api/v1/subscriptions`, init);
    // Not over a socket: the test's client would wait, too.
    const response = await app.fetch(sent, env, createExecutionContext());
    expect(response.status).toBe(400);
    expect((await response.json<ProblemJson>()).code).toBe("malformed-body");
  });
});

describe("the Content-Type of a body", () => {
  const body = () => JSON.stringify({ url: endpoint("500") });
  const ask = (headers: Record<string, string>) =>
    request("/api/v1/subscriptions", { method: "POST", headers, body: new TextEncoder().encode(body()) });

  it.each<[string, Record<string, string>]>([
    ["is missing", {}],
    ["says application/x-www-form-urlencoded", { "content-type": "application/x-www-form-urlencoded" }],
    ["says text/plain", { "content-type": "text/plain;charset=UTF-8" }],
  ])("is refused if it %s, and the answer names the header to add", async (what, headers) => {
    const response = await ask(headers);
    expect(response.status).toBe(415);
    const { code, detail } = await response.json<ProblemJson>();
    expect(code).toBe("unsupported-media-type");
    expect(detail).toContain(`The Content-Type header ${what}`);
    expect(detail).toContain("-H 'content-type: application/json'");
  });

  it.each(["application/json", "Application/JSON; charset=utf-8", "application/vnd.desk+json"])(
    "may be %s",
    async (type) => {
      expect((await ask({ "content-type": type })).status).not.toBe(415);
    },
  );

  it("is not needed without a body, where the body is optional or there is none", async () => {
    const made = await subscribe();
    for (const action of ["rotate-secret", "pause", "resume", "test"]) {
      expect((await own(made, `/${action}`, "POST")).ok).toBe(true);
    }
    const response = await request("/api/v1/releases", { method: "POST", headers: ADMIN });
    expect((await response.json<ProblemJson>()).code).toBe("malformed-body");
  });
});
