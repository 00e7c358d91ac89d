/**
 * `communique withdraw`, `kill` and `reinstate`.
 */
import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import * as z from "zod/mini";
import { findAdminToken } from "./admin-token.ts";
import { ApiClient, ServiceProblem } from "./api-client.ts";
import { CliError } from "./cli-error.ts";
import { findRelease } from "./find-release.ts";
import { print, report } from "./output.ts";
import { DEFAULT_CONTENT, displayPath, resolvePath } from "./paths.ts";
import { findContentFile, recordStatus, statusToRecord } from "./record-status.ts";
import { printable } from "./terminal.ts";
import { untilReadersSee } from "./until-readers-see.ts";

export type Action = "withdraw" | "kill" | "reinstate";

interface ActionOptions {
  to: URL;
  reason: string;
  /** The folder that holds the file of the release. */
  content?: string;
  dryRun: boolean;
  /** Of `kill`: it does not ask. */
  yes?: boolean;
}

const DONE: Record<Action, string> = { withdraw: "withdrawn", kill: "killed", reinstate: "reinstated" };
const STATUS = { withdraw: "withdrawn", kill: "killed", reinstate: undefined } as const;

const answer = z.object({ url: z.string(), status: z.string(), changed: z.boolean() });
const described = z.object({ url: z.string(), status: z.string(), title: z.optional(z.string()) });
const NOT_FOUND = 404;

/** @returns the handler of one of the three commands */
export function actionCommand(action: Action): (named: string, options: ActionOptions) => Promise<void> {
  return async function act(named, { to, reason, content, dryRun, yes }) {
    const client = new ApiClient(to, await findAdminToken(to));
    const id = await findRelease(named, client);
    const folder = resolvePath(content ?? DEFAULT_CONTENT);
    const file = existsSync(resolvePath(named)) ? resolvePath(named) : await findContentFile(folder, id);
    if (dryRun) {
      await preview(client, action, id, file);
      return;
    }
    if (action === "kill" && yes !== true) await confirmKill(client, id);

    const { url, status, changed } = await runAction(client, action, id, reason);
    const sameReason = status === "withdrawn" || status === "killed" ? " for this reason" : "";
    print(
      changed
        ? `${DONE[action].padEnd(11)} ${url}`
        : `${url} is already ${status}${sameReason}: nothing was changed`,
    );
    const recorded = await statusToRecord(client, id, STATUS[action], reason);
    report(file === undefined ? noFile(id, action, displayPath(folder)) : await recordStatus(file, recorded));
    if (changed) report(await untilReadersSee(client));
  };
}

/** `--dry-run`: what the action would do. */
async function preview(
  client: ApiClient,
  action: Action,
  id: string,
  file: string | undefined,
): Promise<void> {
  const { url, status, title } = await onRelease(client, id, client.get(described, `/api/v1/releases/${id}`));
  const after = STATUS[action] ?? "published";
  const what = status === after ? `is ${status} already` : `would be ${DONE[action]}; it is ${status}`;
  print(`${url}${title === undefined ? "" : `  (${printable(title)})`}: ${what}`);
  if (file !== undefined) print(`${displayPath(file)} would say so`);
  print("nothing was changed");
}

/** @throws CliError unless a person says yes */
async function confirmKill(client: ApiClient, id: string): Promise<void> {
  const advice =
    "add --yes to kill it, --dry-run to see what it is, or use withdraw, which keeps the text readable";
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CliError(
      `A kill removes the text wherever it was sent, and nobody is here to confirm it: ${advice}.`,
    );
  }
  const { url, title = "" } = await onRelease(client, id, client.get(described, `/api/v1/releases/${id}`));
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    report(`${url}\n${printable(title)}`);
    const said = await terminal.question("Remove this text wherever it was sent? Type yes: ");
    if (said.trim().toLowerCase() !== "yes") throw new CliError("Nothing was changed.");
  } finally {
    terminal.close();
  }
}

function noFile(id: string, action: Action, folder: string): string {
  const status = STATUS[action];
  const todo =
    status === undefined
      ? "remove status, reason and updated from its file"
      : `write \`status: ${status}\` and the reason into its file`;
  return `no file of ${folder} has the id ${id}: ${todo}, so that other services follow (--content names the folder)`;
}

/** Idempotent: the same action for the same reason changes nothing. */
export async function runAction(
  client: ApiClient,
  action: Action,
  id: string,
  reason: string,
): Promise<z.infer<typeof answer>> {
  const body = JSON.stringify({ reason });
  return onRelease(client, id, client.post(answer, `/api/v1/releases/${id}/${action}`, { body }));
}

/** @throws CliError with a remedy if the service has no such release */
async function onRelease<T>(client: ApiClient, id: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof ServiceProblem) || error.status !== NOT_FOUND) throw error;
    throw new CliError(`${client.service.origin} has no release ${id}: check --to and the id.`);
  }
}
