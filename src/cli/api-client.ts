/**
 * Calls to the service's API: retried where a retry helps, and every failure says what to do next.
 */
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import type { Issue } from "../domain/issues.ts";
import { isLoopback, tokenSource } from "./admin-token.ts";
import { duration, printable } from "./terminal.ts";
import { CliError, systemCode } from "./cli-error.ts";
import { report } from "./output.ts";

/** Milliseconds before each retry: a restart or a short overload is over by then. */
const RETRY_DELAYS_MS = [250, 500, 1_000, 2_000];
/** Milliseconds that a service may ask to wait (Retry-After): its rate limits count over a minute. */
const RETRY_AFTER_MAX_MS = 90_000;
/** Milliseconds for one call: a batch of a hundred long releases takes a few seconds. */
const CALL_TIMEOUT_MS = 30_000;
/** Milliseconds for the first answer of all: something that only accepts connections is no service. */
const FIRST_ANSWER_TIMEOUT_MS = 10_000;
const NOT_FOUND = 404;
/** Temporary failures of the service, or of a proxy in front of it. */
const TEMPORARY = new Set([429, 502, 503, 504]);

const problem = z.object({
  code: z.optional(z.string()),
  title: z.optional(z.string()),
  detail: z.optional(z.string()),
  errors: z.optional(
    z.array(z.object({ path: z.string(), message: z.string(), line: z.optional(z.number()) })),
  ),
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

  /** The message, and a line for each issue: `after: is beyond …`. */
  override lines(): string[] {
    return [
      this.message,
      ...this.issues.map(({ path, message }) => printable(`${path.slice(1)}: ${message}`)),
    ];
  }
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

interface CallOptions {
  /** JSON text, or the bytes of a file. */
  body?: string | Uint8Array<ArrayBuffer> | undefined;
  /** Instead of the client's token; undefined calls without one. */
  token?: string | undefined;
  /** Milliseconds for one attempt. */
  timeoutMs?: number;
  /** Set for a call that is not idempotent: it is never retried. */
  once?: boolean;
}

export class ApiClient {
  readonly service: URL;
  readonly #token: string | undefined;
  readonly #end: AbortSignal;
  #reached = false;

  /** @param end aborts all calls, also those that wait for a retry */
  constructor(service: URL, token?: string, end: AbortSignal = new AbortController().signal) {
    this.service = service;
    this.#token = token;
    this.#end = end;
  }

  /** Sends a call like {@link send}. @throws CliError if the answer has another shape */
  async get<S extends z.ZodMiniType>(shape: S, path: string, options?: CallOptions): Promise<z.output<S>> {
    return this.#parse(shape, await this.send("GET", path, options));
  }

  /** Sends a call like {@link send}. @throws CliError if the answer has another shape */
  async post<S extends z.ZodMiniType>(shape: S, path: string, options?: CallOptions): Promise<z.output<S>> {
    return this.#parse(shape, await this.send("POST", path, options));
  }

  /** Sends a call like {@link send}. @throws CliError if the answer has another shape */
  async put<S extends z.ZodMiniType>(shape: S, path: string, options?: CallOptions): Promise<z.output<S>> {
    return this.#parse(shape, await this.send("PUT", path, options));
  }

  /**
   * Sends a call, and retries temporary failures. Waits as long as the service asks for; fails if that is too long.
   *
   * @param path relative to the service's URL, such as `/api/v1/releases`
   * @returns the JSON of a 2xx answer, unchecked; undefined if the answer has no body
   * @throws ServiceProblem if the service refuses the call, CliError if it cannot be reached
   */
  send(method: Method, path: string, options: CallOptions = {}): Promise<unknown> {
    return this.#call(method, path, options, jsonOf);
  }

  /** Fetches bytes like {@link send}. */
  bytes(path: string, options: CallOptions = {}): Promise<Buffer> {
    return this.#call("GET", path, options, async (answer) => Buffer.from(await answer.arrayBuffer()));
  }

  async #call<T>(
    method: Method,
    path: string,
    options: CallOptions,
    read: (answer: Response) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      let pause = options.once === true ? undefined : RETRY_DELAYS_MS[attempt];
      try {
        const sent = { token: this.#token, ...options };
        const answer = await this.#fetch(method, path, sent);
        this.#reached = true;
        if (answer.ok) return await read(answer);
        const asked = askedWaitMs(answer) ?? 0;
        if (!TEMPORARY.has(answer.status) || pause === undefined || asked > RETRY_AFTER_MAX_MS) {
          throw await this.#refused(answer, sent.token);
        }
        await answer.body?.cancel();
        if (asked > pause) {
          pause = asked;
          report(`${this.service.origin} is busy (${answer.status}): trying again in ${duration(asked)}`);
        }
      } catch (error) {
        if (error instanceof CliError) throw error;
        // A service that was never reached is not restarting: a retry would not help.
        if (pause === undefined || (!this.#reached && (isAbsent(error) || isSilent(error))))
          throw this.#unreachable(error);
      }
      await delay(pause, undefined, { signal: this.#end });
    }
  }

  /**
   * Fetches a page as HTML and follows redirects.
   *
   * @param path relative to the service's URL
   * @returns undefined for 404; for a killed release, its 410 page
   */
  async page(path: string): Promise<string | undefined> {
    try {
      const answer = await this.#fetch("GET", path, {}, "text/html", "follow");
      return answer.status === NOT_FOUND ? undefined : await answer.text();
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #fetch(
    method: Method,
    path: string,
    { body, token, timeoutMs }: CallOptions,
    accept = "application/json",
    redirect: "manual" | "follow" = "manual",
  ): Promise<Response> {
    if (token !== undefined) refuseUnencrypted(this.service);
    return fetch(`${this.service.href.replace(/\/$/, "")}${path}`, {
      method,
      headers: {
        accept,
        ...(body !== undefined && {
          "content-type": typeof body === "string" ? "application/json" : "application/octet-stream",
        }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body }),
      // Following a redirect would turn a POST into a GET.
      redirect,
      signal: AbortSignal.any([
        this.#end,
        AbortSignal.timeout(timeoutMs ?? (this.#reached ? CALL_TIMEOUT_MS : FIRST_ANSWER_TIMEOUT_MS)),
      ]),
    });
  }

  #parse<S extends z.ZodMiniType>(shape: S, answer: unknown): z.output<S> {
    const parsed = z.safeParse(shape, answer);
    if (parsed.success) return parsed.data;
    throw new CliError(
      `Unexpected response from ${this.service.origin}: the versions of the command line and the service may not match.`,
    );
  }

  async #refused(answer: Response, token: string | undefined): Promise<CliError> {
    const at = this.service.origin;
    const location = answer.headers.get("location");
    if (location !== null && answer.status >= 300 && answer.status < 400) {
      return new CliError(`${at} redirects to ${printable(location)}: give that address with --to.`);
    }
    const parsed = z.safeParse(problem, await jsonOf(answer).catch(() => undefined));
    if (answer.status === 401) {
      const local = ", or start the service with `npm start`, which keeps a token in .dev.vars";
      const message =
        token === undefined
          ? `${at} requires the admin token: set COMMUNIQUE_TOKEN${isLoopback(this.service) ? local : ""}.`
          : `${at} does not accept this admin token: the one in ${tokenSource()} is not its ADMIN_TOKEN. ` +
            "Set COMMUNIQUE_TOKEN to that, and check --to.";
      return new ServiceProblem(401, "unauthorized", message, []);
    }
    if (!parsed.success) {
      return new CliError(
        `${at} answered ${answer.status}, but not as a communique service does: check --to.`,
      );
    }
    const { code, title, detail, errors = [] } = parsed.data;
    const waitMs = askedWaitMs(answer);
    const instant =
      waitMs === undefined ? "" : new Date(Date.now() + waitMs).toISOString().replace(/\.\d+/, "");
    const later = waitMs === undefined ? "" : ` (try again in ${duration(waitMs)}, at ${instant})`;
    const message = `${at} answered ${answer.status} ${[title, detail].filter(Boolean).join(": ")}${later}`;
    return new ServiceProblem(answer.status, code, printable(message).trim(), errors);
  }

  #unreachable(error: unknown): CliError {
    const { origin } = this.service;
    const start = isLoopback(this.service)
      ? "start it with `npm start`, or give another"
      : "check the address";
    if (isSilent(error)) {
      return new CliError(
        `${origin} takes connections but does not answer: it is overloaded, or no communique service. ` +
          "Check --to, and try again later.",
      );
    }
    return new CliError(`No service answers at ${origin} (${reasonOf(error)}): ${start} with --to.`);
  }
}

/** @throws CliError if a token would cross a network unencrypted and nobody has allowed it */
function refuseUnencrypted(service: URL): void {
  if (service.protocol === "https:" || isLoopback(service) || process.env.COMMUNIQUE_INSECURE === "1") return;
  throw new CliError(
    `${service.origin} is not encrypted, so everybody on the way could read the token: use https, or set COMMUNIQUE_INSECURE=1.`,
  );
}

/** How long Retry-After asks to wait, in milliseconds: it holds seconds or a date (RFC 9110, 10.2.3). */
function askedWaitMs(answer: Response): number | undefined {
  const given = answer.headers.get("retry-after");
  if (given === null) return undefined;
  const ms = /^\d{1,9}$/.test(given) ? Number(given) * 1_000 : Date.parse(given) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

async function jsonOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CliError("The answer is not JSON, so this is not a communique service: check --to.");
  }
}

/** It accepts the connection and does not answer. */
function isSilent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === "TimeoutError" ||
    ["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"].includes(reasonOf(error))
  );
}

function isAbsent(error: unknown): boolean {
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(reasonOf(error));
}

/** The system's error code of a failed fetch: in the error's cause, or in the first error of that cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof AggregateError ? error.cause.errors[0] : error.cause;
  return (
    systemCode(cause) ??
    systemCode(error.cause) ??
    (error.name === "TimeoutError" ? "no answer in time" : error.message)
  ).replace("UND_ERR_CONNECT_TIMEOUT", "no connection in time");
}
