/**
 * `communique new`: a new content file that passes `check`.
 */
import { join } from "node:path";
import { dayOf } from "../domain/dates.ts";
import { TITLE_CHARS_MAX } from "../domain/limits.ts";
import { RELEASE_TYPES } from "../domain/release.ts";
import { oneLine } from "../domain/text.ts";
import { CliError } from "./cli-error.ts";
import { assertFolder } from "./content/content-folder.ts";
import { readRegistryFile, REGISTRY_FILE } from "./content/registry-file.ts";
import { siteLanguages, siteTimeZone } from "./content/site-languages.ts";
import { existingFiles } from "./import/existing-files.ts";
import { createContentFile } from "./import/new-content-file.ts";
import { print, report } from "./output.ts";
import { DEFAULT_CONTENT, displayPath, resolvePath } from "./paths.ts";

interface NewOptions {
  lang: string;
  type: string;
  /** The content folder; undefined is the default one. */
  content?: string;
  /** LANGUAGES of the service, in place of those of wrangler.toml. */
  languages?: string;
}

/** `check` refuses a file without a text. */
const PLACEHOLDER = "Write the text here.";

/** @throws CliError for a folder that does not exist, and a language or type that the site does not have */
export async function newCommand(
  given: string,
  { lang, type, content, languages }: NewOptions,
): Promise<void> {
  const folder = resolvePath(content ?? DEFAULT_CONTENT);
  await assertFolder(folder);
  const title = oneLine(given);
  if (title === "" || title.length > TITLE_CHARS_MAX) {
    throw new CliError(`The title must have 1 to ${TITLE_CHARS_MAX} characters.`);
  }
  assertOneOf(lang, "language", await siteLanguages(languages));
  assertOneOf(type, "type", await typesOf(folder));
  const placed = await createContentFile(
    {
      lang,
      type,
      title,
      date: dayOf(Math.floor(Date.now() / 1000), await siteTimeZone()),
      paragraphs: [PLACEHOLDER],
      isDraft: true,
    },
    folder,
    await existingFiles(folder),
  );
  switch (placed.outcome) {
    case "faulty":
      throw new CliError(
        placed.issues.map(({ message }) => `The file would be faulty: ${message}.`).join("\n"),
      );
    case "exists":
      throw new CliError(
        `${displayPath(placed.file)} is such a file already: write its text, or give another title.`,
      );
    case "written":
      print(displayPath(placed.file));
      report("a draft: write its text, and remove its line `draft: true` to publish it");
  }
}

/** The built-in types, and those of the folder's registry. */
async function typesOf(folder: string): Promise<string[]> {
  const file = await readRegistryFile(join(folder, REGISTRY_FILE));
  const own = file === undefined || Array.isArray(file) ? [] : file.content.types.map(({ slug }) => slug);
  return [...new Set([...RELEASE_TYPES, ...own])];
}

function assertOneOf(value: string, what: string, values: readonly string[]): void {
  if (values.length === 0 || values.includes(value)) return;
  throw new CliError(`${value} is not a ${what} of the site: use one of ${values.join(", ")}.`);
}
