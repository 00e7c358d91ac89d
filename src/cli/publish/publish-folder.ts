/**
 * Makes a service hold what a content folder holds: all of it, or, if anything is wrong, nothing.
 */
import { type ContentFolder, readContentFolder } from "../content/content-folder.ts";
import { counted, issueReport } from "../content/file-fault.ts";
import { writeIds } from "../content/write-ids.ts";
import type { Progress } from "../progress.ts";
import { CliError } from "../cli-error.ts";
import { type Destination, issuesByFile, type Published, sendBatch } from "./batch-call.ts";
import { dryRun } from "./dry-run.ts";
import { fetchRegistry, isSameRegistry, sendRegistry, sendRegistryAgain } from "./registry-call.ts";
import { releaseBatches } from "./release-batches.ts";

export interface Outcome {
  releases: Published[];
  /** Whether the service's registry said something else before. */
  registryChanged: boolean;
}

/**
 * A folder without a fault.
 *
 * @param path absolute
 * @param now seconds since 1970
 * @throws CliError with every fault of every file
 */
export async function readValidFolder(
  path: string,
  now: number,
  progress?: Progress,
): Promise<ContentFolder> {
  const folder = await readContentFolder(path, now, progress);
  if (folder.issues.length > 0) throw new CliError(issueReport(folder.issues, "nothing was sent"));
  return folder;
}

/**
 * Publishes a sound folder. The service judges all of it before it is sent anything that it keeps.
 *
 * @throws CliError with the faults that the service found, in which case nothing was published
 */
export async function publishFolder(
  folder: ContentFolder,
  to: Destination,
  progress: Progress,
): Promise<Outcome> {
  await dryRun(folder, to, progress);
  return await sendFolder(folder, to, progress);
}

/** {@link publishFolder} for a folder that the service has judged. */
export async function sendFolder(
  folder: ContentFolder,
  to: Destination,
  progress: Progress,
): Promise<Outcome> {
  // Before anything is sent: a release published under an id that no file holds would come again.
  for (const file of folder.files) await writeIds(file);
  if (folder.registry === undefined) {
    return { releases: await sendReleases(folder, to, progress), registryChanged: false };
  }
  const held = await fetchRegistry(to);
  const again = await sendRegistry(folder.registry, held, to);
  const releases = await sendReleases(folder, to, progress);
  if (again) await sendRegistryAgain(folder.registry, to);
  return { releases, registryChanged: !isSameRegistry(held, folder.registry.registry) };
}

async function sendReleases(
  { files }: ContentFolder,
  to: Destination,
  progress: Progress,
): Promise<Published[]> {
  const published: Published[] = [];
  for (const batch of releaseBatches(files)) {
    try {
      published.push(...(await sendBatch(batch, to, "publish")));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const issues = issuesByFile(error, batch).map(({ file, issue }) => file.issueAt(issue));
      const told = issues.length > 0 ? issueReport(issues, "their batch was not published") : error.message;
      throw new CliError(
        `${told}\n${published.length} of ${counted(files.length, "release")} had been published: ` +
          "run the same command again, what is published already stays as it is.",
      );
    }
    progress.show("published", { done: published.length, total: files.length });
  }
  return published;
}
