/**
 * Writes an imported text into the content folder, as a file of its own.
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { parseContentFile, type ContentFile } from "../content/content-file.ts";
import type { FileIssue } from "../content/file-issue.ts";
import { freeSlug, slugOf } from "../content/slug.ts";
import { systemCode } from "../cli-error.ts";
import { paragraphsToMarkdown } from "./markdown-text.ts";

export interface ImportedText {
  lang: string;
  type: string;
  title: string;
  /** A day or an RFC 3339 instant; absent if none was found. */
  date?: string;
  source?: string;
  paragraphs: readonly string[];
  /** It is not published before a person removes `draft: true`. */
  isDraft: boolean;
}

export type Placed =
  | { outcome: "written"; file: string; held: ExistingFile | undefined }
  | { outcome: "exists"; file: string }
  | { outcome: "faulty"; issues: FileIssue[] };

/** A valid file of the folder. */
export type ExistingFile = Pick<ContentFile, "file" | "release">;

/**
 * Writes `YYYY/LANG/YYYY-MM-DD-slug.md`, and never overwrites a file.
 *
 * @param folder absolute path of the content folder
 * @param held the files of the folder; a text that is among them is not written again
 */
export async function createContentFile(
  text: ImportedText,
  folder: string,
  held: readonly ExistingFile[],
): Promise<Placed> {
  const { paragraphs, ...fields } = text;
  const body = paragraphsToMarkdown(paragraphs);
  const same = held.find(
    ({ release }) =>
      release.title === text.title &&
      release.date === text.date &&
      release.lang === text.lang &&
      release.body === body.trimEnd(),
  );
  if (same !== undefined) return { outcome: "exists", file: same.file };

  const inUse = new Set(
    held.filter(({ release }) => release.lang === text.lang).map(({ release }) => release.slug),
  );
  for (;;) {
    const slug = freeSlug(
      slugOf(text.title, text.lang) || "release",
      (tried) => inUse.has(tried) || isSkipped(text, tried),
    );
    const file = join(folder, pathFor(text, slug));
    const bytes = Buffer.from(`---\n${frontMatterText(fields, slug)}---\n\n${body}`);
    const parsed = parseContentFile(file, bytes, Infinity);
    const issues = Array.isArray(parsed) ? parsed.filter((issue) => isFatal(issue, text)) : [];
    if (issues.length > 0) return { outcome: "faulty", issues };
    if (await createFile(file, bytes)) {
      return { outcome: "written", file, held: Array.isArray(parsed) ? undefined : parsed };
    }
    if (await isSameButId(file, bytes)) return { outcome: "exists", file };
    inUse.add(slug);
  }
}

function pathFor({ date, lang }: ImportedText, slug: string): string {
  return date === undefined
    ? join("undated", lang, `${slug}.md`)
    : join(date.slice(0, 4), lang, `${date.slice(0, 10)}-${slug}.md`);
}

/** The tools skip every `readme.md`. */
function isSkipped({ date }: ImportedText, slug: string): boolean {
  return date === undefined && slug === "readme";
}

/** The fields in their usual order; facets are empty lists, for a person to fill. */
function frontMatterText(fields: Omit<ImportedText, "paragraphs">, slug: string): string {
  const { lang, type, title, date, source, isDraft } = fields;
  const ordered = {
    id: randomUUID(),
    lang,
    slug,
    type,
    title,
    ...(date !== undefined && { date }),
    topics: [],
    people: [],
    organisations: [],
    places: [],
    ...(source !== undefined && { source }),
    ...(isDraft && { draft: true }),
  };
  return stringify(ordered, { lineWidth: 0 });
}

/** A text without a date is written too: a person adds the date. */
function isFatal({ field }: FileIssue, { date }: ImportedText): boolean {
  return field !== "date" || date !== undefined;
}

/** A file without a date is not valid and so not in `held`: an earlier import is recognised by its bytes. */
async function isSameButId(file: string, bytes: Buffer): Promise<boolean> {
  const withoutId = (text: string): string => text.replace(/^id: .*\n/m, "");
  return withoutId(await readFile(file, "utf8")) === withoutId(bytes.toString());
}

/** @returns false if a file of that name exists */
async function createFile(file: string, bytes: Buffer): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = join(dirname(file), `.${randomUUID()}`);
  try {
    await writeFile(temporary, bytes, { flag: "wx" });
    // Unlike a rename, a link never replaces a file, and the complete file appears at once.
    await link(temporary, file);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}
