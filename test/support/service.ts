/**
 * Calls to the service for tests in workerd: over HTTP, with real KV and real Durable Objects.
 */
import { env, exports } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import { PROBLEM_CODES } from "../../src/domain/codes.ts";
import type { Newsroom } from "../../src/newsroom/newsroom.ts";
import { readDocument, textOf } from "../../src/documents/kv-store.ts";
import { newsroom, subscriber } from "../../src/runtime/stubs.ts";
import { checkAnswer } from "./openapi-check.ts";

export const BASE_URL = "https://press.example";

export const ADMIN = { authorization: `Bearer ${env.ADMIN_TOKEN}` };

/** A valid release, each with its own id and slug. */
export function release(fields: Record<string, unknown> = {}): Record<string, unknown> & { id: string } {
  const id = crypto.randomUUID();
  return {
    id,
    lang: "en",
    slug: `release-${id.slice(0, 8)}`,
    type: "press-release",
    title: "The session was held",
    date: "2020-12-01",
    body: "On December 1, a session was held.",
    ...fields,
  };
}

/**
 * Sends a request to the service, and checks that a refusal carries a code that clients know, and that every answer of
 * the API is as the OpenAPI document says.
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await requestUnread(path, init);
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json") === true;
  if (isProblem && init.method !== "HEAD") {
    const { code, status } = await response.clone().json<ProblemJson>();
    expect(PROBLEM_CODES[code], `the status of the code ${code}`).toBe(response.status);
    expect(status).toBe(response.status);
  }
  await checkAnswer(init.method ?? "GET", path, response);
  return response;
}

/** The same without checks: what the service does once a client has read the answer waits for the test. */
export function requestUnread(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(`${BASE_URL}${path}`, { redirect: "manual", ...init }));
}

/** Sends JSON, or bytes, with the admin token. */
export function send(method: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  return request(path, {
    method,
    headers: { ...ADMIN, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
  });
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || body instanceof Uint8Array;
}

export function put(body: Record<string, unknown> & { id: string }, headers: Record<string, string> = {}) {
  return send("PUT", `/api/v1/releases/${body.id}`, body, headers);
}

/** Withdraws, kills or reinstates. */
export function act(action: string, id: string, reason: unknown = "The date was wrong"): Promise<Response> {
  return send("POST", `/api/v1/releases/${id}/${action}`, { reason });
}

/** Publishes and returns the answer; fails the test if the service refuses. */
export async function publish(body: Record<string, unknown> & { id: string }): Promise<Answer> {
  const response = await put(body);
  if (!response.ok) throw new Error(`refused: ${await response.text()}`);
  return response.json();
}

export interface Answer {
  id: string;
  edition: number;
  sequence: number | null;
  status: string;
  url: string;
  changed: boolean;
}

export interface ProblemJson {
  title: string;
  code: keyof typeof PROBLEM_CODES;
  status: number;
  detail: string;
  errors?: { path: string; message: string }[];
}

/** The HTML of a page that must be there. */
export async function pageAt(path: string): Promise<string> {
  const response = await request(path);
  if (response.status !== 200) throw new Error(`${path} is ${response.status}`);
  return response.text();
}

/** Runs a piece of code inside the Newsroom. */
export function inNewsroom<T>(
  inside: (instance: Newsroom, state: DurableObjectState) => Promise<T> | T,
): Promise<T> {
  return runInDurableObject(newsroom(env), inside);
}

/** Resolves when the Newsroom has no work in progress. */
export function settled(): Promise<void> {
  return inNewsroom((instance) => instance.idle());
}

/** Advances the Newsroom's clock and runs its alarm. @returns its time in milliseconds since 1970 */
export async function newsroomLater(seconds: number): Promise<number> {
  const nowMs = await inNewsroom((instance) => {
    const ms = instance.clock() + seconds * 1000;
    instance.clock = () => ms;
    return ms;
  });
  await runDurableObjectAlarm(newsroom(env));
  await settled();
  return nowMs;
}

/** Rows of the Newsroom's ledger. */
export function ledgerRows<T extends Record<string, SqlStorageValue>>(query: string): Promise<T[]> {
  return inNewsroom((_instance, state) => state.storage.sql.exec<T>(query).toArray());
}

/** The body that KV holds at a path, without any cache. */
export async function kvBody(path: string): Promise<string | null> {
  const document = await readDocument(env.DOCUMENTS, path);
  return document && textOf(document);
}

/** Resolves when no attempt of a subscription is in flight. */
export function subscriberIdle(id: string): Promise<void> {
  return runInDurableObject(subscriber(env, id), (instance) => instance.idle());
}

/** Advances a Subscriber's clock, runs its alarm, and waits for the attempts. */
export async function subscriberLater(id: string, seconds: number): Promise<void> {
  const object = subscriber(env, id);
  await runInDurableObject(object, (instance) => {
    const ms = instance.clock() + seconds * 1000;
    instance.clock = () => ms;
  });
  await runDurableObjectAlarm(object);
  await subscriberIdle(id);
}
