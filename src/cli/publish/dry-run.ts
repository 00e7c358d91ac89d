/**
 * Lets the service check all releases of a folder before the first one is sent.
 */
import { defined } from "../../domain/defined.ts";
import { FACETS } from "../../domain/release.ts";
import type { ApiClient } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import type { ContentFile } from "../content/content-file.ts";
import type { ContentFolder } from "../content/content-folder.ts";
import { issueReport, type FileIssue } from "../content/file-issue.ts";
import { type FaultyFile, followersOf } from "../content/sound-files.ts";
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
  /** What the service refuses; empty unless what is sound is to be sent without the rest. */
  issues: FileIssue[];
  /** The releases with these issues. */
  refused: ContentFile[];
  /** Whether the site has one of these issues. */
  isSiteRefused: boolean;
}

/** The path of an issue that says that the registry lacks a value. */
const REGISTRY_ISSUE = new RegExp(`^/(?:type|(?:${FACETS.join("|")})/\\d+)$`);

/**
 * A publish sends the folder's registry before its releases, and the releases were checked against that
 * registry. So values that only the service's older registry lacks are no fault.
 *
 * @param keepGoing whether an issue stops only its release, and those that follow it
 * @throws CliError with all issues of all batches, unless `keepGoing`
 */
export async function dryRun(
  { files, registry, site, faulty = [] }: ContentFolder & { faulty?: readonly FaultyFile[] },
  client: ApiClient,
  progress: Progress,
  keepGoing = false,
): Promise<Preview> {
  const isTemporary = (path: string): boolean => registry !== undefined && REGISTRY_ISSUE.test(path);
  const judged = site === undefined ? undefined : await judgeSite(site, client);
  const siteIssues = judged?.issues ?? [];
  const preview: Preview = {
    published: [],
    awaitingRegistry: [],
    siteChanges: judged?.changed ?? false,
    issues: [...siteIssues],
    refused: [],
    isSiteRefused: siteIssues.length > 0,
  };
  let done = 0;
  for (const batch of releaseBatches(files)) {
    const found = await dryRunBatch(batch, client, { isTemporary, keepGoing });
    preview.issues.push(...found.issues);
    preview.published.push(...found.published);
    preview.awaitingRegistry.push(...found.awaitingRegistry);
    preview.refused.push(...found.refused);
    done += batch.files.length;
    progress.show("checked", { done, total: files.length });
  }
  const { issues } = preview;
  if (issues.length > 0 && !keepGoing) throw new CliError(issueReport(issues, "nothing was published"));
  return withoutFollowers(preview, files, faulty);
}

/** A release that follows a refused correction has nothing to follow. */
function withoutFollowers(
  preview: Preview,
  files: readonly ContentFile[],
  faulty: readonly FaultyFile[],
): Preview {
  const refused = new Set(preview.refused);
  const sound = files.filter((file) => !refused.has(file));
  const identities = preview.refused.map(({ file, release }) => ({ file, ...release }));
  const followers = followersOf(sound, [...faulty, ...identities]);
  const names = new Set([...followers.keys()].map(({ file }) => file));
  return {
    ...preview,
    published: preview.published.filter(({ file }) => !names.has(file)),
    awaitingRegistry: preview.awaitingRegistry.filter((file) => !followers.has(file)),
    issues: [...preview.issues, ...followers.values()],
    refused: [...preview.refused, ...followers.keys()],
  };
}

/** What of a folder the service has not refused. */
export function acceptedPart(
  { site, ...folder }: ContentFolder,
  { refused, isSiteRefused }: Pick<Preview, "refused" | "isSiteRefused">,
): ContentFolder {
  const files = folder.files.filter((file) => !refused.includes(file));
  return { ...folder, files, ...defined({ site: isSiteRefused ? undefined : site }) };
}

async function dryRunBatch(
  whole: Batch,
  client: ApiClient,
  { isTemporary, keepGoing }: { isTemporary: (path: string) => boolean; keepGoing: boolean },
): Promise<Omit<Preview, "siteChanges" | "isSiteRefused">> {
  const awaitingRegistry: ContentFile[] = [];
  const issues: FileIssue[] = [];
  const refused: ContentFile[] = [];
  for (let batch: Batch | undefined = whole; batch !== undefined;) {
    try {
      return { published: await sendBatch(batch, client, "dry-run"), awaitingRegistry, issues, refused };
    } catch (error) {
      const found = issuesByFile(error, batch);
      if (found.length === 0) throw error;
      const lasting = found.filter(({ issue }) => !isTemporary(issue.path));
      issues.push(...lasting.map(({ file, issue }) => file.issueAt(issue)));
      const faulty = new Set(lasting.map(({ file }) => file));
      refused.push(...faulty);
      if (faulty.size > 0 && !keepGoing) return { published: [], awaitingRegistry: [], issues, refused };
      // Checks the rest of the batch without these, and without the releases that need the new registry.
      const waiting = new Set(found.map(({ file }) => file));
      awaitingRegistry.push(...[...waiting].filter((file) => !faulty.has(file)));
      [batch] = releaseBatches(batch.files.filter((file) => !waiting.has(file)));
    }
  }
  return { published: [], awaitingRegistry, issues, refused };
}
