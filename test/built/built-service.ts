/**
 * A test's client of built-services.ts.
 */
import { inject } from "vitest";

export class BuiltService implements AsyncDisposable {
  readonly url: URL;

  private constructor(url: URL) {
    this.url = url;
  }

  /** Starts a service with an empty ledger. @param vars override those of wrangler.toml; include the secrets */
  static async start(vars: Record<string, string>): Promise<BuiltService> {
    const { url } = await send<{ url: string }>("POST", "/", JSON.stringify(vars));
    return new BuiltService(new URL(url));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await send("DELETE", `/?url=${encodeURIComponent(this.url.origin)}`);
  }
}

async function send<T>(method: string, path: string, body?: string): Promise<T> {
  const response = await fetch(new URL(path, inject("builtServices")), {
    method,
    ...(body === undefined ? {} : { body }),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}
