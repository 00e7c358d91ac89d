/**
 * Reads and validates one content file.
 */
import { randomUUID } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod/mini";
import { defined } from "../../domain/defined.ts";
import { issuesOf, type Issue } from "../../domain/issues.ts";
import { parseReleaseDate } from "../../domain/dates.ts";
import {
  canonicalLanguage,
  checkReallyMinor,
  checkRetraction,
  frontMatter,
  releaseInput,
  type ReleaseInput,
} from "../../domain/release.ts";
import { BODY_BYTES_MAX } from "../../domain/limits.ts";
import { onSystemError, systemReason } from "../cli-error.ts";
import { type FileIssue, locateIssue } from "./file-issue.ts";
import { FIELDS_LINE, parseFrontMatter, type FrontMatter } from "./front-matter.ts";
import { type LocalFile, LocalFiles } from "./local-files.ts";
import { nameFiles } from "./name-files.ts";
import { slugOf } from "./slug.ts";
import { decodeText, yamlMessage } from "./yaml-text.ts";

export interface ContentFile {
  /** Absolute path. */
  file: string;
  /** As it is sent, with the id and slug that a publish writes into a file without them. */
  release: ReleaseInput;
  /** The fields that a publish writes into the file before it sends anything. */
  missing: { id?: string; slug?: string };
  /** The files that it names, for the service. */
  files: LocalFile[];
  /** It is checked and never sent. */
  isDraft: boolean;
  /**
   * Locates an issue that the service finds; its path is relative to the release. An issue of the body may have a
   * `line` there, from 1.
   */
  issueAt: (issue: Issue) => FileIssue;
}

/** Bytes of `{"releases":[]}`, the JSON around the releases of a batch. */
export const BATCH_ENVELOPE_BYTES = 15;
const DAY_SECONDS = 86_400;

/**
 * @param file absolute path
 * @param now seconds since 1970
 * @param local the files that it may name
 */
export function readContentFile(
  file: string,
  now: number,
  local = new LocalFiles(dirname(file)),
): Promise<ContentFile | FileIssue[]> {
  const read = async (): Promise<ContentFile | FileIssue[]> => {
    const status = await stat(file);
    if (!status.isFile()) return issueOf(file, "is not a file: move it out of the content folder");
    if (status.size > BODY_BYTES_MAX) return issueOf(file, tooLarge(status.size));
    const parsed = parseContentFile(file, await readFile(file), now);
    return Array.isArray(parsed) ? parsed : withFiles(parsed, local);
  };
  return onSystemError(read(), (code) => unreadable(file, code));
}

async function withFiles(content: ContentFile, local: LocalFiles): Promise<ContentFile | FileIssue[]> {
  const { file, release, issueAt } = content;
  const named = await nameFiles(release, file, local);
  if (!named.ok) return named.issues.map(issueAt);
  const size = sentBytes(named.value.release);
  return size > BODY_BYTES_MAX ? issueOf(file, tooLarge(size)) : { ...content, ...named.value };
}

