/**
 * Compares answers with the OpenAPI document that the service serves: status, media type, code and every field.
 */
import { env } from "cloudflare:workers";
import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import { expect } from "vitest";

interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>;
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

interface Described {
  path: string;
  pattern: RegExp;
  methods: Record<string, Operation>;
}

let reading: Promise<{ described: Described[]; schemas: Record<string, Schema> }> | undefined;
const validators = new Map<string, Validator>();

export async function openApiDocument(): Promise<OpenApiDocument> {
  return (await env.MANUAL.fetch("https://press.example/openapi.json")).json();
}

async function read() {
  const text = JSON.stringify(await openApiDocument());
  // The validator looks for references in `$defs`.
  const { paths, components } = JSON.parse(
    text.replaceAll("#/components/schemas/", "#/$defs/"),
  ) as OpenApiDocument;
  const described = Object.entries(paths).map(([path, methods]) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
    methods,
  }));
  // `/releases/states` before `/releases/{id}`
  described.sort((one, other) => one.path.split("{").length - other.path.split("{").length);
  return { described, schemas: components.schemas };
}

/** Fails the test if an answer of the API is not as the document says. Leaves the body unread. */
export async function checkAnswer(method: string, url: string, answer: Response): Promise<void> {
  const { pathname } = new URL(url, "https://press.example");
  if (!/^\/(?:api\/v1\/|healthz$|hub$|\.well-known\/)/.test(pathname) || method === "OPTIONS") return;
  const { described, schemas } = await (reading ??= read());
  const found = described.find(({ pattern }) => pattern.test(pathname));
  const operation = found?.methods[method === "HEAD" ? "get" : method.toLowerCase()];
  const name = `${method} ${found?.path ?? pathname} ${answer.status}`;
  const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
  if (found === undefined || operation === undefined) {
    // No call: there is nothing but a refusal, or the address in another spelling.
    if (answer.status !== 301)
      expect(type, `${name} is in no call of the document`).toMatch(/problem\+json$/);
    return;
  }
  const response = operation.responses[answer.status];
  if (response === undefined) throw new Error(`${name}: the document does not have this status`);
  // Neither has a body, and both have the headers of the answer that would have one.
  if (method === "HEAD" || answer.status === 304) return;
  const media = response.content?.[type];
  if (response.content === undefined ? type !== "" : media === undefined) {
    throw new Error(`${name}: the document does not have the media type ${type}`);
  }
  if (media?.schema === undefined) return;
  const body = await answer.clone().json();
  let validator = validators.get(`${name} ${type}`);
  if (validator === undefined) {
    validator = new Validator({ ...(media.schema as object), $defs: schemas }, "2020-12", false);
    validators.set(`${name} ${type}`, validator);
  }
  const { valid, errors } = validator.validate(body);
  if (!valid) throw new Error(`${name} is not as the document says: ${faultsOf(errors)}\n${short(body)}`);
}

/** The innermost faults: the others only say that something inside is wrong. */
function faultsOf(errors: readonly OutputUnit[]): string {
  const deepest = errors.filter(({ keyword }) => !["$ref", "properties", "items", "allOf"].includes(keyword));
  return deepest
    .slice(0, 8)
    .map(({ instanceLocation, error }) => `${instanceLocation} ${error}`)
    .join("; ");
}

function short(body: unknown): string {
  return JSON.stringify(body).slice(0, 1_500);
}
