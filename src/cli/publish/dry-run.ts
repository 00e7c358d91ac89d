/**
 * What the service would say to all releases of a folder, asked before the first one is sent.
 */
import { FACETS } from "../../domain/release.ts";
import type { ContentFile } from "../content/content-file.ts";
import type { ContentFolder } from "../content/content-folder.ts";
import { issueReport, type FileIssue } from "../content/file-fault.ts";
import type { Progress } from "../progress.ts";
import { CliError } from "../cli-error.ts";
import { type Destination, issuesByFile, type Published, sendBatch } from "./batch-call.ts";
import { type Batch, releaseBatches } from "./release-batches.ts";

/** What would become of the releases. */
export interface Preview {
  published: Published[];
  /** Sound, but filed under what the service's registry does not hold before the folder's is sent. */
  awaitingRegistry: ContentFile[];
}

/**
 * Has the service dryRun all releases.
 *
 * The folder's registry, where there is one, is sent before its releases, and they have been judged by
 * it: that the service's present one is older is no fault of theirs.
 *
 * @throws CliError with all faults of all batches
 */
export async function dryRun(
  { files, registry }: ContentFolder,
  to: Destination,
  progress: Progress,
): Promise<Preview> {
  const isPassing = (path: string): boolean => registry !== undefined && FILED.test(path);
  const issues: FileIssue[] = [];
  const preview: Preview = { published: [], awaitingRegistry: [] };
  let done = 0;
  for (const batch of releaseBatches(files)) {
    const found = await dryRunBatch(batch, to, isPassing);
    issues.push(...found.issues);
    preview.published.push(...found.published);
    preview.awaitingRegistry.push(...found.awaitingRegistry);
    done += batch.files.length;
    progress.show("checked", { done, total: files.length });
  }
  if (issues.length > 0) throw new CliError(issueReport(issues, "nothing was published"));
  return preview;
}

/** Where a fault says that the registry lacks a value; any other fault there was found in the file. */
const FILED = new RegExp(`^/(?:type|(?:${FACETS.join("|")})/\\d+)$`);

async function dryRunBatch(
  whole: Batch,
  to: Destination,
  isPassing: (path: string) => boolean,
): Promise<Preview & { issues: FileIssue[] }> {
  const awaitingRegistry: ContentFile[] = [];
  let batch: Batch | undefined = whole;
  while (batch !== undefined) {
    try {
      return { published: await sendBatch(batch, to, "dryRun"), awaitingRegistry, issues: [] };
    } catch (error) {
      const found = issuesByFile(error, batch);
      if (found.length === 0) throw error;
      const lasting = found.filter(({ issue }) => !isPassing(issue.path));
      if (lasting.length > 0) {
        const issues = lasting.map(({ file, issue }) => file.issueAt(issue));
        return { published: [], awaitingRegistry: [], issues };
      }
      // The others are judged without those that only the registry's age stands against.
      const waiting = new Set(found.map(({ file }) => file));
      awaitingRegistry.push(...waiting);
      const [rest] = releaseBatches(batch.files.filter((file) => !waiting.has(file)));
      batch = rest ?? undefined;
    }
  }
  return { published: [], awaitingRegistry, issues: [] };
}