/** {@link readContentFile} for bytes in memory: `file` fields and links are paths still. */
export function parseContentFile(file: string, bytes: Uint8Array, now: number): ContentFile | FileIssue[] {
  const text = decodeText(bytes);
  if (typeof text !== "string") return [{ file, ...text }];
  const parsed = parseFrontMatter(text);
  if (Array.isArray(parsed)) return parsed.map((issue) => ({ file, ...issue }));

  const issueAt = (issue: Issue): FileIssue => {
    // Parsed again: keeping the syntax trees of a hundred thousand files for a rare issue would cost memory.
    const again = parseFrontMatter(text);
    if (Array.isArray(again)) return locateIssue(file, issue, () => FIELDS_LINE);
    if (!/^\/body(?:\/|$)/.test(issue.path)) return locateIssue(file, issue, again.lineOf);
    const line = bodyLine(text, again) + (issue.line ?? 1) - 1;
    return { file, line, field: "body", message: issue.message };
  };

  const { body: givenBody } = parsed;
  const given = withSlug(parsed);
  const fields = z.safeParse(frontMatter, given.fields, { error: yamlMessage });
  const body = z.safeParse(releaseInput.shape.body, givenBody, { error: yamlMessage });
  const issues = [
    ...(fields.success ? [] : issuesOf(fields.error).map(withSlugAdvice)),
    ...(body.success ? [] : issuesOf(body.error).map((issue) => ({ ...issue, path: `/body${issue.path}` }))),
  ];
  if (!fields.success || !body.success) return issues.map(issueAt);

  const others = [
    ...futureIssue(fields.data, now),
    ...checkRetraction(fields.data),
    ...checkReallyMinor(fields.data),
  ];
  if (others.length > 0) return others.map(issueAt);
  const id = fields.data.id ?? randomUUID();
  const { draft: isDraft, ...sent } = fields.data;
  const release: ReleaseInput = { ...sent, id, body: body.data };
  const size = sentBytes(release);
  if (size > BODY_BYTES_MAX) return issueOf(file, tooLarge(size));
  return {
    file,
    release,
    files: [],
    isDraft,
    missing: defined({ id: fields.data.id === undefined ? id : undefined, slug: given.slug }),
    issueAt,
  };
}

/** A file without a slug gets one from its title. A publish writes it into the file, so that it stays. */
function withSlug({ fields }: FrontMatter): { fields: unknown; slug?: string } {
  if (!isRecord(fields) || "slug" in fields) return { fields };
  // Without a valid title, report only the title and not the slug as well.
  const slug = typeof fields.title === "string" ? slugOf(fields.title, languageIn(fields)) : "untitled";
  return slug === "" ? { fields } : { fields: { ...fields, slug }, slug };
}

/** The language of a file; undefined if it is missing or faulty, which is a fault of its own. */
function languageIn({ lang }: Record<string, unknown>): string | undefined {
  return typeof lang === "string" ? canonicalLanguage(lang) : undefined;
}

/** Only a title without a letter that can be transliterated leaves a file without a slug. */
function withSlugAdvice(issue: Issue): Issue {
  if (issue.path !== "/slug" || issue.message !== "is required") return issue;
  const message = "cannot be made from this title: add a line such as `slug: minister-visits-berlin`";
  return { path: "/slug", message };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A date in the future of every time zone. The service knows its time zone and checks the hours around midnight. */
function futureIssue(fields: { date: string; embargo?: string | undefined }, now: number): Issue[] {
  if (fields.embargo !== undefined) return [];
  const date = parseReleaseDate(fields.date);
  if (date === undefined) return [];
  const earliest = date.precision === "day" ? Date.parse(`${date.day}T00:00:00Z`) / 1000 : date.instant;
  if (earliest <= now + DAY_SECONDS) return [];
  return [{ path: "/date", message: "is in the future: add an embargo, or correct it" }];
}

function issueOf(file: string, message: string): FileIssue[] {
  return [{ file, line: 1, message }];
}

/** For a file that the system cannot read. */
export function unreadable(file: string, code: string): FileIssue[] {
  return issueOf(file, `cannot be read (${systemReason(code)}): check its permissions, or remove it`);
}

function sentBytes(release: ReleaseInput): number {
  return Buffer.byteLength(JSON.stringify(release)) + BATCH_ENVELOPE_BYTES;
}

function tooLarge(bytes: number): string {
  return `has ${bytes} bytes; the limit is ${BODY_BYTES_MAX}: split it into two releases`;
}

/** The first line of the text; for an empty text, the last line of the file. */
function bodyLine(text: string, split: FrontMatter): number {
  const blank = /^\s*/.exec(split.body)?.[0] ?? "";
  if (blank.length < split.body.length) return split.bodyLine + blank.split("\n").length - 1;
  return text.replace(/\n$/, "").split("\n").length;
}
