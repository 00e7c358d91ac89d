/**
 * Empties the storage before each file of tests, and what the Worker remembers of it. Rate limits stay for a minute: a
 * file that uses one up has client addresses of its own.
 */
import { reset } from "cloudflare:test";
import { beforeAll } from "vitest";
import { forgetAll } from "../../src/http/documents/cache.ts";

beforeAll(async () => {
  await reset();
  forgetAll();
});
