/**
 * Reads archives, line by line: no archive is held in memory.
 */
import { createReadStream } from "node:fs";
import * as z from "zod/mini";
import { CliError, onSystemError, systemReason } from "../cli-error.ts";
import { displayPath } from "../paths.ts";
import { ARCHIVE_VERSION, ArchiveSum, type Header, headerLine, LINE_BYTES_MAX } from "./archive.ts";

const LINE_END = 0x0a;
/** Of every archive. */
const BEGINNING = '{"communique":"backup"';

/** Reads a whole archive and checks it. @throws CliError that says what is wrong with it */
export async function checkArchive(path: string): Promise<{ header: Header; sum: ArchiveSum }> {
  const name = displayPath(path);
  const sum = new ArchiveSum();
  let header: Header | undefined;
  let last: string | undefined;
  let isCut = false;
  for await (const text of linesOf(path)) {
    if (last !== undefined || isCut) throw damaged(name);
    const line = parseLine(text);
    // Half a line: the archive is cut off there, unless more follows.
    isCut = line === undefined && (header !== undefined || text.startsWith(BEGINNING));
    if (isCut) continue;
    if (header === undefined) header = parseHeader(line, name);
    if (isEnd(line)) last = text;
    else sum.add(text, line);
  }
  if (isCut) throw cutOff(name);
  if (header === undefined) throw new CliError(`${name} is empty: it is no backup. Nothing was changed.`);
  if (last === undefined) throw cutOff(name);
  if (last !== sum.lastLine()) throw damaged(name);
  return { header, sum };
}

/** The lines of an archive between its first and its last one, of one that was checked. */
export async function* contentOf(path: string): AsyncGenerator<{ text: string; line: object }> {
  let isFirst = true;
  for await (const text of linesOf(path)) {
    const line = parseLine(text);
    if (isFirst) isFirst = false;
    else if (typeof line === "object" && line !== null && !isEnd(line)) yield { text, line };
  }
}

/** Lines without their ends; also what follows the last end. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  const chunks = createReadStream(path)[Symbol.asyncIterator]();
  for (;;) {
    const next = await onSystemError(chunks.next(), (code) => {
      throw new CliError(`${displayPath(path)} cannot be read: ${systemReason(code)}.`);
    });
    if (next.done === true) break;
    let rest = next.value as Buffer;
    for (let end = rest.indexOf(LINE_END); end >= 0; end = rest.indexOf(LINE_END)) {
      yield Buffer.concat([...parts, rest.subarray(0, end)]).toString("utf8");
      parts = [];
      length = 0;
      rest = rest.subarray(end + 1);
    }
    parts.push(rest);
    length += rest.length;
    if (length > LINE_BYTES_MAX) throw damaged(displayPath(path));
  }
  if (length > 0) yield Buffer.concat(parts).toString("utf8");
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseHeader(line: unknown, name: string): Header {
  const parsed = z.safeParse(headerLine, line);
  if (!parsed.success) {
    throw new CliError(
      `${name} does not begin as a backup of communique does: it is another file, or damaged. Nothing was changed.`,
    );
  }
  const { version } = parsed.data;
  if (version === ARCHIVE_VERSION) return parsed.data;
  throw new CliError(
    `${name} has version ${version} of the archive, and this command reads version ${ARCHIVE_VERSION}: use the version of the program that made it. Nothing was changed.`,
  );
}

function isEnd(line: unknown): boolean {
  return typeof line === "object" && line !== null && "end" in line;
}

function cutOff(name: string): CliError {
  return new CliError(
    `${name} is cut off: its last line is missing. Use a copy that is whole, or another backup. Nothing was changed.`,
  );
}

function damaged(name: string): CliError {
  return new CliError(
    `${name} is damaged: its contents do not fit the SHA-256 in its last line. Use another copy, or another backup. Nothing was changed.`,
  );
}
