/**
 * Empties all storage before each file of tests: the files of a run share one service, which starts once.
 */
import { reset } from "cloudflare:test";
import { beforeAll } from "vitest";

beforeAll(() => reset());
