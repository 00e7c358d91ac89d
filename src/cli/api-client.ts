/**
 * Calls to the service's API, repeated where repeating helps, with every failure in plain words.
 */
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import type { Issue } from "../domain/issues.ts";
import { isLoopback } from "./admin-token.ts";
import { duration } from "./instant-words.ts";
import { CliError, systemCode } from "./cli-error.ts";

/** Milliseconds before each repetition: a restart or a moment's overload is over by then. */
const REPEAT_AFTER_MS = [250, 500, 1_000, 2_000];
/** Milliseconds for one call: a batch of a hundred long releases takes a few seconds. */
const CALL_TIMEOUT_MS = 30_000;
const NOT_FOUND = 404;
/** Answers that say "not now", from the service or from what stands before it. */
const PASSING = new Set([429, 502, 503, 504]);

const problem = z.object({
  code: z.optional(z.string()),
  title: z.optional(z.string()),
  detail: z.optional(z.string()),
  errors: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
});

/** The service refused a call (RFC 9457). Decide by `code`: the wording of messages changes. */
export class ServiceProblem extends CliError {
  override name = "ServiceProblem";
  readonly status: number;
  /** One of `PROBLEM_CODES`; undefined where something in front of the service answered. */
  readonly code: string | undefined;
  readonly issues: readonly Issue[];

  constructor(status: number, code: string | undefined, message: string, issues: readonly Issue[]) {
    super(message);
    this.status = status;
    this.code = code;
    this.issues = issues;
  }
}

/** Each fault on a line of its own: `after: is beyond …`. */
export function issueLines({ issues }: ServiceProblem): string[] {
  return issues.map(({ path, message }) => `${path.slice(1)}: ${message}`);
}

/** For an answer of a shape that nobody here knows. */
export function unexpectedAnswer(client: ApiClient): CliError {
  return new CliError(
    `${client.service.origin} answered what this version does not understand: update one of the two.`,
  );
}

export interface Call {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the service's address, such as `/api/v1/releases`. */
  path: string;
  /** JSON text. */
  body?: string;
  token?: string | undefined;
  /** Milliseconds for the call as a whole, repetitions aside. */
  timeoutMs?: number;
  /** Set for a call that does something a second time if it is sent a second time. */
  once?: boolean;
}

export class ApiClient {
  readonly service: URL;
  readonly #over: AbortSignal;
  #reached = false;

  /** @param over ends all calls, those that wait to be repeated too */
  constructor(service: URL, over: AbortSignal = new AbortController().signal) {
    this.service = service;
    this.#over = over;
  }

  /**
   * Sends a call, again if that can help.
   *
   * @returns the JSON of a 2xx answer, unchecked; undefined if it has none
   * @throws ServiceProblem for the service's own refusals, CliError where it cannot be reached
   */
  async send(call: Call): Promise<unknown> {
    for (let attempt = 0; ; attempt += 1) {
      const pause = call.once === true ? undefined : REPEAT_AFTER_MS[attempt];
      try {
        const answer = await this.#fetch(call);
        this.#reached = true;
        if (answer.ok) return await jsonOf(answer);
        if (!PASSING.has(answer.status) || pause === undefined) throw await this.#refused(answer);
        await answer.body?.cancel();
      } catch (error) {
        if (error instanceof CliError) throw error;
        // Nobody there at all, from the first call on: that does not pass by itself.
        if (pause === undefined || (!this.#reached && neverThere(error))) throw this.#unreachable(error);
      }
      await delay(pause, undefined, { signal: this.#over });
    }
  }

  /**
   * A page as people get it, wherever it has moved to.
   *
   * @param path below the service's address
   * @returns undefined if there is none; of a killed release, the page that says so
   */
  async page(path: string): Promise<string | undefined> {
    try {
      const answer = await this.#fetch({ method: "GET", path }, "text/html", "follow");
      return answer.status === NOT_FOUND ? undefined : await answer.text();
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #fetch(
    { method, path, body, token, timeoutMs }: Call,
    accept = "application/json",
    redirect: "manual" | "follow" = "manual",
  ): Promise<Response> {
    return fetch(`${this.service.href.replace(/\/$/, "")}${path}`, {
      method,
      headers: {
        accept,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body }),
      // A followed redirect would turn a POST into a GET.
      redirect,
      signal: AbortSignal.any([this.#over, AbortSignal.timeout(timeoutMs ?? CALL_TIMEOUT_MS)]),
    });
  }

  async #refused(answer: Response): Promise<CliError> {
    const at = this.service.origin;
    const location = answer.headers.get("location");
    if (location !== null && answer.status >= 300 && answer.status < 400) {
      return new CliError(`${at} sends on to ${location}: give that address with --to.`);
    }
    const parsed = z.safeParse(problem, await jsonOf(answer).catch(() => undefined));
    if (answer.status === 401) {
      const local = isLoopback(this.service)
        ? ", or start the service with `npm start`, which keeps one in .dev.vars"
        : "";
      return new ServiceProblem(
        401,
        "unauthorized",
        `${at} wants the admin token: set COMMUNIQUE_TOKEN to it${local}.`,
        [],
      );
    }
    if (!parsed.success) {
      return new CliError(
        `${at} answered ${answer.status}, and not as a communique service does: is --to right?`,
      );
    }
    const { code, title, detail, errors = [] } = parsed.data;
    const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
    const later = Number.isFinite(seconds) ? ` (again in ${duration(seconds * 1_000)})` : "";
    const said = [title, detail].filter((part) => part !== undefined && part !== "").join(": ") + later;
    return new ServiceProblem(answer.status, code, `${at} answered ${answer.status} ${said}`.trim(), errors);
  }

  #unreachable(error: unknown): CliError {
    const start = isLoopback(this.service)
      ? "start it with `npm start`, or name another"
      : "check the address given";
    return new CliError(
      `No service answers at ${this.service.origin} (${reasonOf(error)}): ${start} with --to.`,
    );
  }
}

async function jsonOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CliError("The answer is not JSON, so not that of a communique service: is --to right?");
  }
}

function neverThere(error: unknown): boolean {
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(reasonOf(error));
}

/** The system's code of a failed fetch, which hides it in its cause, and in that one's parts. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof AggregateError ? error.cause.errors[0] : error.cause;
  return (
    systemCode(cause) ??
    systemCode(error.cause) ??
    (error.name === "TimeoutError" ? "no answer in time" : error.message)
  );
}
