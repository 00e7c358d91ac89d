/**
 * `communique withdraw`, `kill` and `reinstate`: what an office does with a release as a whole.
 */
import * as z from "zod/mini";
import { findAdminToken } from "./admin-token.ts";
import { ApiClient, unexpectedAnswer, ServiceProblem } from "./api-client.ts";
import { CliError } from "./cli-error.ts";
import { findRelease } from "./release-name.ts";

export type Action = "withdraw" | "kill" | "reinstate";

/** What each makes of a release. */
const DONE: Record<Action, string> = { withdraw: "withdrawn", kill: "killed", reinstate: "reinstated" };

const answer = z.object({ url: z.string(), status: z.string(), changed: z.boolean() });
const NOT_FOUND = 404;

/** @returns the command that does this with the release that is named */
export function actionCommand(
  action: Action,
): (named: string, options: { to: URL; reason: string }) => Promise<void> {
  return async function act(named, { to, reason }) {
    const client = new ApiClient(to);
    const id = await findRelease(named, client);
    const token = await findAdminToken(to);
    const { url, status, changed } = await runAction(action, id, reason, { client, token });
    const reasonToo = status === "withdrawn" || status === "killed" ? " for this reason" : "";
    console.log(
      changed
        ? `${DONE[action].padEnd(11)} ${url}`
        : `${url} is ${status}${reasonToo} already: nothing was changed`,
    );
  };
}

/** Asking a second time for the same reason changes nothing. */
export async function runAction(
  action: Action,
  id: string,
  reason: string,
  { client, token }: { client: ApiClient; token: string | undefined },
): Promise<z.infer<typeof answer>> {
  const said = await client
    .send({
      method: "POST",
      path: `/api/v1/releases/${id}/${action}`,
      body: JSON.stringify({ reason }),
      token,
    })
    .catch((error: unknown) => {
      if (!(error instanceof ServiceProblem) || error.status !== NOT_FOUND) throw error;
      throw new CliError(`${client.service.origin} holds no release ${id}: is --to right, and the id?`);
    });
  const parsed = z.safeParse(answer, said);
  if (parsed.success) return parsed.data;
  throw unexpectedAnswer(client);
}
