/**
 * The archive: one text of JSON lines. README.md describes it line by line.
 */
import { createHash, type Hash } from "node:crypto";
import * as z from "zod/mini";

export const ARCHIVE_VERSION = 1;
/** Bytes of a file in one line; in base64 a third more. */
export const CHUNK_BYTES = 512 * 1024;
/** Bytes of a line: a row of 2 MB of which JSON writes each character with six, and a page of others. */
export const LINE_BYTES_MAX = 16 * 2 ** 20;

export const headerLine = z.looseObject({
  communique: z.literal("backup"),
  version: z.number(),
  backup: z.string(),
  baseUrl: z.string(),
  made: z.string(),
});
export type Header = z.output<typeof headerLine>;

/** Some bytes of a file: those from `at` on, in base64. The chunks of a file follow each other. */
export interface FileChunk {
  file: string;
  at: number;
  bytes: string;
}

/** What the last line of an archive says about all before: it follows from them alone. */
export class ArchiveSum {
  readonly #hash: Hash = createHash("sha256");
  #lines = 0;
  /** Rows of the ledger by table, for the service to compare. */
  readonly rows: Record<string, number> = {};
  readonly subscriptions = new Set<string>();
  readonly files = new Set<string>();

  /** Adds a line without its end. */
  add(text: string, line: unknown): void {
    this.#hash.update(`${text}\n`);
    this.#lines += 1;
    if (typeof line !== "object" || line === null) return;
    if ("file" in line) this.files.add(String(line.file));
    else if ("subscriber" in line) this.subscriptions.add(String(line.subscriber));
    else if ("table" in line && "rows" in line && Array.isArray(line.rows)) {
      const table = String(line.table);
      this.rows[table] = (this.rows[table] ?? 0) + line.rows.length;
    }
  }

  /** The last line. To be called once. */
  lastLine(): string {
    const { rows, subscriptions, files } = this;
    const counts = { lines: this.#lines, rows, subscriptions: subscriptions.size, files: files.size };
    return JSON.stringify({ end: true, ...counts, sha256: this.#hash.digest("hex") });
  }
}

/** `1,204 releases, 17 subscriptions and 3 files` */
export function contentInWords(sum: ArchiveSum): string {
  const count = (number: number, noun: string) =>
    `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  const { rows, subscriptions, files } = sum;
  return [
    count(rows["releases"] ?? 0, "release"),
    count(rows["editions"] ?? 0, "edition"),
    count(rows["events"] ?? 0, "event"),
    count(subscriptions.size, "subscription"),
    count(files.size, "file"),
  ].join(", ");
}
