/**
 * Publishes a content folder: all of it, or nothing if anything is wrong.
 */
import type { ApiClient } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import type { ContentFile } from "../content/content-file.ts";
import type { ContentFolder } from "../content/content-folder.ts";
import { type FileIssue, issueReport } from "../content/file-issue.ts";
import type { LocalFile } from "../content/local-files.ts";
import { writeIds } from "../content/write-ids.ts";
import { eachUncut } from "../hold-signals.ts";
import type { Progress } from "../progress.ts";
import { counted } from "../terminal.ts";
import { type Batch, issuesByFile, type Published, releaseBatches, sendBatch } from "./batches.ts";
import { uploadFiles } from "./upload-files.ts";
import { fetchRegistry, isSameRegistry, sendRegistry, sendRegistryAgain } from "./registry-call.ts";
import { sendSite } from "./site-call.ts";

export interface Outcome {
  releases: Published[];
  uploaded: LocalFile[];
  registryChanged: boolean;
  siteChanged: boolean;
  /** What the service refused although its dry run did not; empty unless the others were to be sent. */
  issues: FileIssue[];
}

/** @throws CliError with every fault of every file */
export function assertNoFaults({ issues }: ContentFolder): void {
  if (issues.length > 0) throw new CliError(issueReport(issues, "nothing was sent"));
}

/** Whether a folder holds nothing that is sent. */
export function isEmpty({ files, registry, site }: ContentFolder): boolean {
  return files.length === 0 && registry === undefined && site === undefined;
}

/** The consequence of faults where the sound files are published without the others. */
export const OTHERS_PUBLISHED = "the other files are published";

/**
 * Publishes a folder that the service has already checked with a dry run.
 *
 * @param toSend the files that the service does not have as they are
 * @param keepGoing whether a refusal stops only its release
 */
export async function sendFolder(
  folder: ContentFolder,
  toSend: readonly ContentFile[],
  client: ApiClient,
  progress: Progress,
  keepGoing = false,
): Promise<Outcome> {
  // Before anything is sent: a release whose id is in no file would be published a second time.
  await eachUncut(folder.files, writeIds);
  return sendContent(folder, toSend, client, progress, keepGoing);
}

/** {@link sendFolder} for a service that nobody else reads: no file is changed. */
export async function sendContent(
  folder: Pick<ContentFolder, "registry" | "site">,
  toSend: readonly ContentFile[],
  client: ApiClient,
  progress: Progress,
  keepGoing: boolean,
): Promise<Outcome> {
  const owners = folder.site === undefined ? toSend : [folder.site, ...toSend];
  const uploaded = await uploadFiles(owners, client, progress);
  // Before the releases: a language of the service may get its wording from it.
  const siteChanged = folder.site !== undefined && (await sendSite(folder.site, client));
  if (folder.registry === undefined) {
    const sent = await sendReleases(toSend, client, progress, keepGoing);
    return { ...sent, uploaded, registryChanged: false, siteChanged };
  }
  const before = await fetchRegistry(client);
  const isMerged = await sendRegistry(folder.registry, before, client);
  const sent = await sendReleases(toSend, client, progress, keepGoing);
  if (isMerged) await sendRegistryAgain(folder.registry, client);
  const registryChanged = !isSameRegistry(before, folder.registry.content);
  return { ...sent, uploaded, registryChanged, siteChanged };
}

async function sendReleases(
  files: readonly ContentFile[],
  client: ApiClient,
  progress: Progress,
  keepGoing: boolean,
): Promise<Pick<Outcome, "releases" | "issues">> {
  const sent: Published[] = [];
  const issues: FileIssue[] = [];
  for (const whole of releaseBatches(files)) {
    for (let batch: Batch | undefined = whole; batch !== undefined;) {
      try {
        sent.push(...(await sendBatch(batch, client, "publish")));
        break;
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        const found = issuesByFile(error, batch);
        const located = found.map(({ file, issue }) => file.issueAt(issue));
        if (!keepGoing || found.length === 0) {
          const cause = located.length > 0 ? issueReport(located, "their batch was not sent") : error.message;
          throw new CliError(
            `${cause}\n${sent.length} of ${counted(files.length, "release")} had been sent. ` +
              "Run the same command again: it does not send anything twice.",
          );
        }
        issues.push(...located);
        const refused = new Set(found.map(({ file }) => file));
        [batch] = releaseBatches(batch.files.filter((file) => !refused.has(file)));
      }
    }
    progress.show("sent", { done: sent.length, total: files.length });
  }
  return { releases: sent, issues };
}
