/**
 * The process that publishes the content folder when the service starts. It ends when that is done, so `npm start` does
 * not keep its memory, and it reads the folder while the service's process loads.
 */
import { once } from "node:events";
import { defined } from "../../domain/defined.ts";
import { readVars } from "../admin-token.ts";
import { ApiClient } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import { type ContentFolder, readContentFolder } from "../content/content-folder.ts";
import { type FileIssue, issueReport } from "../content/file-issue.ts";
import { languageIssues } from "../content/site-files.ts";
import { siteLanguages } from "../content/site-languages.ts";
import { soundPart } from "../content/sound-files.ts";
import { report } from "../output.ts";
import { DEV_VARS } from "../paths.ts";
import { type Progress, startProgress } from "../progress.ts";
import { changeCounts, draftLines, warningLines } from "../publish/change-report.ts";
import { acceptedPart, dryRun } from "../publish/dry-run.ts";
import { isEmpty, OTHERS_PUBLISHED, sendFolder } from "../publish/publish-folder.ts";
import { fetchStates, sortFiles } from "../publish/release-states.ts";
import { untilReadersSee } from "../until-readers-see.ts";
import type { BringUp, BringUpReport, Reached } from "./bring-up-process.ts";
import { ServiceFailure } from "./service-failure.ts";
import { untilHealthy } from "./until-healthy.ts";

process.on("disconnect", () => process.exit(1));
const [{ folder, url: origin, languages, token }] = (await once(process, "message")) as [BringUp];
const url = new URL(origin);
try {
  const content = folder === undefined ? undefined : await soundPart(await readContentFolder(folder));
  if (content !== undefined) await refuseUnwordedLanguages(content, languages);
  const started = once(process, "message");
  await tell({ state: "read" });
  await started;
  await tell(await publish(content));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  await tell({ state: "failed", lines: error.lines(), isOfService: error instanceof ServiceFailure });
}
process.exit();

function tell(message: BringUpReport): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

/** @throws CliError that names each language without wording, and the way out */
async function refuseUnwordedLanguages(content: ContentFolder, given: string | undefined): Promise<void> {
  const issues = languageIssues(content, await siteLanguages(given));
  if (issues.length > 0) throw new CliError(issueReport(issues, "the service was not started"));
}

async function publish(content: ContentFolder | undefined): Promise<Reached> {
  const progress = startProgress();
  progress.show("starting the service");
  const health = await untilHealthy(url);
  progress.end();
  const { code, detail } = health;
  if (code === "being-restored") return { state: code };
  if (code === "wording-missing" && content === undefined) {
    throw new CliError(
      `${detail} A folder with phrases.yaml is named with --content in place of --no-content.`,
    );
  }
  const counts = content === undefined ? undefined : await publishFolder(content, progress);
  return { state: "published", ...defined({ counts }) };
}

/** @returns a summary of what was published; undefined if nothing was to be published */
async function publishFolder(content: ContentFolder, progress: Progress): Promise<string | undefined> {
  const drafts = draftLines(content.drafts).at(-1);
  if (isEmpty(content)) {
    reportFaults(content.issues, progress);
    return drafts;
  }
  const client = new ApiClient(url, token ?? (await readVars(DEV_VARS)).ADMIN_TOKEN);
  const states = await fetchStates(client, progress);
  const { toSend: differing, unchanged } = sortFiles(content.files, states, Date.now());
  const judged = await dryRun({ ...content, files: differing }, client, progress, true);
  const toSend = differing.filter((file) => !judged.refused.includes(file));
  const sound = acceptedPart(content, judged);
  const outcome = await sendFolder(sound, toSend, client, progress, true);
  const { releases, issues: late } = outcome;
  const isSent = releases.length > 0 || outcome.registryChanged || outcome.siteChanged;
  // Also after a start that sends nothing: the last run may have ended before it wrote all documents.
  const later = await untilReadersSee(client, progress, isSent);
  progress.end();
  report(warningLines(releases).join("\n"));
  report(later);
  reportFaults([...content.issues, ...judged.issues, ...late], progress);
  return [changeCounts([...releases, ...unchanged]), drafts].filter(Boolean).join("; ");
}

/** A fault in one file keeps no other from the readers. */
function reportFaults(issues: readonly FileIssue[], progress: Progress): void {
  progress.end();
  if (issues.length > 0) report(issueReport(issues, OTHERS_PUBLISHED));
}
