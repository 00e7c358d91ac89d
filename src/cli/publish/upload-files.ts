/**
 * Uploads the files that releases and the site name, before them: the service refuses what names a file that it lacks.
 */
import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import { type ApiClient, ServiceProblem } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import type { LocalFile } from "../content/local-files.ts";
import { displayPath } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { counted } from "../terminal.ts";

/** Files that the service is asked about at the same time. */
const ASKED_AT_ONCE = 6;
/** Milliseconds for one file: 25 MiB take as long over a line of half a megabit a second. */
const UPLOAD_TIMEOUT_MS = 600_000;

/** A release, or the site. */
interface FileOwner {
  files: readonly LocalFile[];
}

const answer = z.object({ sha256: z.string() });

/** The files that the service does not hold, each once. */
export async function missingFiles(
  owners: readonly FileOwner[],
  client: ApiClient,
  progress: Progress,
): Promise<LocalFile[]> {
  const all = new Map(owners.flatMap(({ files }) => files.map((file) => [file.sha256, file])));
  const files = [...all.values()];
  const missing: LocalFile[] = [];
  for (let start = 0; start < files.length; start += ASKED_AT_ONCE) {
    const some = files.slice(start, start + ASKED_AT_ONCE);
    const held = await Promise.all(some.map((file) => isHeld(file, client)));
    missing.push(...some.filter((_, index) => !held[index]));
    progress.show("files compared", { done: start + some.length, total: files.length });
  }
  return missing;
}

/** Uploads what is missing, one file after the other. @returns the uploaded files */
export async function uploadFiles(
  owners: readonly FileOwner[],
  client: ApiClient,
  progress: Progress,
): Promise<LocalFile[]> {
  const missing = await missingFiles(owners, client, progress);
  for (const [index, file] of missing.entries()) {
    try {
      const body = Uint8Array.from(await readFile(file.path));
      await client.put(answer, pathOf(file), { body, timeoutMs: UPLOAD_TIMEOUT_MS });
    } catch (error) {
      throw new CliError(
        `${displayPath(file.path)}: ${reasonOf(error)}\n` +
          `${index} of ${counted(missing.length, "file")} had been uploaded, and no release was sent. ` +
          "Run the same command again: it uploads the other files and sends the releases.",
      );
    }
    progress.show("files uploaded", { done: index + 1, total: missing.length });
  }
  return missing;
}

/** `3 files (4.2 MB)` */
export function filesInWords(files: readonly LocalFile[]): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const size = bytes < 100_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${counted(files.length, "file")} (${size})`;
}

function pathOf({ sha256 }: LocalFile): string {
  return `/api/v1/files/${sha256}`;
}

async function isHeld(file: LocalFile, client: ApiClient): Promise<boolean> {
  try {
    await client.get(answer, pathOf(file));
    return true;
  } catch (error) {
    if (error instanceof ServiceProblem && error.code === "not-found") return false;
    throw error;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ServiceProblem && error.code === "wrong-file-hash") {
    return "has changed while it was published.";
  }
  return error instanceof Error ? error.message : String(error);
}
