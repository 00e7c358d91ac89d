/**
 * Reads and validates one content file.
 */
import { randomUUID } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { defined } from "../../domain/defined.ts";
import type { Issue } from "../../domain/issues.ts";
import { parseReleaseDate } from "../../domain/dates.ts";
import {
  canonicalLanguage,
  checkReallyMinor,
  checkRetraction,
  type ReleaseInput,
} from "../../domain/release.ts";
import { BODY_BYTES_MAX } from "../../domain/limits.ts";
import { onSystemError, systemReason } from "../cli-error.ts";
import { controlIssues } from "./control-characters.ts";
import { type FileIssue, locateIssue } from "./file-issue.ts";
import { FIELDS_LINE, parseFrontMatter, type FrontMatter } from "./front-matter.ts";
import { type LocalFile, LocalFiles } from "./local-files.ts";
import { nameFiles } from "./name-files.ts";
import { secondFrontMatter } from "./second-front-matter.ts";
import { slugOf } from "./slug.ts";
import { isBelow, judgeFields } from "./stand-ins.ts";
import { decodeText } from "./yaml-text.ts";

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
  /** Control characters, which readers do not get. */
  warnings: FileIssue[];
  /**
   * Locates an issue that the service finds; its path is relative to the release. An issue of the body may have a
   * `line` there, from 1.
   */
  issueAt: (issue: Issue) => FileIssue;
}

/** A file with faults. `rest`: with stand-ins for the faulty fields, so that others can be judged; absent if it has no fields. */
export interface FaultyContent {
  issues: FileIssue[];
  rest?: ContentFile & { faults: readonly Issue[] };
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
): Promise<ContentFile | FaultyContent> {
  const read = async (): Promise<ContentFile | FaultyContent> => {
    const status = await stat(file);
    if (!status.isFile()) return faulty(file, "is not a file: move it out of the content folder");
    if (status.size > BODY_BYTES_MAX) return faulty(file, tooLarge(status.size));
    return withFiles(judgeContentFile(file, await readFile(file), now), local);
  };
  return onSystemError(read(), (code) => ({ issues: unreadable(file, code) }));
}

async function withFiles(
  judged: ContentFile | FaultyContent,
  local: LocalFiles,
): Promise<ContentFile | FaultyContent> {
  const content = "issues" in judged ? judged.rest : judged;
  if (content === undefined) return judged;
  const { file, release } = content;
  const named = await nameFiles(release, file, local);
  if ("issues" in judged) {
    return {
      ...judged,
      issues: [...judged.issues, ...(named.ok ? [] : issuesBeside(judged.rest, named.issues))],
    };
  }
  if (!named.ok)
    return { issues: named.issues.map(content.issueAt), rest: { ...content, faults: named.issues } };
  const size = sentBytes(named.value.release);
  return size > BODY_BYTES_MAX ? faulty(file, tooLarge(size)) : { ...content, ...named.value };
}

/** {@link readContentFile} for bytes in memory: `file` fields and links are paths still. */
export function parseContentFile(file: string, bytes: Uint8Array, now: number): ContentFile | FileIssue[] {
  const judged = judgeContentFile(file, bytes, now);
  return "issues" in judged ? judged.issues : judged;
}

/** Of the issues of a file with stand-ins, those of its own fields. */
export function issuesBeside(rest: FaultyContent["rest"], issues: readonly Issue[]): FileIssue[] {
  if (rest === undefined) return [];
  return issues.filter(({ path }) => !isBelow(path, rest.faults)).map(rest.issueAt);
}

function judgeContentFile(file: string, bytes: Uint8Array, now: number): ContentFile | FaultyContent {
  const text = decodeText(bytes);
  if (typeof text !== "string") return { issues: [{ file, ...text }] };
  const parsed = parseFrontMatter(text, true);
  if (Array.isArray(parsed)) return { issues: parsed.map((issue) => ({ file, ...issue })) };
  const { comments } = parsed;

  const issueAt = (issue: Issue): FileIssue => {
    // Parsed again: keeping the syntax trees of a hundred thousand files for a rare issue would cost memory.
    const again = parseFrontMatter(text, true);
    if (Array.isArray(again)) return locateIssue(file, issue, () => FIELDS_LINE);
    if (!/^\/body(?:\/|$)/.test(issue.path)) return locateIssue(file, issue, again.lineOf);
    const line = bodyLine(text, again) + (issue.line ?? 1) - 1;
    return { file, line, field: "body", message: issue.message };
  };

  const { body: givenBody } = parsed;
  const given = withSlug(parsed);
  const { issues: faults, sound } = judgeFields(given.fields, givenBody);
  const own = [...comments.map((fault) => ({ file, ...fault })), ...faults.map(withSlugAdvice).map(issueAt)];
  if (sound === undefined) return { issues: own };
  const { fields, body } = sound;
  // A rule about two fields says nothing where one of them is faulty.
  const isSound = (...names: string[]): boolean => !names.some((name) => isBelow(`/${name}`, faults));
  const others = [
    ...(isSound("date", "embargo") ? futureIssue(fields, now) : []),
    ...(isSound("status", "reason", "updated") ? checkRetraction(fields) : []),
    ...(isSound("change", "reallyMinor") ? checkReallyMinor(fields) : []),
    ...(isSound("body") ? secondFrontMatter(body) : []),
  ];
  const id = fields.id ?? randomUUID();
  const { draft: isDraft, ...sent } = fields;
  const release: ReleaseInput = { ...sent, id, body };
  const size = sentBytes(release);
  if (size > BODY_BYTES_MAX) return faulty(file, tooLarge(size));
  const content: ContentFile = {
    file,
    release,
    files: [],
    isDraft,
    warnings: controlIssues(given.fields, givenBody).map(issueAt),
    missing: defined({ id: fields.id === undefined ? id : undefined, slug: given.slug }),
    issueAt,
  };
  const issues = [...own, ...others.map(issueAt)];
  return issues.length === 0 ? content : { issues, rest: { ...content, faults: [...faults, ...others] } };
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

function faulty(file: string, message: string): FaultyContent {
  return { issues: issueOf(file, message) };
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
