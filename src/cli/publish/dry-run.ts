/**
 * Lets the service check all releases of a folder before the first one is sent.
 */
import { FACETS } from "../../domain/release.ts";
import type { ApiClient } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import type { ContentFile } from "../content/content-file.ts";
import type { ContentFolder } from "../content/content-folder.ts";
import { issueReport, type FileIssue } from "../content/file-issue.ts";
import type { Progress } from "../progress.ts";
import { type Batch, issuesByFile, type Published, releaseBatches, sendBatch } from "./batches.ts";
import { judgeSite } from "./site-call.ts";

/** What a publish would do. */
export interface Preview {
  published: Published[];
  /** Valid releases that use values which the service does not know before it is sent the folder's registry. */
  awaitingRegistry: ContentFile[];
  /** Whether the identity of the site would change. */
  siteChanges: boolean;
}

/** The path of an issue that says that the registry lacks a value. */
const REGISTRY_ISSUE = new RegExp(`^/(?:type|(?:${FACETS.join("|")})/\\d+)$`);

/**
 * A publish sends the folder's registry before its releases, and the releases were checked against that
 * registry. So values that only the service's older registry lacks are no fault.
 *
 * @throws CliError with all issues of all batches
 */
export async function dryRun(
  { files, registry, site }: ContentFolder,
  client: ApiClient,
  progress: Progress,
): Promise<Preview> {
  const isTemporary = (path: string): boolean => registry !== undefined && REGISTRY_ISSUE.test(path);
  const judged = site === undefined ? undefined : await judgeSite(site, client);
  const issues: FileIssue[] = [...(judged?.issues ?? [])];
  const preview: Preview = {
    published: [],
    awaitingRegistry: [],
    siteChanges: judged?.changed ?? false,
  };
  let done = 0;
  for (const batch of releaseBatches(files)) {
    const found = await dryRunBatch(batch, client, isTemporary);
    issues.push(...found.issues);
    preview.published.push(...found.published);
    preview.awaitingRegistry.push(...found.awaitingRegistry);
    done += batch.files.length;
    progress.show("checked", { done, total: files.length });
  }
  if (issues.length > 0) throw new CliError(issueReport(issues, "nothing was published"));
  return preview;
}

async function dryRunBatch(
  whole: Batch,
  client: ApiClient,
  isTemporary: (path: string) => boolean,
): Promise<Omit<Preview, "siteChanges"> & { issues: FileIssue[] }> {
  const awaitingRegistry: ContentFile[] = [];
  for (let batch: Batch | undefined = whole; batch !== undefined;) {
    try {
      return { published: await sendBatch(batch, client, "dry-run"), awaitingRegistry, issues: [] };
    } catch (error) {
      const found = issuesByFile(error, batch);
      if (found.length === 0) throw error;
      const lasting = found.filter(({ issue }) => !isTemporary(issue.path));
      if (lasting.length > 0) {
        const issues = lasting.map(({ file, issue }) => file.issueAt(issue));
        return { published: [], awaitingRegistry: [], issues };
      }
      // Checks the rest of the batch without the releases that need the new registry.
      const waiting = new Set(found.map(({ file }) => file));
      awaitingRegistry.push(...waiting);
      [batch] = releaseBatches(batch.files.filter((file) => !waiting.has(file)));
    }
  }
  return { published: [], awaitingRegistry, issues: [] };
}
