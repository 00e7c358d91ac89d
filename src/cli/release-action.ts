/**
 * `communique withdraw`, `kill` and `reinstate`.
 */
import * as z from "zod/mini";
import { findAdminToken } from "./admin-token.ts";
import { ApiClient, ServiceProblem, unexpectedAnswer } from "./api-client.ts";
import { CliError } from "./cli-error.ts";
import { findRelease } from "./find-release.ts";

export type Action = "withdraw" | "kill" | "reinstate";

const DONE: Record<Action, string> = { withdraw: "withdrawn", kill: "killed", reinstate: "reinstated" };

const answer = z.object({ url: z.string(), status: z.string(), changed: z.boolean() });
const NOT_FOUND = 404;

/** @returns the handler of one of the three commands */
export function actionCommand(
  action: Action,
): (named: string, options: { to: URL; reason: string }) => Promise<void> {
  return async function act(named, { to, reason }) {
    const client = new ApiClient(to);
    const id = await findRelease(named, client);
    const token = await findAdminToken(to);
    const { url, status, changed } = await runAction(action, id, reason, { client, token });
    const sameReason = status === "withdrawn" || status === "killed" ? " for this reason" : "";
    console.log(
      changed
        ? `${DONE[action].padEnd(11)} ${url}`
        : `${url} is already ${status}${sameReason}: nothing was changed`,
    );
  };
}

/** Idempotent: the same action for the same reason changes nothing. */
export async function runAction(
  action: Action,
  id: string,
  reason: string,
  { client, token }: { client: ApiClient; token: string | undefined },
): Promise<z.infer<typeof answer>> {
  const json = await client
    .send({
      method: "POST",
      path: `/api/v1/releases/${id}/${action}`,
      body: JSON.stringify({ reason }),
      token,
    })
    .catch((error: unknown) => {
      if (!(error instanceof ServiceProblem) || error.status !== NOT_FOUND) throw error;
      throw new CliError(`${client.service.origin} has no release ${id}: check --to and the id.`);
    });
  const parsed = z.safeParse(answer, json);
  if (parsed.success) return parsed.data;
  throw unexpectedAnswer(client);
}
