/**
 * `communique publish` and `communique check`.
 */
import { findAdminToken } from "../admin-token.ts";
import { ApiClient } from "../api-client.ts";
import { type ContentFolder, readContentFolder } from "../content/content-folder.ts";
import { counted, issueReport } from "../content/file-fault.ts";
import { DEFAULT_CONTENT, forUser, fromUser } from "../paths.ts";
import { type Progress, startProgress } from "../progress.ts";
import { Refusal } from "../cli-error.ts";
import type { Destination } from "./batch-call.ts";
import { judge } from "./dry-run.ts";
import { changeCounts, changeLines, foreseenLines } from "./change-report.ts";
import {
  type Comparison,
  compareWithService,
  missingLines,
  missingReport,
  requireKinship,
  requireReleases,
  withdrawMissing,
} from "./missing-releases.ts";
import { sendFolder, soundFolder } from "./publish-folder.ts";
import { heldRegistry, isSameRegistry } from "./registry-call.ts";

export interface PublishOptions {
  to: URL;
  dryRun: boolean;
  /** Why releases that the folder lacks are withdrawn; undefined leaves them alone. */
  withdrawMissing?: string;
}

/** @throws Refusal if anything is wrong anywhere; then nothing was published */
export async function publishCommand(named: string | undefined, options: PublishOptions): Promise<void> {
  const progress = startProgress();
  try {
    const path = named === undefined ? DEFAULT_CONTENT : fromUser(named);
    const folder = await soundFolder(path, nowSeconds(), progress);
    if (options.withdrawMissing !== undefined) requireReleases(folder);
    if (folder.files.length === 0 && folder.registry === undefined) {
      console.log(`${forUser(path)} holds no release: nothing to publish.`);
      return;
    }
    const to = { client: new ApiClient(options.to), token: await findAdminToken(options.to) };
    await (options.dryRun ? foresee : publish)(folder, to, options, progress);
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
  await judge(folder, to, progress);
  const comparison = await compare(folder, to, reason, progress);
  const { releases, registryChanged } = await sendFolder(folder, to, progress);
  progress.end();
  for (const line of changeLines(releases)) console.log(line);
  if (registryChanged) console.log("changed     the registry");
  console.log(changeCounts(releases));
  if (reason === undefined) return tellMissing(comparison);
  await withdrawMissing(comparison, reason, to, progress);
  progress.end();
  tellWithdrawn(comparison, "");
}

async function foresee(
  folder: ContentFolder,
  to: Destination,
  { withdrawMissing: reason }: PublishOptions,
  progress: Progress,
): Promise<void> {
  const foreseen = await judge(folder, to, progress);
  const comparison = await compare(folder, to, reason, progress);
  const { registry } = folder;
  const registryDiffers =
    registry !== undefined && !isSameRegistry(await heldRegistry(to), registry.registry);
  progress.end();
  for (const line of foreseenLines(foreseen)) console.log(line);
  if (registryDiffers) console.log("would be changed     the registry");
  const counts = changeCounts(foreseen.published, foreseen.awaitingRegistry.length);
  console.log(`${counts}; nothing was published`);
  if (reason === undefined) tellMissing(comparison);
  else tellWithdrawn(comparison, "would be ");
}

async function compare(
  folder: ContentFolder,
  to: Destination,
  reason: string | undefined,
  progress: Progress,
): Promise<Comparison> {
  const comparison = await compareWithService(folder, to, progress);
  if (reason !== undefined) requireKinship(folder, comparison);
  return comparison;
}

/** On stderr, as what needs somebody's eye; the command has done what it was asked. */
function tellMissing(comparison: Comparison): void {
  const report = missingReport(comparison);
  if (report !== "") process.stderr.write(`${report}\n`);
}

function tellWithdrawn(comparison: Comparison, would: string): void {
  for (const line of missingLines(comparison, `${would}withdrawn`)) console.log(line);
  const nothing = would === "" ? "" : "; nothing was withdrawn";
  console.log(`${counted(comparison.missing.length, "release")} ${would}withdrawn${nothing}`);
}

/** @throws Refusal with every fault of every file */
export async function checkCommand(named: string | undefined): Promise<void> {
  const path = named === undefined ? DEFAULT_CONTENT : fromUser(named);
  const progress = startProgress();
  const { files, issues } = await readContentFolder(path, nowSeconds(), progress).finally(() =>
    progress.end(),
  );
  if (issues.length > 0) throw new Refusal(issueReport(issues, "a publish would send nothing"));
  for (const { file, missing } of files) {
    const given = [
      ...(missing.id === undefined ? [] : ["an id"]),
      ...(missing.slug === undefined ? [] : [`the slug ${missing.slug}`]),
    ];
    if (given.length > 0) console.log(`${forUser(file)} would be given ${given.join(" and ")}`);
  }
  console.log(`${counted(files.length, "release")}, no faults`);
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
