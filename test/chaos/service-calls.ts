/**
 * API calls whose answers can get lost.
 */

export type Outcome<T> =
  | { kind: "answered"; answer: T }
  /** 4xx: the call had no effect. */
  | { kind: "refused"; status: number; text: string }
  /** No answer, or 5xx: the call may or may not have taken effect. */
  | { kind: "unknown"; why: string };

/** Milliseconds after which a call counts as hanging. */
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

  /** Like {@link call}, but throws unless the service answers 2xx. */
  async answer<T>(method: string, path: string, token?: string, body?: unknown): Promise<T> {
    const outcome = await this.call<T>(method, path, token, body);
    if (outcome.kind === "answered") return outcome.answer;
    throw new Error(`${method} ${path}: ${JSON.stringify(outcome)}`);
  }
}
