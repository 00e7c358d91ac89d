/**
 * `communique restore`: puts an archive into an empty service.
 */
import { createInterface } from "node:readline/promises";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import { findAdminToken } from "../admin-token.ts";
import { ApiClient } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import { print, report } from "../output.ts";
import { resolvePath } from "../paths.ts";
import { type Progress, startProgress } from "../progress.ts";
import { counted, printable } from "../terminal.ts";
import { untilReadersSee } from "../until-readers-see.ts";
import { type ArchiveSum, contentInWords, type FileChunk, type Header } from "./archive.ts";
import { checkArchive, contentOf } from "./read-archive.ts";

/** UTF-16 units of lines that are sent together. */
const UNITS_PER_CALL = 700_000;
/** Milliseconds for one call: the words of a page of editions are made again. */
const CALL_TIMEOUT_MS = 120_000;
const UPLOAD_TIMEOUT_MS = 600_000;
/** Milliseconds between two looks whether the subscriptions have all events. */
const WAIT_MS = 500;

interface RestoreOptions {
  to: URL;
  /** It does not ask whether the old service has stopped. */
  yes: boolean;
  discard: boolean;
}

const phaseAnswer = z.object({ phase: z.string(), baseUrl: z.optional(z.string()) });
const takenAnswer = z.object({ taken: z.number() });
const fileAnswer = z.object({ sha256: z.string() });
const finishAnswer = z.object({ waiting: z.number() });
const discardAnswer = z.object({ done: z.boolean() });

export async function restoreCommand(file: string | undefined, options: RestoreOptions): Promise<void> {
  const { to, yes, discard } = options;
  const client = new ApiClient(to, await findAdminToken(to));
  if (discard) {
    await discardRestore(client);
    return;
  }
  if (file === undefined) throw new CliError("Name the archive that `backup` has written.");
  const path = resolvePath(file);
  const { header, sum } = await checkArchive(path);
  report(`${contentInWords(sum)}, as of ${printable(header.made)}`);
  if (!yes) await confirm(header);
  const progress = startProgress();
  try {
    const isFinishing = (await begin(client, header)) === "finishing";
    if (!isFinishing) await sendAll(client, header, path, progress);
    await finish(client, header, sum, progress);
  } finally {
    progress.end();
  }
  print(`restored: ${contentInWords(sum)}`);
  report(await untilReadersSee(client));
}

/** @throws CliError unless a person says yes */
async function confirm({ baseUrl }: Header): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CliError(
      `At the end the service sends what waited, so the old one must have stopped, and nobody is here to confirm it: stop the service that the backup was made of (${printable(baseUrl)}), then add --yes. Nothing was changed.`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const said = await terminal.question(
      `Has the service that the backup was made of (${printable(baseUrl)}) stopped? Two would send everything twice. Type yes: `,
    );
    if (said.trim().toLowerCase() !== "yes") throw new CliError("Nothing was changed.");
  } finally {
    terminal.close();
  }
}

/** Closes the service, and clears what an empty one has written. @returns `rows` or `finishing` */
async function begin(client: ApiClient, header: Header): Promise<string> {
  const call = { timeoutMs: CALL_TIMEOUT_MS };
  const body = JSON.stringify(header);
  const begun = await client.post(phaseAnswer, "/api/v1/restore", { ...call, body });
  if (begun.baseUrl !== undefined && begun.baseUrl !== header.baseUrl) {
    report(
      `BASE_URL of the service is ${printable(begun.baseUrl)}, that of the backup is ${printable(header.baseUrl)}: all addresses change.`,
    );
  }
  let { phase } = begun;
  while (phase === "clearing") {
    ({ phase } = await client.post(phaseAnswer, `/api/v1/restore/${header.backup}/clear`, call));
  }
  return phase;
}

async function sendAll(client: ApiClient, header: Header, path: string, progress: Progress): Promise<void> {
  const base = `/api/v1/restore/${header.backup}`;
  let lines: string[] = [];
  let units = 0;
  let sent = 0;
  const sendLines = async () => {
    if (lines.length === 0) return;
    const body = `{"lines":[${lines.join()}]}`;
    await client.post(takenAnswer, base, { body, timeoutMs: CALL_TIMEOUT_MS });
    sent += lines.length;
    progress.show(`lines restored: ${sent}`);
    [lines, units] = [[], 0];
  };
  let chunks: FileChunk[] = [];
  const sendFile = async () => {
    const [first] = chunks;
    if (first === undefined) return;
    const body = Uint8Array.from(Buffer.concat(chunks.map(({ bytes }) => Buffer.from(bytes, "base64"))));
    await client.put(fileAnswer, `${base}/files/${first.file}`, { body, timeoutMs: UPLOAD_TIMEOUT_MS });
    chunks = [];
  };
  for await (const { text, line } of contentOf(path)) {
    if ("file" in line) {
      const chunk = line as FileChunk;
      if (chunks[0]?.file !== chunk.file) await sendFile();
      chunks.push(chunk);
      continue;
    }
    if (units + text.length > UNITS_PER_CALL) await sendLines();
    lines.push(text);
    units += text.length;
  }
  await sendLines();
  await sendFile();
}

/** Opens the service, and waits until its subscriptions send. */
async function finish(client: ApiClient, header: Header, sum: ArchiveSum, progress: Progress): Promise<void> {
  const body = JSON.stringify({ rows: sum.rows });
  for (;;) {
    const path = `/api/v1/restore/${header.backup}/finish`;
    const { waiting } = await client.post(finishAnswer, path, { body, timeoutMs: CALL_TIMEOUT_MS });
    if (waiting === 0) return;
    progress.show(`${counted(waiting, "subscription")} still to begin`);
    await delay(WAIT_MS);
  }
}

async function discardRestore(client: ApiClient): Promise<void> {
  for (let done = false; !done;) {
    ({ done } = z.parse(discardAnswer, await client.send("DELETE", "/api/v1/restore")));
  }
  print("The service is empty and open.");
}
