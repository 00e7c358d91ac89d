/**
 * `communique backup`: writes everything that cannot be rebuilt into one archive.
 */
import { createHash } from "node:crypto";
import { type FileHandle, rename, rm } from "node:fs/promises";
import * as z from "zod/mini";
import { findAdminToken } from "../admin-token.ts";
import { ApiClient, ServiceProblem } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import { watchEndSignals } from "../end-signals.ts";
import { print } from "../output.ts";
import { displayPath, resolvePath } from "../paths.ts";
import { type Progress, startProgress } from "../progress.ts";
import { counted } from "../terminal.ts";
import { ArchiveSum, CHUNK_BYTES, contentInWords, type FileChunk, headerLine } from "./archive.ts";
import { openPart } from "./part-file.ts";

/** Milliseconds for one call: the first page of the ledger keeps all rows of a large one. */
const CALL_TIMEOUT_MS = 120_000;
/** Milliseconds for one file: 25 MiB take as long over a line of half a megabit a second. */
const DOWNLOAD_TIMEOUT_MS = 600_000;

const page = z.object({ lines: z.array(z.unknown()), next: z.nullable(z.string()) });

/** @throws CliError, also if KV has lost the bytes of files: then the archive holds all but them */
export async function backupCommand(file: string, { to }: { to: URL }): Promise<void> {
  const path = resolvePath(file);
  const signals = watchEndSignals();
  const part = await openPart(path);
  const { handle } = part;
  const sum = new ArchiveSum();
  const progress = startProgress();
  try {
    const token = await findAdminToken(to);
    const client = new ApiClient(to, token, signals.first);
    const backups = new ApiClient(to, token, signals.second);
    const missing = await writeArchive({ client, backups }, handle, sum, progress);
    await handle.sync();
    await handle.close();
    await rename(part.path, path);
    progress.end();
    print(`${displayPath(path)}: ${contentInWords(sum)}`);
    if (missing.length > 0) throw new CliError(lostFiles(missing));
  } catch (error) {
    progress.end();
    await handle.close().catch(() => undefined);
    await rm(part.path, { force: true });
    if (signals.first.aborted) throw new CliError("Interrupted: no backup was written.");
    throw error;
  }
}

/** @param backups ends the backup at the service, also when `client` was interrupted @returns the hashes of files whose bytes the service has lost */
async function writeArchive(
  { client, backups }: { client: ApiClient; backups: ApiClient },
  handle: FileHandle,
  sum: ArchiveSum,
  progress: Progress,
): Promise<string[]> {
  const write = async (line: unknown) => {
    const text = JSON.stringify(line);
    sum.add(text, line);
    await handle.write(`${text}\n`);
  };
  const files: string[] = [];
  const missing: string[] = [];
  let backup: string | undefined;
  try {
    for (let next: string | null | undefined; next !== null;) {
      const query = next === undefined ? "" : `?after=${encodeURIComponent(next)}`;
      const answer: z.infer<typeof page> = await client.post(page, `/api/v1/backup${query}`, {
        timeoutMs: CALL_TIMEOUT_MS,
      });
      for (const line of answer.lines) {
        backup ??= z.safeParse(headerLine, line).data?.backup;
        files.push(...hashesOf(line));
        await write(line);
      }
      next = answer.next;
      progress.show(`backed up: ${contentInWords(sum)}`);
    }
    for (const sha256 of files) {
      const bytes = await download(client, sha256);
      if (bytes === undefined) missing.push(sha256);
      else for (const chunk of chunksOf(sha256, bytes)) await write(chunk);
      progress.show("files backed up", { done: sum.files.size, total: files.length });
    }
  } finally {
    if (backup !== undefined) await endBackup(backups, backup);
  }
  await handle.write(`${sum.lastLine()}\n`);
  return missing;
}

/** The next backup drops what this one has kept, if the service does not answer now. */
async function endBackup(client: ApiClient, backup: string): Promise<void> {
  try {
    await client.send("DELETE", `/api/v1/backup/${backup}`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
  }
}

/** The bytes of a file; undefined if KV has lost them. */
async function download(client: ApiClient, sha256: string): Promise<Buffer | undefined> {
  try {
    const bytes = await client.bytes(`/api/v1/backup/files/${sha256}`, { timeoutMs: DOWNLOAD_TIMEOUT_MS });
    if (createHash("sha256").update(bytes).digest("hex") === sha256) return bytes;
    throw new CliError(`The bytes of the file ${sha256} arrived damaged: run the same command again.`);
  } catch (error) {
    if (error instanceof ServiceProblem && error.code === "not-found") return undefined;
    throw error;
  }
}

function* chunksOf(file: string, bytes: Buffer): Generator<FileChunk> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    yield { file, at, bytes: bytes.subarray(at, at + CHUNK_BYTES).toString("base64") };
  }
}

const filesLine = z.object({
  table: z.literal("files"),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.unknown())),
});

/** The hashes in rows of the table of files. */
function hashesOf(line: unknown): string[] {
  const { data } = z.safeParse(filesLine, line);
  if (data === undefined) return [];
  const at = data.columns.indexOf("sha256");
  return data.rows.map((row) => String(row[at]));
}

function lostFiles(missing: readonly string[]): string {
  return [
    `The service has lost the bytes of ${counted(missing.length, "file")}, so the backup lacks them: ${missing.join(", ")}`,
    "Publish the folder that holds them again, which sends what is lost, and make another backup.",
  ].join("\n");
}
