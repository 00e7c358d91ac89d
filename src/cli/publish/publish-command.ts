/**
 * `communique publish` and `communique check`.
 */
import { findAdminToken } from "../admin-token.ts";
import { ApiClient } from "../api-client.ts";
import { type ContentFolder, readContentFolder } from "../content/content-folder.ts";
import { counted, issueReport } from "../content/file-fault.ts";
import { DEFAULT_CONTENT, displayPath, resolvePath } from "../paths.ts";
import { type Progress, startProgress } from "../progress.ts";
import { CliError } from "../cli-error.ts";
import type { Destination } from "./batch-call.ts";
import { dryRun } from "./dry-run.ts";
import { changeCounts, changeLines, previewLines } from "./change-report.ts";
import {
  type Comparison,
  compareWithService,
  missingLines,
  missingReport,
  assertSameSite,
  assertHasReleases,
  withdrawMissing,
} from "./missing-releases.ts";
import { sendFolder, readValidFolder } from "./publish-folder.ts";
import { fetchRegistry, isSameRegistry } from "./registry-call.ts";

export interface PublishOptions {
  to: URL;
  dryRun: boolean;
  /** Why releases that the folder lacks are withdrawn; undefined leaves them alone. */
  withdrawMissing?: string;
}

/** @throws CliError if anything is wrong anywhere; then nothing was published */
export async function publishCommand(named: string | undefined, options: PublishOptions): Promise<void> {
  const progress = startProgress();
  try {
    const path = named === undefined ? DEFAULT_CONTENT : resolvePath(named);
    const folder = await readValidFolder(path, nowSeconds(), progress);
    if (options.withdrawMissing !== undefined) assertHasReleases(folder);
    if (folder.files.length === 0 && folder.registry === undefined) {
      console.log(`${displayPath(path)} holds no release: nothing to publish.`);
      return;
    }
    const to = { client: new ApiClient(options.to), token: await findAdminToken(options.to) };
    await (options.dryRun ? previewFolder : publish)(folder, to, options, progress);
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

async function previewFolder(
  folder: ContentFolder,
  to: Destination,
  { withdrawMissing: reason }: PublishOptions,
  progress: Progress,
): Promise<void> {
  const preview = await dryRun(folder, to, progress);
  const comparison = await compare(folder, to, reason, progress);
  const { registry } = folder;
  const registryDiffers =
    registry !== undefined && !isSameRegistry(await fetchRegistry(to), registry.registry);
  progress.end();
  for (const line of previewLines(preview)) console.log(line);
  if (registryDiffers) console.log("would be changed     the registry");
  const counts = changeCounts(preview.published, preview.awaitingRegistry.length);
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

/** On stderr, as what needs somebody's eye; the command has done what it was asked. */
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
  if (issues.length > 0) throw new CliError(issueReport(issues, "a publish would send nothing"));
  for (const { file, missing } of files) {
    const given = [
      ...(missing.id === undefined ? [] : ["an id"]),
      ...(missing.slug === undefined ? [] : [`the slug ${missing.slug}`]),
    ];
    if (given.length > 0) console.log(`${displayPath(file)} would be given ${given.join(" and ")}`);
  }
  console.log(`${counted(files.length, "release")}, no faults`);
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
