/**
 * `communique withdraw`, `kill` and `reinstate`.
 */
import * as z from "zod/mini";
import { findAdminToken } from "./admin-token.ts";
import { ApiClient, ServiceProblem } from "./api-client.ts";
import { CliError } from "./cli-error.ts";
import { findRelease } from "./find-release.ts";
import { print, report } from "./output.ts";
import { untilReadersSee } from "./until-readers-see.ts";

export type Action = "withdraw" | "kill" | "reinstate";

const DONE: Record<Action, string> = { withdraw: "withdrawn", kill: "killed", reinstate: "reinstated" };

const answer = z.object({ url: z.string(), status: z.string(), changed: z.boolean() });
const NOT_FOUND = 404;

/** @returns the handler of one of the three commands */
export function actionCommand(
  action: Action,
): (named: string, options: { to: URL; reason: string }) => Promise<void> {
  return async function act(named, { to, reason }) {
    const client = new ApiClient(to, await findAdminToken(to));
    const id = await findRelease(named, client);
    const { url, status, changed } = await runAction(client, action, id, reason);
    const later = changed ? await untilReadersSee(client) : "";
    const sameReason = status === "withdrawn" || status === "killed" ? " for this reason" : "";
    print(
      changed
        ? `${DONE[action].padEnd(11)} ${url}`
        : `${url} is already ${status}${sameReason}: nothing was changed`,
    );
    report(later);
  };
}

/** Idempotent: the same action for the same reason changes nothing. */
export async function runAction(
  client: ApiClient,
  action: Action,
  id: string,
  reason: string,
): Promise<z.infer<typeof answer>> {
  try {
    const body = JSON.stringify({ reason });
    return await client.post(answer, `/api/v1/releases/${id}/${action}`, { body });
  } catch (error) {
    if (!(error instanceof ServiceProblem) || error.status !== NOT_FOUND) throw error;
    throw new CliError(`${client.service.origin} has no release ${id}: check --to and the id.`);
  }
}
