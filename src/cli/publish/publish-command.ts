/**
 * `communique publish` and `communique check`.
 */
import { findAdminToken } from "../admin-token.ts";
import { ApiClient } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import { type ContentFolder, readContentFolder } from "../content/content-folder.ts";
import { issueReport } from "../content/file-issue.ts";
import { DEFAULT_CONTENT, displayPath, resolvePath } from "../paths.ts";
import { type Progress, startProgress } from "../progress.ts";
import { counted } from "../terminal.ts";
import type { Destination } from "./batches.ts";
import { changeCounts, changeLines, previewLines } from "./change-report.ts";
import { dryRun } from "./dry-run.ts";
import {
  assertHasReleases,
  assertSameSite,
  type Comparison,
  compareWithService,
  missingLines,
  missingReport,
  withdrawMissing,
} from "./missing-releases.ts";
import { readValidFolder, sendFolder } from "./publish-folder.ts";
import { fetchRegistry, isSameRegistry } from "./registry-call.ts";

export interface PublishOptions {
  to: URL;
  dryRun: boolean;
  /** The reason for withdrawing releases that the folder lacks; undefined leaves them published. */
  withdrawMissing?: string;
}

/** @throws CliError if anything is wrong; then nothing was published */
export async function publishCommand(named: string | undefined, options: PublishOptions): Promise<void> {
  const progress = startProgress();
  try {
    const path = named === undefined ? DEFAULT_CONTENT : resolvePath(named);
    const folder = await readValidFolder(path, nowSeconds(), progress);
    if (options.withdrawMissing !== undefined) assertHasReleases(folder);
    if (folder.files.length === 0 && folder.registry === undefined) {
      console.log(`${displayPath(path)} holds no releases: nothing to publish.`);
      return;
    }
    const to = { client: new ApiClient(options.to), token: await findAdminToken(options.to) };
    await (options.dryRun ? preview : publish)(folder, to, options, progress);
  } finally {
    progress.end();
  }
}

async function publish(
  folder: ContentFolder,
  to: Destination,
  { withdrawMissing: reason }: PublishOptions,
  progress: Progress,
): Promise<void> {
  await dryRun(folder, to, progress);
  const comparison = await compare(folder, to, reason, progress);
  const { releases, registryChanged } = await sendFolder(folder, to, progress);
  progress.end();
  for (const line of changeLines(releases)) console.log(line);
  if (registryChanged) console.log("changed     the registry");
  console.log(changeCounts(releases));
  if (reason === undefined) return reportMissing(comparison);
  await withdrawMissing(comparison, reason, to, progress);
  progress.end();
  reportWithdrawn(comparison, "");
}

/** `--dry-run`: reports what a publish would change. */
async function preview(
  folder: ContentFolder,
  to: Destination,
  { withdrawMissing: reason }: PublishOptions,
  progress: Progress,
): Promise<void> {
  const previewed = await dryRun(folder, to, progress);
  const comparison = await compare(folder, to, reason, progress);
  const { registry } = folder;
  const registryDiffers =
    registry !== undefined && !isSameRegistry(await fetchRegistry(to), registry.registry);
  progress.end();
  for (const line of previewLines(previewed)) console.log(line);
  if (registryDiffers) console.log("would be changed     the registry");
  const counts = changeCounts(previewed.published, previewed.awaitingRegistry.length);
  console.log(`${counts}; nothing was published`);
  if (reason === undefined) reportMissing(comparison);
  else reportWithdrawn(comparison, "would be ");
}

async function compare(
  folder: ContentFolder,
  to: Destination,
  reason: string | undefined,
  progress: Progress,
): Promise<Comparison> {
  const comparison = await compareWithService(folder, to, progress);
  if (reason !== undefined) assertSameSite(folder, comparison);
  return comparison;
}

/** On stderr: a warning, although the command has succeeded. */
function reportMissing(comparison: Comparison): void {
  const report = missingReport(comparison);
  if (report !== "") process.stderr.write(`${report}\n`);
}

function reportWithdrawn(comparison: Comparison, would: string): void {
  for (const line of missingLines(comparison, `${would}withdrawn`)) console.log(line);
  const nothing = would === "" ? "" : "; nothing was withdrawn";
  console.log(`${counted(comparison.missing.length, "release")} ${would}withdrawn${nothing}`);
}

/** @throws CliError with every fault of every file */
export async function checkCommand(named: string | undefined): Promise<void> {
  const path = named === undefined ? DEFAULT_CONTENT : resolvePath(named);
  const progress = startProgress();
  const { files, issues } = await readContentFolder(path, nowSeconds(), progress).finally(() =>
    progress.end(),
  );
  if (issues.length > 0) throw new CliError(issueReport(issues, "`publish` would send nothing"));
  for (const { file, missing } of files) {
    const fields = [
      ...(missing.id === undefined ? [] : ["an id"]),
      ...(missing.slug === undefined ? [] : [`the slug ${missing.slug}`]),
    ];
    if (fields.length > 0) console.log(`${displayPath(file)}: \`publish\` would add ${fields.join(" and ")}`);
  }
  console.log(`${counted(files.length, "release")}, no faults`);
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
