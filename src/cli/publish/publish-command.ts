/**
 * `communique publish` and `communique check`.
 */
import { findAdminToken } from "../admin-token.ts";
import { ApiClient } from "../api-client.ts";
import { readContentFolder } from "../content/content-folder.ts";
import { counted, faultReport } from "../content/file-fault.ts";
import { DEFAULT_CONTENT, forUser, fromUser } from "../places.ts";
import { startProgress } from "../progress.ts";
import { Refusal } from "../refusal.ts";
import { changeCounts, changeLines, publishFiles, soundFiles } from "./publish-folder.ts";

/** @throws Refusal if anything is wrong anywhere; then nothing was published */
export async function publishCommand(
  folder: string | undefined,
  options: { to: URL; dryRun: boolean },
): Promise<void> {
  const path = folder === undefined ? DEFAULT_CONTENT : fromUser(folder);
  const files = await soundFiles(path, nowSeconds());
  if (files.length === 0) {
    console.log(`${forUser(path)} holds no release: nothing to publish.`);
    return;
  }
  const token = await findAdminToken(options.to);
  const client = new ApiClient(options.to);
  const published = await publishFiles(files, { client, token, dryRun: options.dryRun }, startProgress());
  const would = options.dryRun ? "would be " : "";
  for (const line of changeLines(published)) console.log(would + line);
  console.log(changeCounts(published) + (options.dryRun ? "; nothing was published" : ""));
}

/** @throws Refusal with every fault of every file */
export async function checkCommand(folder: string | undefined): Promise<void> {
  const path = folder === undefined ? DEFAULT_CONTENT : fromUser(folder);
  const { files, faults } = await readContentFolder(path, nowSeconds());
  if (faults.length > 0) throw new Refusal(faultReport(faults, "a publish would send nothing"));
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
