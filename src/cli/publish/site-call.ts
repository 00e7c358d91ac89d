/**
 * Sends the identity of the site, before the registry and the releases.
 */
import * as z from "zod/mini";
import { type ApiClient, ServiceProblem } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import type { FileIssue } from "../content/file-issue.ts";
import { issueReport } from "../content/file-issue.ts";
import type { SiteFiles } from "../content/site-files.ts";

const answer = z.looseObject({ changed: z.boolean() });
const PATH = "/api/v1/site";

/** Whether the service would change, or why it would refuse the site. */
export async function judgeSite(
  { identity, issueAt }: SiteFiles,
  client: ApiClient,
): Promise<{ changed: boolean; issues: FileIssue[] }> {
  try {
    const body = JSON.stringify(identity);
    const { changed } = await client.put(answer, `${PATH}?dryRun=true`, { body });
    return { changed, issues: [] };
  } catch (error) {
    if (!(error instanceof ServiceProblem) || error.issues.length === 0) throw error;
    return { changed: false, issues: error.issues.map(issueAt) };
  }
}

/** @returns whether anything changed @throws CliError that names each fault by its line */
export async function sendSite({ identity, issueAt }: SiteFiles, client: ApiClient): Promise<boolean> {
  try {
    return (await client.put(answer, PATH, { body: JSON.stringify(identity) })).changed;
  } catch (error) {
    if (!(error instanceof ServiceProblem) || error.issues.length === 0) throw error;
    throw new CliError(issueReport(error.issues.map(issueAt), "nothing was published"));
  }
}
