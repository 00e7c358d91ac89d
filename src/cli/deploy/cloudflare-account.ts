/**
 * What a Cloudflare account holds of the service already, asked by Cloudflare's API
 * (https://developers.cloudflare.com/api/) with wrangler's login.
 */
import * as z from "zod/mini";
import { CliError } from "../cli-error.ts";
import { printable } from "../terminal.ts";
import { wranglerLogin, type Login } from "./wrangler.ts";

const CALL_TIMEOUT_MS = 30_000;
/** Namespaces in one page of the list. */
const PAGE_SIZE = 100;
/** Cloudflare's codes for a Worker that does not exist. */
const NO_WORKER = new Set([10_007, 10_090]);

const envelope = z.object({
  success: z.boolean(),
  errors: z.optional(z.array(z.object({ code: z.number(), message: z.string() }))),
  result: z.unknown(),
});
const accounts = z.array(z.object({ id: z.string(), name: z.string() }));
const secretList = z.array(z.object({ name: z.string() }));
const settingsShape = z.object({ bindings: z.array(z.object({ name: z.string(), type: z.string() })) });
const namespaceList = z.array(z.object({ id: z.string(), title: z.string() }));
const created = z.object({ id: z.string() });
const subdomain = z.object({ subdomain: z.string() });

/** A Worker that exists. */
export interface ExistingWorker {
  secrets: ReadonlySet<string>;
  /** The names of its bindings, other than secrets too. */
  bindings: ReadonlySet<string>;
}

class ApiProblem extends CliError {
  readonly code: number | undefined;

  constructor(message: string, code: number | undefined) {
    super(message);
    this.code = code;
  }
}

export class CloudflareAccount {
  readonly id: string;
  readonly #login: Login;

  private constructor(id: string, login: Login) {
    this.id = id;
    this.#login = login;
  }

  /**
   * @param known the account's id, where the configuration or CLOUDFLARE_ACCOUNT_ID gives it
   * @throws CliError without a login, or if the login opens several accounts
   */
  static async open(known: string | undefined): Promise<CloudflareAccount> {
    const login = await wranglerLogin();
    if (known !== undefined) return new CloudflareAccount(known, login);
    const found = await call(login, "GET", "/accounts?per_page=50", accounts);
    const [first, ...others] = found;
    if (first === undefined) {
      throw new CliError(
        "This login opens no Cloudflare account. Set CLOUDFLARE_ACCOUNT_ID to the account's id, or log in as somebody else: npx wrangler login",
      );
    }
    if (others.length === 0) return new CloudflareAccount(first.id, login);
    throw new CliError(
      [
        "This login opens several accounts. Add the line of the right one above [vars] in wrangler.toml:",
        ...found.map(({ id, name }) => `    account_id = "${id}"   # ${printable(name)}`),
      ].join("\n"),
    );
  }

  /** @returns undefined if the account has no Worker of this name */
  async worker(name: string): Promise<ExistingWorker | undefined> {
    const path = `/workers/scripts/${encodeURIComponent(name)}`;
    try {
      const secrets = await this.#call("GET", `${path}/secrets`, secretList);
      const { bindings } = await this.#call("GET", `${path}/settings`, settingsShape);
      return {
        secrets: new Set(secrets.map((secret) => secret.name)),
        bindings: new Set(bindings.map((binding) => binding.name)),
      };
    } catch (error) {
      if (error instanceof ApiProblem && error.code !== undefined && NO_WORKER.has(error.code))
        return undefined;
      throw error;
    }
  }

  /** The host that Cloudflare gives a Worker below workers.dev; undefined if the account has none, or nobody may ask. */
  async workersDevHost(name: string): Promise<string | undefined> {
    try {
      const { subdomain: own } = await this.#call("GET", "/workers/subdomain", subdomain);
      return `${name}.${own}.workers.dev`;
    } catch (error) {
      if (error instanceof ApiProblem && error.code !== undefined) return undefined;
      throw error;
    }
  }

  /** The KV namespace of a title; creates it if the account has none. */
  async namespace(title: string): Promise<{ id: string; isNew: boolean }> {
    for (let page = 1; ; page += 1) {
      const path = `/storage/kv/namespaces?per_page=${PAGE_SIZE}&order=title&direction=asc&page=${page}`;
      const found = await this.#call("GET", path, namespaceList);
      const id = found.find((namespace) => namespace.title === title)?.id;
      if (id !== undefined) return { id, isNew: false };
      if (found.length < PAGE_SIZE) break;
    }
    const { id } = await this.#call("POST", "/storage/kv/namespaces", created, { title });
    return { id, isNew: true };
  }

  #call<S extends z.ZodMiniType>(
    method: string,
    path: string,
    shape: S,
    body?: unknown,
  ): Promise<z.output<S>> {
    return call(this.#login, method, `/accounts/${this.id}${path}`, shape, body);
  }
}

async function call<S extends z.ZodMiniType>(
  login: Login,
  method: string,
  path: string,
  shape: S,
  body?: unknown,
): Promise<z.output<S>> {
  const base = process.env["CLOUDFLARE_API_BASE_URL"] ?? "https://api.cloudflare.com/client/v4";
  let answer: Response;
  try {
    answer = await fetch(`${base}${path}`, {
      method,
      headers: { ...login, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new CliError(
      `Cloudflare's API cannot be reached (${cause instanceof Error ? cause.message : String(cause)}): check the connection. Nothing was deployed.`,
    );
  }
  const parsed = z.safeParse(envelope, await answer.json().catch(() => undefined));
  const result = parsed.success && parsed.data.success ? z.safeParse(shape, parsed.data.result) : undefined;
  if (result?.success === true) return result.data;
  const [first] = parsed.data?.errors ?? [];
  const said = first === undefined ? String(answer.status) : `${first.message} [code: ${first.code}]`;
  if (answer.status === 401 || answer.status === 403) {
    throw new ApiProblem(
      `Cloudflare refuses this login (${printable(said)}). Log in again with \`npx wrangler login\`, or set CLOUDFLARE_API_TOKEN to a token that may edit Workers Scripts and Workers KV Storage in this account. Nothing was deployed.`,
      first?.code,
    );
  }
  throw new ApiProblem(
    `Cloudflare's API answered ${printable(said)} to ${method} ${path}. Nothing was deployed.`,
    first?.code,
  );
}
