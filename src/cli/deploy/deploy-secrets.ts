/**
 * Which secrets a deploy sends: only those that the Worker lacks. A deploy never replaces one, because a new
 * SECRETS_KEY cannot read the secrets of subscriptions, and a new ADMIN_TOKEN locks out everyone who has the old one.
 */
import { isStrongSecret, weakSecretMessage } from "../../domain/secrets.ts";
import { readVars } from "../admin-token.ts";
import { CliError } from "../cli-error.ts";
import { displayPath } from "../paths.ts";
import { keepSecrets, SECRET_NAMES, type SecretName } from "../start/kept-secrets.ts";
import type { ExistingWorker } from "./cloudflare-account.ts";

/** What a secret that is made for a Worker that runs already changes for others. */
const CONSEQUENCES: Readonly<Record<SecretName, string>> = {
  ADMIN_TOKEN: "every COMMUNIQUE_TOKEN that was set before is refused: set the new one",
  SECRETS_KEY: "subscriptions from before get nothing until each has a new secret: /healthz says so",
  SIGNING_KEY:
    "receivers that verify v1a fetch the new public key within an hour, and refuse deliveries until then",
};

export interface SecretsToSend {
  values: Record<string, string>;
  /** What was made and where it is kept, for people. */
  lines: string[];
}

/**
 * Makes the secrets that neither the Worker nor the file has, and keeps them in the file before anything is sent.
 *
 * @param worker undefined if it does not exist yet
 * @param file holds lines NAME=value
 * @param mayReplaceKey whether a SECRETS_KEY may be made for a Worker that had one
 * @throws CliError if a kept secret is weak, or the SECRETS_KEY is lost
 */
export async function secretsToSend(
  worker: ExistingWorker | undefined,
  file: string,
  mayReplaceKey: boolean,
): Promise<SecretsToSend> {
  const present = worker?.secrets ?? new Set<string>();
  const lacking = SECRET_NAMES.filter((name) => !present.has(name));
  if (lacking.length === 0)
    return { values: {}, lines: [`secrets     the account has all of them: none was sent`] };
  const shown = displayPath(file);
  // Without the ledger's object it is somebody's first upload under this name, and has no subscriptions.
  const hadKey = worker?.bindings.has("NEWSROOM") === true && lacking.includes("SECRETS_KEY");
  if (hadKey && !(await readVars(file)).SECRETS_KEY && !mayReplaceKey) throw lostKey(shown);

  const made = await keepSecrets(file, present);
  const kept = await readVars(file);
  const values = Object.fromEntries(lacking.map((name) => [name, kept[name] ?? ""]));
  for (const name of lacking) refuseWeak(name, values[name] ?? "", shown);
  const taken = lacking.filter((name) => !made.includes(name));
  return {
    values,
    lines: [
      ...(taken.length === 0 ? [] : [`secrets     ${taken.join(", ")}: taken from ${shown}`]),
      ...(made.length === 0
        ? []
        : [
            `secrets     ${made.join(", ")}: made, and kept in ${shown}. Keep a copy where the office keeps its keys`,
          ]),
      ...(worker?.bindings.has("NEWSROOM") === true
        ? lacking.map((name) => `            the account had no ${name}: ${CONSEQUENCES[name]}`)
        : []),
    ],
  };
}

function lostKey(file: string): CliError {
  return new CliError(
    [
      `The Worker runs in this account but has lost its SECRETS_KEY, and ${file} has none. No other key opens the secrets of its subscriptions. Nothing was deployed.`,
      "Deploy on the machine whose file has the key, or name that file: npm run deploy -- --secrets FILE",
      "If the key is lost for good, or there is no subscription yet: npm run deploy -- --new-secrets-key",
    ].join("\n"),
  );
}

/** @throws CliError that names the command that makes a strong secret */
function refuseWeak(name: SecretName, value: string, file: string): void {
  const parts = value.split(",").map((part) => part.trim());
  const isStrong = parts.every((part) =>
    name === "SIGNING_KEY" ? isSigningKey(part) : isStrongSecret(part),
  );
  if (isStrong) return;
  const message =
    name === "SIGNING_KEY"
      ? "SIGNING_KEY must be whsk_ and 32 random bytes in base64: make one with `echo whsk_$(openssl rand -base64 32)`"
      : weakSecretMessage(name);
  throw new CliError(`${message}, or take its line out of ${file}. Nothing was deployed.`);
}

function isSigningKey(text: string): boolean {
  return text.startsWith("whsk_") && Buffer.from(text.slice(5), "base64").length === 32;
}
