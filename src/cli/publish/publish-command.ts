/**
 * `communique publish` and `communique check`.
 */
import { stat } from "node:fs/promises";
import { findAdminToken } from "../admin-token.ts";
import { ApiClient } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import { type ContentFolder, passedOverLines, readContentFolder } from "../content/content-folder.ts";
import type { ContentFile } from "../content/content-file.ts";
import { checkBody } from "../content/check-body.ts";
import { issueLine, issueReport } from "../content/file-issue.ts";
import { foreignUrls } from "../content/foreign-urls.ts";
import { readSingleFile } from "../content/single-file.ts";
import { languageIssues } from "../content/site-files.ts";
import { soundPart } from "../content/sound-files.ts";
import { isBelow } from "../content/stand-ins.ts";
import { foreignLanguages, siteLanguages } from "../content/site-languages.ts";
import { DEFAULT_CONTENT, displayPath, resolvePath } from "../paths.ts";
import { type Progress, startProgress } from "../progress.ts";
import { counted } from "../terminal.ts";
import {
  behindLines,
  changeCounts,
  changeLines,
  disagreementLines,
  draftLines,
  previewLines,
  warningLines,
} from "./change-report.ts";
import { acceptedPart, dryRun } from "./dry-run.ts";
import { assertHasReleases, assertSameSite, compareWithService } from "./missing-releases.ts";
import { missingReport, withdrawMissing, withdrawnLines } from "./missing-releases.ts";
import { assertNoFaults, isEmpty, OTHERS_PUBLISHED, sendFolder } from "./publish-folder.ts";
import { fetchStates, sortFiles } from "./release-states.ts";
import { fetchRegistry, isSameRegistry } from "./registry-call.ts";
import { filesInWords, missingFiles } from "./upload-files.ts";
import { print, report } from "../output.ts";
import { untilReadersSee } from "../until-readers-see.ts";

export interface PublishOptions {
  to: URL;
  dryRun: boolean;
  /** Whether a fault stops only what depends on it. */
  keepGoing: boolean;
  /** The reason for withdrawing releases that the folder lacks; undefined leaves them published. */
  withdrawMissing?: string;
}

interface PublishRun extends PublishOptions {
  /** A file was named in place of a folder. */
  isSingle: boolean;
}

/** @throws CliError if anything is wrong; without `--keep-going` nothing was published then */
export async function publishCommand(named: string | undefined, options: PublishOptions): Promise<void> {
  const progress = startProgress();
  try {
    const path = resolvePath(named ?? DEFAULT_CONTENT);
    const isSingle = (await stat(path).catch(() => undefined))?.isFile() === true;
    if (isSingle && options.withdrawMissing !== undefined) {
      throw new CliError("--withdraw-missing compares a whole folder with the service: name the folder.");
    }
    if (options.keepGoing && options.withdrawMissing !== undefined) {
      throw new CliError(
        "--withdraw-missing needs every file of the folder, so --keep-going cannot go with it: leave one out.",
      );
    }
    const read = await (isSingle ? readSingleFile : readContentFolder)(path, progress);
    if (!options.keepGoing) assertNoFaults(read);
    const folder = read.issues.length === 0 ? read : await soundPart(read);
    if (options.withdrawMissing !== undefined) assertHasReleases(folder);
    if (isEmpty(folder)) {
      for (const line of draftLines(folder.drafts)) print(line);
      print(`${displayPath(path)} holds no releases: nothing to publish.`);
      if (folder.issues.length > 0) throw new CliError(issueReport(folder.issues, "nothing was sent"));
      return;
    }
    const client = new ApiClient(options.to, await findAdminToken(options.to));
    await (options.dryRun ? preview : publish)(folder, client, { ...options, isSingle }, progress);
  } finally {
    progress.end();
  }
}

async function publish(
  folder: ContentFolder,
  client: ApiClient,
  { withdrawMissing: reason, isSingle, keepGoing }: PublishRun,
  progress: Progress,
): Promise<void> {
  const states = await fetchStates(client, progress);
  const { toSend: differing, unchanged } = sortFiles(folder.files, states, Date.now());
  report(
    [
      ...passedOverLines(folder),
      ...[...differing.flatMap(({ warnings }) => warnings), ...foreignUrls(differing)].map(issueLine),
      ...disagreementLines(folder.files, states),
    ].join("\n"),
  );
  const judged = await dryRun({ ...folder, files: differing }, client, progress, keepGoing);
  const toSend = differing.filter((file) => !judged.refused.includes(file));
  const comparison = compareWithService(folder, states);
  if (reason !== undefined) assertSameSite(folder, comparison);
  const outcome = await sendFolder(acceptedPart(folder, judged), toSend, client, progress, keepGoing);
  const { releases: sent, uploaded, registryChanged, siteChanged } = outcome;
  const faults = [...folder.issues, ...judged.issues, ...outcome.issues];
  const releases = [...sent, ...unchanged];
  progress.end();
  if (uploaded.length > 0) print(`uploaded    ${filesInWords(uploaded)}`);
  for (const line of changeLines(releases)) print(line);
  report(warningLines(releases).join("\n"));
  if (siteChanged) print("changed     the site");
  if (registryChanged) print("changed     the registry");
  print(changeCounts(releases));
  for (const line of draftLines(folder.drafts, states)) print(line);
  // A correction has put its translations behind, also those that were sent before it.
  const isCorrected = toSend.some(({ release }) => release.change === "major");
  const after = isCorrected ? await fetchStates(client, progress) : undefined;
  const present = releases.map((one) => ({ ...one, behind: (after?.get(one.id) ?? one).behind }));
  report(behindLines(present).join("\n"));
  if (reason === undefined) {
    // A release of the service may be that of a faulty file.
    if (!isSingle && faults.length === 0) report(await missingReport(comparison, client));
  } else {
    const lines = await withdrawnLines(comparison, client, "");
    await withdrawMissing(comparison, reason, client, progress);
    progress.end();
    print(lines.join("\n"));
  }
  const isChanged = sent.length > 0 || registryChanged || siteChanged || reason !== undefined;
  report(await untilReadersSee(client, progress, isChanged));
  if (faults.length > 0) throw new CliError(issueReport(faults, OTHERS_PUBLISHED));
}

