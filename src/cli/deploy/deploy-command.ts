/**
 * `npm run deploy`: puts the service online with wrangler, which alone refuses a Worker that does not exist yet.
 */
import { CliError } from "../cli-error.ts";
import { print, report } from "../output.ts";
import { DEV_VARS, resolvePath } from "../paths.ts";
import { baseUrlFault, baseUrlRemedy, unservedWarning } from "./base-url.ts";
import { CloudflareAccount, type ExistingWorker } from "./cloudflare-account.ts";
import { secretsToSend } from "./deploy-secrets.ts";
import { readSettings, withNamespaceIds, type DeploySettings } from "./deploy-settings.ts";
import { wranglerDeploy } from "./wrangler.ts";

export interface DeployOptions {
  dryRun: boolean;
  /** The file that keeps the secrets. */
  secrets?: string;
  newSecretsKey: boolean;
  config: string;
  env?: string;
  name?: string;
  var: ReadonlyMap<string, string>;
}

/**
 * @param others arguments for wrangler
 * @throws CliError if BASE_URL, the login or the secrets do not allow a deploy, or wrangler fails
 */
export async function deployCommand(others: readonly string[], options: DeployOptions): Promise<void> {
  const { baseUrl: inFile, ...rest } = await readSettings(options);
  const settings = { ...rest, baseUrl: options.var.get("BASE_URL") ?? inFile };
  const fault = baseUrlFault(settings.baseUrl);
  const args = [
    ...(options.env === undefined ? [] : ["--env", options.env]),
    ...(options.name === undefined ? [] : ["--name", options.name]),
    ...[...options.var].flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ...others,
  ];
  if (options.dryRun) {
    await wranglerDeploy(["--config", settings.file, "--dry-run", ...args]);
    if (fault !== undefined)
      report(`warning: a deploy would be refused: BASE_URL is ${settings.baseUrl}, which ${fault}`);
    return;
  }
  if (fault !== undefined) {
    const host = await CloudflareAccount.open(knownAccount(settings))
      .then((opened) => opened.workersDevHost(settings.name))
      .catch(() => undefined);
    const lines = [`BASE_URL is ${settings.baseUrl}, which ${fault}. Nothing was deployed.`];
    throw new CliError([...lines, ...baseUrlRemedy(settings, host)].join("\n"));
  }
  const account = await CloudflareAccount.open(knownAccount(settings));
  const worker = await account.worker(settings.name);
  const warning = unservedWarning(settings, await account.workersDevHost(settings.name));
  if (warning !== undefined) report(warning);
  const file = options.secrets === undefined ? DEV_VARS : resolvePath(options.secrets);
  const { values, lines } = await secretsToSend(worker, file, options.newSecretsKey);
  print(
    [
      `worker      ${settings.name}: ${worker === undefined ? "new in this account" : "exists"}`,
      ...lines,
    ].join("\n"),
  );

  const ids = await namespaceIds(account, settings, worker);
  await withNamespaceIds(settings, options.env, ids, (config) =>
    wranglerDeploy(["--config", config, ...args], { CLOUDFLARE_ACCOUNT_ID: account.id }, values),
  );
  const to = new URL(settings.baseUrl).origin;
  print(
    [
      `deployed    ${to}`,
      `see         npm run communique -- doctor --to ${to}`,
      `publish     npm run communique -- publish --to ${to}   (with the ADMIN_TOKEN in COMMUNIQUE_TOKEN)`,
    ].join("\n"),
  );
}

function knownAccount({ accountId }: DeploySettings): string | undefined {
  return accountId ?? (process.env["CLOUDFLARE_ACCOUNT_ID"] || undefined);
}

/** The ids of the KV namespaces that the Worker is not bound to yet; creates those that the account lacks. */
async function namespaceIds(
  account: CloudflareAccount,
  settings: DeploySettings,
  worker: ExistingWorker | undefined,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const binding of settings.namespaces) {
    // Wrangler keeps the namespace of a Worker that has one.
    if (worker?.bindings.has(binding) === true) continue;
    const title = `${settings.name}-${binding.toLowerCase().replaceAll("_", "-")}`;
    const { id, isNew } = await account.namespace(title);
    print(`namespace   ${title}: ${isNew ? "made" : "found"}`);
    ids.set(binding, id);
  }
  return ids;
}
