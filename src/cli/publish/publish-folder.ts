/**
 * Publishes a content folder: all of it, or nothing if anything is wrong.
 */
import type { ApiClient } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import type { ContentFile } from "../content/content-file.ts";
import type { ContentFolder } from "../content/content-folder.ts";
import { issueReport } from "../content/file-issue.ts";
import type { LocalFile } from "../content/local-files.ts";
import { writeIds } from "../content/write-ids.ts";
import { eachUncut } from "../hold-signals.ts";
import type { Progress } from "../progress.ts";
import { counted } from "../terminal.ts";
import { issuesByFile, type Published, releaseBatches, sendBatch } from "./batches.ts";
import { uploadFiles } from "./upload-files.ts";
import { fetchRegistry, isSameRegistry, sendRegistry, sendRegistryAgain } from "./registry-call.ts";
import { sendSite } from "./site-call.ts";

export interface Outcome {
  releases: Published[];
  uploaded: LocalFile[];
  registryChanged: boolean;
  siteChanged: boolean;
}

/**
 * Reads a folder, or a file of one, that must have no faults.
 *
 * @param path absolute
 * @throws CliError with every fault of every file
 */
export async function readValid(
  path: string,
  read: (path: string, progress?: Progress) => Promise<ContentFolder>,
  progress?: Progress,
): Promise<ContentFolder> {
  const folder = await read(path, progress);
  if (folder.issues.length > 0) throw new CliError(issueReport(folder.issues, "nothing was sent"));
  return folder;
}

/** Whether a folder holds nothing that is sent. */
export function isEmpty({ files, registry, site }: ContentFolder): boolean {
  return files.length === 0 && registry === undefined && site === undefined;
}

/**
 * Publishes a folder that the service has already checked with a dry run.
 *
 * @param toSend the files that the service does not have as they are
 */
export async function sendFolder(
  folder: ContentFolder,
  toSend: readonly ContentFile[],
  client: ApiClient,
  progress: Progress,
): Promise<Outcome> {
  // Before anything is sent: a release whose id is in no file would be published a second time.
  await eachUncut(folder.files, writeIds);
  // First of all: a language of the service may get its wording from it.
  const siteChanged = folder.site !== undefined && (await sendSite(folder.site, client));
  const uploaded = await uploadFiles(toSend, client, progress);
  if (folder.registry === undefined) {
    const releases = await sendReleases(toSend, client, progress);
    return { releases, uploaded, registryChanged: false, siteChanged };
  }
  const before = await fetchRegistry(client);
  const isMerged = await sendRegistry(folder.registry, before, client);
  const releases = await sendReleases(toSend, client, progress);
  if (isMerged) await sendRegistryAgain(folder.registry, client);
  const registryChanged = !isSameRegistry(before, folder.registry.content);
  return { releases, uploaded, registryChanged, siteChanged };
}

async function sendReleases(
  files: readonly ContentFile[],
  client: ApiClient,
  progress: Progress,
): Promise<Published[]> {
  const sent: Published[] = [];
  for (const batch of releaseBatches(files)) {
    try {
      sent.push(...(await sendBatch(batch, client, "publish")));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const issues = issuesByFile(error, batch).map(({ file, issue }) => file.issueAt(issue));
      const cause = issues.length > 0 ? issueReport(issues, "their batch was not sent") : error.message;
      throw new CliError(
        `${cause}\n${sent.length} of ${counted(files.length, "release")} had been sent. ` +
          "Run the same command again: it does not send anything twice.",
      );
    }
    progress.show("sent", { done: sent.length, total: files.length });
  }
  return sent;
}
