/**
 * `communique withdraw`, `kill` and `reinstate`: what an office does with a release as a whole.
 */
import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import { releaseId } from "../domain/release.ts";
import { findAdminToken } from "./admin-token.ts";
import { ApiClient, notUnderstood, ServiceProblem } from "./api-client.ts";
import { parseFields, splitFrontMatter } from "./content/front-matter.ts";
import { forUser, fromUser } from "./places.ts";
import { Refusal, systemCode } from "./refusal.ts";

export type Action = "withdraw" | "kill" | "reinstate";

/** What each makes of a release. */
const DONE: Record<Action, string> = { withdraw: "withdrawn", kill: "killed", reinstate: "reinstated" };

const answer = z.object({ url: z.string(), status: z.string(), changed: z.boolean() });
const NOT_FOUND = 404;

/** @returns the command that does this with the release of an id or a content file */
export function actionCommand(
  action: Action,
): (named: string, options: { to: URL; reason: string }) => Promise<void> {
  return async function act(named, { to, reason }) {
    const id = await idOf(named);
    const token = await findAdminToken(to);
    const { url, status, changed } = await actOn(action, id, reason, { client: new ApiClient(to), token });
    const reasonToo = status === "withdrawn" || status === "killed" ? " for this reason" : "";
    console.log(
      changed
        ? `${DONE[action].padEnd(11)} ${url}`
        : `${url} is ${status}${reasonToo} already: nothing was changed`,
    );
  };
}

/** Asking a second time for the same reason changes nothing. */
export async function actOn(
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
      throw new Refusal(`${client.service.origin} holds no release ${id}: is --to right, and the id?`);
    });
  const parsed = z.safeParse(answer, said);
  if (parsed.success) return parsed.data;
  throw notUnderstood(client);
}

/** The id itself, or that of a content file, whatever else is wrong with that. */
async function idOf(named: string): Promise<string> {
  const given = z.safeParse(releaseId, named);
  if (given.success) return given.data;
  const file = fromUser(named);
  const split = splitFrontMatter(await textOf(file));
  if ("message" in split) throw new Refusal(`${forUser(file)}:${split.line}: ${split.message}`);
  const located = parseFields(split);
  if (Array.isArray(located)) {
    throw new Refusal(located.map(({ line, message }) => `${forUser(file)}:${line}: ${message}`).join("\n"));
  }
  const found = z.safeParse(z.object({ id: releaseId }), located.fields);
  if (found.success) return found.data.id;
  throw new Refusal(
    `${forUser(file)}:${split.yamlLine}: id: there is no UUID here; a publish writes one into the file`,
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new Refusal(
      `${forUser(file)} is no id, and no file that can be read (${code}): give the release's id or its content file.`,
    );
  }
}
