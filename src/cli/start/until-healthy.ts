/**
 * Waits for a service that has just been started.
 */
import { setTimeout as delay } from "node:timers/promises";
import { defined } from "../../domain/defined.ts";
import { CliError } from "../cli-error.ts";
import { ServiceFailure } from "./service-failure.ts";

/** Milliseconds until the service must be healthy; it takes one or two seconds. */
const HEALTHY_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/** A service that answers. One that has no wording yet takes what is published, and one that is being restored nothing. */
interface Health {
  code: "healthy" | "being-restored" | "wording-missing";
  /** What is wrong, and the way out. */
  detail: string;
}

/**
 * Waits until a service that has just been started answers.
 *
 * @param over ends the wait
 * @param headers of each request
 * @throws CliError with what is wrong with its configuration; ServiceFailure if it does not answer in time
 */
export async function untilHealthy(
  url: URL,
  { over, headers = {} }: { over?: AbortSignal; headers?: Record<string, string> } = {},
): Promise<Health> {
  const deadlineMs = Date.now() + HEALTHY_TIMEOUT_MS;
  let last = "";
  while (Date.now() < deadlineMs) {
    try {
      const answer = await fetch(new URL("/healthz", url), { headers, signal: AbortSignal.timeout(5_000) });
      const body = await answer.text();
      if (answer.status === 200) return { code: "healthy", detail: "" };
      if (answer.status === 503) {
        const { code, detail = body.slice(0, 500) } = problemIn(body);
        if (code === "being-restored" || code === "wording-missing") return { code, detail };
        // The service runs and says what is wrong with its configuration: waiting would not help.
        throw new CliError(`The service is not configured: ${detail}`);
      }
      last = `it answered ${answer.status} ${body.slice(0, 500)}`;
    } catch (error) {
      if (error instanceof CliError) throw error;
      // Not listening yet. If it never listens, this is the reason, such as a port that fetch blocks.
      last = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    }
    await delay(POLL_MS, undefined, defined({ signal: over }));
  }
  throw new ServiceFailure(`The service is not healthy after ${HEALTHY_TIMEOUT_MS / 1000} s: ${last}.`);
}

/** The members of a problem document; of any other text, none. */
function problemIn(body: string): { code?: string; detail?: string } {
  try {
    return JSON.parse(body) as { code?: string; detail?: string };
  } catch {
    return {};
  }
}
