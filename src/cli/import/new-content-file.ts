/**
 * Puts an imported text into the content folder as a file of its own.
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { parseContentFile, type ContentFile } from "../content/content-file.ts";
import type { FileIssue } from "../content/file-fault.ts";
import { freeSlug, slugOf } from "../content/slug.ts";
import { systemCode } from "../cli-error.ts";
import { paragraphsToMarkdown } from "./markdown-text.ts";
import type { ReleaseType } from "./release-type.ts";

/** What a text says of itself. */
export interface ImportedText {
  lang: string;
  type: ReleaseType;
  title: string;
  /** A day or an instant; absent if none was found. */
  date?: string;
  source?: string;
  paragraphs: readonly string[];
}

export type Placed =
  | { outcome: "written"; file: string; held: ExistingFile | undefined }
  | { outcome: "already there"; file: string }
  | { outcome: "faulty"; issues: FileIssue[] };

/** A file that the folder holds. */
export type ExistingFile = Pick<ContentFile, "file" | "release">;

/**
 * Writes `YYYY/LANG/YYYY-MM-DD-slug.md`, never over another file.
 *
 * @param folder absolute path of the content folder
 * @param held what the folder holds already; a text among them is not written again
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
  if (same !== undefined) return { outcome: "already there", file: same.file };

  const inUse = new Set(
    held.filter(({ release }) => release.lang === text.lang).map(({ release }) => release.slug),
  );
  for (;;) {
    const slug = freeSlug(slugOf(text.title) || "release", (tried) => inUse.has(tried));
    const file = join(folder, pathFor(text, slug));
    const bytes = Buffer.from(`---\n${frontMatterText(fields, slug)}---\n\n${body}`);
    const parsed = parseContentFile(file, bytes, Infinity);
    const issues = Array.isArray(parsed) ? parsed.filter((issue) => isFault(issue, text)) : [];
    if (issues.length > 0) return { outcome: "faulty", issues };
    if (await createFile(file, bytes)) {
      return { outcome: "written", file, held: Array.isArray(parsed) ? undefined : parsed };
    }
    if (await isSameButId(file, bytes)) return { outcome: "already there", file };
    inUse.add(slug);
  }
}

function pathFor({ date, lang }: ImportedText, slug: string): string {
  return date === undefined
    ? join("undated", lang, `${slug}.md`)
    : join(date.slice(0, 4), lang, `${date.slice(0, 10)}-${slug}.md`);
}

/** The fields in the order of the contract, those to be filed by hand as empty lists. */
function frontMatterText(fields: Omit<ImportedText, "paragraphs">, slug: string): string {
  const { lang, type, title, date, source } = fields;
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
  };
  return stringify(ordered, { lineWidth: 0 });
}

/** A text without a date is written all the same, for a person to date. */
function isFault({ field }: FileIssue, { date }: ImportedText): boolean {
  return field !== "date" || date !== undefined;
}

/** A file without a date is not among those held, so an earlier import of it is known by its bytes. */
async function isSameButId(file: string, bytes: Buffer): Promise<boolean> {
  const withoutId = (text: string): string => text.replace(/^id: .*\n/m, "");
  return withoutId(await readFile(file, "utf8")) === withoutId(bytes.toString());
}

/** @returns false if there is a file of that name */
async function createFile(file: string, bytes: Buffer): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = join(dirname(file), `.${randomUUID()}`);
  try {
    await writeFile(fresh, bytes, { flag: "wx" });
    // Unlike a rename, a link never replaces; and the name appears with the whole text behind it.
    await link(fresh, file);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(fresh, { force: true });
  }
}
