/**
 * Empties the storage before each file of tests, and the documents in the memory of the Worker. Rate limits stay: a file
 * that reaches one has client addresses of its own.
 */
import { reset } from "cloudflare:test";
import { beforeAll } from "vitest";
import { forgetAll } from "../../src/http/documents/cache.ts";

beforeAll(async () => {
  await reset();
  forgetAll();
});
