/**
 * What wrangler's configuration says about a deploy, and the configuration with the id of the KV namespace.
 */
import { readFile, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { experimental_readRawConfig, unstable_readConfig, type Unstable_RawConfig } from "wrangler";
import { CliError } from "../cli-error.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { replaceFile } from "../replace-file.ts";

export interface DeployTarget {
  /** The file of wrangler's configuration, relative to the project. */
  config: string;
  /** The environment of the configuration; undefined is the top level. */
  env?: string | undefined;
  /** Instead of the Worker's name in the configuration. */
  name?: string | undefined;
}

export interface DeploySettings {
  /** Absolute path. */
  file: string;
  /** The name of the Worker. */
  name: string;
  accountId: string | undefined;
  baseUrl: string;
  /** The number of the line that sets BASE_URL; undefined if there is no such line, or several. */
  baseUrlLine: number | undefined;
  /** The host names of all routes and custom domains, perhaps with `*`. */
  hosts: string[];
  /** Whether the Worker is served at its address below workers.dev. */
  isOnWorkersDev: boolean;
  /** Bindings of KV namespaces that have no id in the configuration. */
  namespaces: string[];
}

// Wrangler's own types of its configuration are in a package that it does not bring.
type Route = string | { pattern: string };
interface Namespace {
  binding: string;
  id?: string;
}

/** @throws CliError if the configuration cannot be used */
export async function readSettings({ config, env, name }: DeployTarget): Promise<DeploySettings> {
  const file = resolve(PROJECT_ROOT, config);
  let read: ReturnType<typeof unstable_readConfig>;
  try {
    read = unstable_readConfig({ config: file, ...(env !== undefined && { env }) }, { hideWarnings: true });
  } catch (error) {
    throw new CliError(`${config} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
  const worker = name ?? read.name;
  if (worker === undefined)
    throw new CliError(`${config} gives the Worker no name: add a line \`name = "…"\`.`);
  const routes = read.routes ?? (read.route === undefined ? [] : [read.route]);
  const lines = (await readFile(file, "utf8")).split("\n");
  const settingLines = lines.flatMap((line, at) => (/^\s*"?BASE_URL"?\s*[=:]/.test(line) ? [at + 1] : []));
  return {
    file,
    name: worker,
    accountId: read.account_id,
    baseUrl: String(read.vars["BASE_URL"] ?? ""),
    baseUrlLine: settingLines.length === 1 ? settingLines[0] : undefined,
    hosts: routes.map((route: Route) => hostOf(typeof route === "string" ? route : route.pattern)),
    isOnWorkersDev: read.workers_dev ?? routes.length === 0,
    namespaces: read.kv_namespaces
      .filter(({ id }: Namespace) => !id)
      .map(({ binding }: Namespace) => binding),
  };
}

/** The host of a route's pattern, such as `press.example/*`. */
function hostOf(pattern: string): string {
  return (pattern.replace(/^https?:\/\//, "").split("/")[0] ?? "").toLowerCase();
}

/**
 * Calls `use` with a copy of the configuration that has the ids. The file itself stays as it is: an id belongs to one
 * account, and an office's copy of the program should stay equal to ours.
 *
 * @param ids of KV namespaces, by binding
 */
export async function withNamespaceIds<T>(
  { file }: DeploySettings,
  env: string | undefined,
  ids: ReadonlyMap<string, string>,
  use: (file: string) => Promise<T>,
): Promise<T> {
  if (ids.size === 0) return use(file);
  const { rawConfig } = experimental_readRawConfig({ config: file }) as { rawConfig: Unstable_RawConfig };
  const section = (env === undefined ? undefined : rawConfig.env?.[env]) ?? rawConfig;
  for (const namespace of section.kv_namespaces ?? []) {
    const id = ids.get(namespace.binding);
    if (id !== undefined) namespace.id = id;
  }
  // Beside the original, because its paths are relative to it.
  const copy = join(dirname(file), `.wrangler-deploy-${process.pid}.json`);
  await replaceFile(copy, JSON.stringify(rawConfig, null, 2), 0o600);
  try {
    return await use(copy);
  } finally {
    await rm(copy, { force: true });
  }
}
