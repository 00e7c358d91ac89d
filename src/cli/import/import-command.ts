/**
 * `communique import`: text copied from a page becomes content files.
 */
import { readFile, stat } from "node:fs/promises";
import { sanitizeText } from "../../domain/text.ts";
import { BODY_BYTES_MAX } from "../../domain/limits.ts";
import { readContentFolder } from "../content/content-folder.ts";
import { DEFAULT_CONTENT, displayPath, resolvePath } from "../paths.ts";
import { CliError, systemCode } from "../cli-error.ts";
import { linesOf, readCopiedText, type Remark } from "./copied-text.ts";
import { detectLanguage } from "./language.ts";
import { createContentFile, type ExistingFile, type ImportedText } from "./new-content-file.ts";
import { guessType } from "./release-type.ts";

export interface ImportOptions {
  out?: string;
  lang?: string;
  source?: string;
}

/** @throws CliError once all files were tried, if one could not be made into a release */
export async function importCommand(files: readonly string[], options: ImportOptions): Promise<void> {
  const folder = options.out === undefined ? DEFAULT_CONTENT : resolvePath(options.out);
  const held = await existingFiles(folder);
  let failed = 0;
  for (const file of files.map(resolvePath)) {
    try {
      await importFile(file, folder, held, options);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      process.stderr.write(`${error.message}\n`);
      failed += 1;
    }
  }
  if (failed > 0)
    throw new CliError(`${failed} of ${files.length} could not be imported; nothing was written for them.`);
}

/** What the folder holds already, if there is one. Its faulty files are `check`'s affair. */
async function existingFiles(folder: string): Promise<ExistingFile[]> {
  try {
    if (!(await stat(folder)).isDirectory())
      throw new CliError(`${displayPath(folder)} is not a folder: name another with --out.`);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
  return (await readContentFolder(folder, Infinity)).files;
}

async function importFile(
  file: string,
  folder: string,
  held: ExistingFile[],
  options: ImportOptions,
): Promise<void> {
  const lines = linesOf(await readText(file));
  const remarks: Remark[] = [];
  const lang = options.lang ?? (await languageOf(file, lines.map(({ text }) => text).join("\n"), remarks));
  const read = readCopiedText(lines, lang);
  if (read === undefined) throw new CliError(`${displayPath(file)}:1: has no line that could be a title`);
  if (read.paragraphs.length === 0) {
    throw new CliError(`${displayPath(file)}:${read.title.number}: has a title and no text below it`);
  }
  const type = guessType(read.title.text);
  remarks.push(...read.remarks, {
    line: read.title.number,
    message: `its type is taken to be ${type}: correct \`type\` if it is another`,
  });

  const text: ImportedText = {
    lang,
    type,
    title: read.title.text,
    ...(read.date !== undefined && { date: read.date.date }),
    ...(options.source !== undefined && { source: options.source }),
    paragraphs: read.paragraphs,
  };
  const placed = await createContentFile(text, folder, held);
  switch (placed.outcome) {
    case "faulty": {
      const said = placed.issues.map(
        ({ field = "text", message }) => `${displayPath(file)}:1: ${field}: ${message}`,
      );
      throw new CliError(said.join("\n"));
    }
    case "already there":
      console.log(`${displayPath(file)} is there already, as ${displayPath(placed.file)}`);
      return;
    case "written":
      if (placed.held !== undefined) held.push(placed.held);
      for (const { line, message } of remarks.sort((a, b) => a.line - b.line)) {
        process.stderr.write(`${displayPath(file)}:${line}: ${message}\n`);
      }
      console.log(`${displayPath(placed.file)} was written`);
  }
}

async function languageOf(file: string, text: string, remarks: Remark[]): Promise<string> {
  const detected = await detectLanguage(text);
  if (detected === undefined) {
    throw new CliError(
      `${displayPath(file)}:1: is in a language that was not recognised: name it with --lang`,
    );
  }
  if (!detected.sure) {
    remarks.push({
      line: 1,
      message: `its language is taken to be ${detected.lang}, which is not sure: correct it with --lang`,
    });
  }
  return detected.lang;
}

async function readText(file: string): Promise<string> {
  try {
    const status = await stat(file);
    if (!status.isFile())
      throw new CliError(`${displayPath(file)} is not a file: name files with one text each.`);
    if (status.size > BODY_BYTES_MAX) {
      throw new CliError(
        `${displayPath(file)} has ${status.size} bytes, and a release ${BODY_BYTES_MAX} at most.`,
      );
    }
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(await readFile(file));
    if (text.trim() === "")
      throw new CliError(`${displayPath(file)} is empty: copy the page's text into it.`);
    if (text.includes("\u0000"))
      throw new CliError(`${displayPath(file)} is not a text: copy the page's text into a file.`);
    if (/^\s*<(?:!doctype|html)\b/i.test(text)) {
      throw new CliError(
        `${displayPath(file)} is a page's source: copy its text, as the browser shows it, into a file.`,
      );
    }
    return sanitizeText(text);
  } catch (error) {
    if (error instanceof TypeError)
      throw new CliError(`${displayPath(file)} is not UTF-8 text: save it as UTF-8.`);
    const code = systemCode(error);
    if (code === undefined || error instanceof CliError) throw error;
    throw new CliError(`${displayPath(file)} cannot be read (${code}): is the name right?`);
  }
}
