/**
 * Calls of the API as somebody makes them who knows that answers can get lost.
 */

export type Outcome<T> =
  | { kind: "answered"; answer: T }
  /** 4xx: nothing was done. */
  | { kind: "refused"; status: number; text: string }
  /** No answer, or 5xx: it was done or not. */
  | { kind: "unknown"; why: string };

/** Milliseconds after which a call that nobody cut off counts as one that hangs. */
const ANSWERED_WITHIN_MS = 60_000;

export class ServiceCalls {
  readonly #service: URL;
  readonly adminToken: string;

  constructor(service: URL, adminToken: string) {
    this.#service = service;
    this.adminToken = adminToken;
  }

  async call<T>(method: string, path: string, token?: string, body?: unknown): Promise<Outcome<T>> {
    try {
      const response = await fetch(new URL(path, this.#service), {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
      });
      const text = await response.text();
      if (response.status >= 500) return { kind: "unknown", why: `${response.status} ${text}` };
      if (!response.ok) return { kind: "refused", status: response.status, text };
      return { kind: "answered", answer: (text === "" ? undefined : JSON.parse(text)) as T };
    } catch (error) {
      if (error instanceof DOMException && error.name === "TimeoutError") throw error;
      return { kind: "unknown", why: String(error) };
    }
  }

  /** The same where all is well and an answer must come. */
  async answer<T>(method: string, path: string, token?: string, body?: unknown): Promise<T> {
    const outcome = await this.call<T>(method, path, token, body);
    if (outcome.kind === "answered") return outcome.answer;
    throw new Error(`${method} ${path}: ${JSON.stringify(outcome)}`);
  }
}
