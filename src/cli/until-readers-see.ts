/**
 * Waits until readers see what the service was sent: the documents in KV follow the ledger by a second or so.
 */
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import { isLoopback } from "./admin-token.ts";
import { type ApiClient, ServiceProblem } from "./api-client.ts";
import type { Progress } from "./progress.ts";

/** For the admin, `waiting` counts the documents that are still to be written. */
const health = z.object({ waiting: z.number() });

/** Milliseconds after which the rest is left to the service: a publish of thousands takes minutes. */
const WAIT_MAX_MS = 5_000;
const POLL_MS = 100;
/** Milliseconds for which the service may answer from memory what it has just answered. */
const REMEMBERED_MS = 500;

/**
 * @param isSent whether anything was sent just now
 * @returns what to say where readers do not see everything yet
 */
export async function untilReadersSee(
  client: ApiClient,
  progress?: Progress,
  isSent = true,
): Promise<string> {
  try {
    return await waitForDocuments(client, progress, isSent);
  } catch (error) {
    if (!(error instanceof ServiceProblem && error.code === "wording-missing")) throw error;
    return ["readers get no page and no feed yet:", ...error.lines()].join("\n");
  }
}

async function waitForDocuments(
  client: ApiClient,
  progress: Progress | undefined,
  isSent: boolean,
): Promise<string> {
  let isNew = isSent;
  const deadlineMs = Date.now() + WAIT_MAX_MS;
  for (;;) {
    const { waiting } = await client.get(health, "/healthz");
    if (waiting === 0) break;
    if (Date.now() > deadlineMs) {
      return `readers see it soon: the service is still writing ${waiting === 1 ? "a document" : `${waiting} documents`}`;
    }
    isNew = true;
    progress?.show("waiting until readers see it");
    await delay(POLL_MS);
  }
  if (!isNew) return "";
  await delay(REMEMBERED_MS);
  // Cloudflare's locations keep a copy of a document for a minute.
  return isLoopback(client.service) ? "" : "readers everywhere see it within a minute";
}
