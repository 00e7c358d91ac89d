/**
 * Wrangler as a process: its login, and a deploy.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as z from "zod/mini";
import { CliError } from "../cli-error.ts";
import { PROJECT_ROOT } from "../paths.ts";

const WRANGLER = join(PROJECT_ROOT, "node_modules/wrangler/bin/wrangler.js");

/** The headers of a call to Cloudflare's API. */
export type Login = Record<string, string>;

const loginShape = z.union([
  z.object({ type: z.literal(["oauth", "api_token"]), token: z.string() }),
  z.object({ type: z.literal("api_key"), key: z.string(), email: z.string() }),
]);

/** @throws CliError that says how to log in */
export async function wranglerLogin(): Promise<Login> {
  const token = process.env["CLOUDFLARE_API_TOKEN"];
  if (token) return { authorization: `Bearer ${token}` };
  const child = spawn(process.execPath, [WRANGLER, "auth", "token", "--json"], {
    cwd: PROJECT_ROOT,
    stdio: ["ignore", "pipe", "ignore"],
    // Wrangler would write the token into its log.
    env: { ...process.env, WRANGLER_WRITE_LOGS: "false", WRANGLER_HIDE_BANNER: "true" },
  });
  const [printed] = await Promise.all([text(child.stdout), once(child, "close")]);
  const login = child.exitCode === 0 ? z.safeParse(loginShape, parsed(printed)) : undefined;
  if (login?.success !== true) {
    throw new CliError(
      "You are not logged in to Cloudflare. Log in with `npx wrangler login`; where there is no browser, set CLOUDFLARE_API_TOKEN. Nothing was deployed.",
    );
  }
  return login.data.type === "api_key"
    ? { "x-auth-key": login.data.key, "x-auth-email": login.data.email }
    : { authorization: `Bearer ${login.data.token}` };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Runs `wrangler deploy` on this terminal, where it may ask its questions.
 *
 * @param secrets wrangler reads them from a file that only its owner can read; it is deleted afterwards
 * @throws CliError if wrangler fails
 */
export async function wranglerDeploy(
  args: readonly string[],
  env: Record<string, string> = {},
  secrets: Readonly<Record<string, string>> = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "communique-deploy-"));
  try {
    const file = join(folder, "secrets.json");
    const hasSecrets = Object.keys(secrets).length > 0;
    if (hasSecrets) await writeFile(file, JSON.stringify(secrets), { mode: 0o600, flag: "wx" });
    await run(["deploy", ...args, ...(hasSecrets ? ["--secrets-file", file] : [])], env);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function run(args: readonly string[], env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [WRANGLER, ...args], {
    cwd: PROJECT_ROOT,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  // This process outlives wrangler, to delete the file. A terminal sends Ctrl-C to both.
  const forward = (signal: NodeJS.Signals): void => void (signal === "SIGINT" || child.kill(signal));
  for (const signal of SIGNALS) process.on(signal, forward);
  try {
    await once(child, "close");
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward);
  }
  if (child.exitCode !== 0) throw new CliError("Wrangler failed: it says why above.");
}