/** `--dry-run`: reports what a publish would change. */
async function preview(
  folder: ContentFolder,
  client: ApiClient,
  { withdrawMissing: reason, isSingle, keepGoing }: PublishRun,
  progress: Progress,
): Promise<void> {
  const states = await fetchStates(client, progress);
  const { toSend, unchanged } = sortFiles(folder.files, states, Date.now());
  report(
    [
      ...passedOverLines(folder),
      ...[...toSend.flatMap(({ warnings }) => warnings), ...foreignUrls(toSend)].map(issueLine),
      ...disagreementLines(folder.files, states),
    ].join("\n"),
  );
  const previewed = await dryRun({ ...folder, files: toSend }, client, progress, keepGoing);
  const faults = [...folder.issues, ...previewed.issues];
  const comparison = compareWithService(folder, states);
  if (reason !== undefined) assertSameSite(folder, comparison);
  const registry = folder.registry?.content;
  const registryDiffers = registry !== undefined && !isSameRegistry(await fetchRegistry(client), registry);
  const missing = await missingFiles(
    toSend.filter((file) => !previewed.refused.includes(file)),
    client,
    progress,
  );
  progress.end();
  if (missing.length > 0) print(`would be uploaded    ${filesInWords(missing)}`);
  const releases = [...previewed.published, ...unchanged];
  for (const line of previewLines(previewed)) print(line);
  report(warningLines(previewed.published).join("\n"));
  if (previewed.siteChanges) print("would be changed     the site");
  if (registryDiffers) print("would be changed     the registry");
  const counts = changeCounts(releases, previewed.awaitingRegistry.length);
  print(`${counts}; nothing was published`);
  for (const line of draftLines(folder.drafts, states)) print(line);
  report(behindLines(releases).join("\n"));
  if (faults.length > 0) throw new CliError(issueReport(faults, "the other files would be published"));
  if (isSingle) return;
  if (reason === undefined) report(await missingReport(comparison, client));
  else print((await withdrawnLines(comparison, client, "would be ")).join("\n"));
}

/** @param options `languages`: in place of those of wrangler.toml @throws CliError with every fault of every file */
export async function checkCommand(
  named: string | undefined,
  options: { languages?: string } = {},
): Promise<void> {
  const progress = startProgress();
  const reading = readContentFolder(resolvePath(named ?? DEFAULT_CONTENT), progress);
  const folder = await reading.finally(() => progress.end());
  const { files, drafts, issues, rests } = folder;
  const all = [...files, ...drafts];
  const withSound = (path: string): ContentFile[] => [
    ...all,
    ...rests.filter(({ faults }) => !isBelow(path, faults)),
  ];
  const bodies = withSound("/body").map(checkBody);
  const languages = await siteLanguages(options.languages);
  const foreign = [...foreignLanguages(withSound("/lang"), languages), ...languageIssues(folder, languages)];
  const faults = [...issues, ...foreign, ...bodies.flatMap(({ faults }) => faults)];
  const warnings = [...all, ...bodies].flatMap((each) => each.warnings).concat(foreignUrls(all));
  for (const line of passedOverLines(folder)) print(line);
  for (const warning of warnings) print(issueLine(warning));
  if (faults.length > 0) throw new CliError(issueReport(faults, "`publish` would send nothing"));
  for (const { file, missing } of files) {
    const fields = [missing.id && "an id", missing.slug && `the slug ${missing.slug}`].filter(Boolean);
    if (fields.length > 0) print(`${displayPath(file)}: \`publish\` would add ${fields.join(" and ")}`);
  }
  const count = warnings.length === 0 ? "" : `, ${counted(warnings.length, "warning")}`;
  const drafted = drafts.length === 0 ? "" : `, ${counted(drafts.length, "draft")}`;
  print(`${counted(files.length, "release")}${drafted}, no faults${count}`);
}
