import { env } from "cloudflare:workers";
import { Validator } from "@cfworker/json-schema";
import { describe, expect, it } from "vitest";
import { PROBLEM_CODES, type ProblemCode } from "../../src/domain/codes.ts";
import { parse } from "../../src/domain/issues.ts";
import { releaseInput } from "../../src/domain/release.ts";
import { SAMPLE_TYPES } from "../../src/domain/sample-event.ts";
import { differences, routedCalls } from "../../src/manual/openapi.ts";
import { checkAnswer, type OpenApiDocument, openApiDocument } from "../support/openapi-check.ts";
import { ADMIN, publish, release, request } from "../support/service.ts";

/** Of pages and feeds, which the document does not have. */
const CODES_OF_PAGES: readonly ProblemCode[] = [
  "malformed-list",
  "unknown-list",
  "method-not-allowed",
  "range-not-satisfiable",
  "file-unavailable",
];

interface Webhooks {
  webhooks: Record<string, { post: { requestBody: { content: Record<string, Content> } } }>;
}
interface Content {
  schema: { $ref: string };
  example: unknown;
}

function validatorOf({ components }: OpenApiDocument, reference: string): Validator {
  const schemas = JSON.parse(
    JSON.stringify(components.schemas).replaceAll("#/components/schemas/", "#/$defs/"),
  ) as object;
  return new Validator({ $ref: reference.replace("components/schemas", "$defs"), $defs: schemas }, "2020-12");
}

describe("the OpenAPI document", () => {
  it("describes each route of the API once, and no other", () => {
    expect(differences()).toEqual([]);
    expect(routedCalls().length).toBeGreaterThan(40);
  });

  it("names each function once, for generated clients", () => {
    const ids = routedCalls().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("has each code of a refusal at a call that can give it", () => {
    const given = new Set(routedCalls().flatMap(({ refusals }) => [...refusals.values()].flat()));
    const missing = (Object.keys(PROBLEM_CODES) as ProblemCode[]).filter((code) => !given.has(code));
    expect(missing.toSorted()).toEqual(CODES_OF_PAGES.toSorted());
  });

  it("has bodies as examples that the service takes", () => {
    const calls = routedCalls().filter(({ example }) => example !== undefined);
    expect(calls.length).toBeGreaterThan(5);
    for (const { id, example, route } of calls) {
      if (route.body === undefined) throw new Error(`${id} takes no body`);
      expect([id, parse(route.body, example)]).toMatchObject([id, { ok: true }]);
    }
    const batch = calls.find(({ id }) => id === "putReleases")?.example as
      | { releases: unknown[] }
      | undefined;
    expect(parse(releaseInput, batch?.releases[0])).toMatchObject({ ok: true });
  });

  it("has a whole event of each type as a webhook", async () => {
    const document = (await openApiDocument()) as OpenApiDocument & Webhooks;
    expect(Object.keys(document.webhooks)).toEqual([...SAMPLE_TYPES]);
    for (const [type, { post }] of Object.entries(document.webhooks)) {
      const { schema, example } = post.requestBody.content["application/json"] as Content;
      expect([type, validatorOf(document, schema.$ref).validate(example)]).toMatchObject([
        type,
        { valid: true },
      ]);
    }
  });

  it("has the limits of the fields", async () => {
    const { components } = await openApiDocument();
    const { SubscriptionInput, ReleaseBody } = components.schemas as Record<
      string,
      { properties: Record<string, object> }
    >;
    expect(ReleaseBody?.properties["title"]).toMatchObject({ minLength: 1, maxLength: 1_000 });
    expect(ReleaseBody?.properties["topics"]).toMatchObject({ maxItems: 100 });
    expect(SubscriptionInput?.properties["ratePerMinute"]).toEqual({
      type: "number",
      description: "must be a whole number from 1 to 6000",
    });
    expect(SubscriptionInput?.properties["events"]).toMatchObject({
      type: "array",
      items: { enum: expect.arrayContaining(["release.killed"]) },
    });
  });

  it("is served with the address of the service, for every origin, and not for search engines", async () => {
    const answer = await request("/openapi.json");
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("x-robots-tag")).toBe("noindex");
    expect(await answer.json()).toMatchObject({ openapi: "3.1.1", servers: [{ url: env.BASE_URL }] });
    const etag = answer.headers.get("etag") ?? "";
    const again = await request("/openapi.json", { headers: { "if-none-match": etag } });
    expect([again.status, again.headers.get("etag")]).toEqual([304, etag]);
  });
});

describe("the comparison of answers with the document", () => {
  const read = async () => request(`/api/v1/releases/${(await publish(release())).id}`, { headers: ADMIN });
  const check = (answer: Response, change: (body: Record<string, unknown>) => object, status = 200) =>
    answer
      .json<Record<string, unknown>>()
      .then((body) => checkAnswer("GET", "/api/v1/releases/x", Response.json(change(body), { status })));

  it("takes an answer as it is", async () => {
    await check(await read(), (body) => body);
  });

  it("refuses a field that the document does not have", async () => {
    await expect(check(await read(), (body) => ({ ...body, more: 1 }))).rejects.toThrow("more");
  });

  it("refuses an answer that lacks a field", async () => {
    await expect(check(await read(), ({ title: _title, ...body }) => body)).rejects.toThrow("title");
  });

  it("refuses a value of another kind", async () => {
    await expect(check(await read(), (body) => ({ ...body, edition: "1" }))).rejects.toThrow("edition");
  });

  it("refuses a status and a media type that the document does not have", async () => {
    await expect(check(await read(), (body) => body, 206)).rejects.toThrow("does not have this status");
    const text = new Response("x", { headers: { "content-type": "text/plain" } });
    await expect(checkAnswer("GET", "/api/v1/releases/x", text)).rejects.toThrow("media type text/plain");
  });

  it("refuses a code that the call does not have", async () => {
    const answer = await request("/api/v1/releases/x");
    const body = { ...(await answer.json<object>()), code: "rate-reached" };
    const other = Response.json(body, {
      status: 404,
      headers: { "content-type": "application/problem+json" },
    });
    await expect(checkAnswer("GET", "/api/v1/releases/x", other)).rejects.toThrow("code");
  });
});
