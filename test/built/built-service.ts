/**
 * One of the services of built-services.ts, as a test asks for it.
 */
import { inject } from "vitest";

export class BuiltService implements AsyncDisposable {
  readonly url: URL;

  private constructor(url: URL) {
    this.url = url;
  }

  /** @param vars over those of wrangler.toml; the secrets included. Its ledger is empty. */
  static async start(vars: Record<string, string>): Promise<BuiltService> {
    const { url } = await ask<{ url: string }>("POST", "/", JSON.stringify(vars));
    return new BuiltService(new URL(url));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ask("DELETE", `/?url=${encodeURIComponent(this.url.origin)}`);
  }
}

async function ask<T>(method: string, path: string, body?: string): Promise<T> {
  const response = await fetch(new URL(path, inject("builtServices")), {
    method,
    ...(body === undefined ? {} : { body }),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}
