/**
 * `communique import`: turns texts copied from web pages into content files.
 */
import { isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { defined } from "../../domain/defined.ts";
import { sanitizeText } from "../../domain/text.ts";
import { BODY_BYTES_MAX } from "../../domain/limits.ts";
import { issueLines } from "../content/file-issue.ts";
import { DEFAULT_CONTENT, displayPath, resolvePath } from "../paths.ts";
import { CliError, onSystemError, systemReason } from "../cli-error.ts";
import { linesOf, readCopiedText, type Remark } from "./copied-text.ts";
import { foreignBytes, foreignText } from "./foreign-material.ts";
import { existingFiles } from "./existing-files.ts";
import { detectLanguage, guessType } from "./guess.ts";
import { createContentFile, type ExistingFile, type ImportedText } from "./new-content-file.ts";
import { print, report } from "../output.ts";

const DRAFTED = ", a draft: correct it, and remove its line `draft: true` to publish it";

export interface ImportOptions {
  out?: string;
  lang?: string;
  source?: string;
}

/** @throws CliError after all files were tried, if one of them could not be imported */
export async function importCommand(files: readonly string[], options: ImportOptions): Promise<void> {
  const folder = resolvePath(options.out ?? DEFAULT_CONTENT);
  const held = await existingFiles(folder);
  let failed = 0;
  for (const file of files.map(resolvePath)) {
    try {
      await importFile(file, folder, held, options);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      report(error.message);
      failed += 1;
    }
  }
  if (failed > 0)
    throw new CliError(`${failed} of ${files.length} could not be imported; nothing was written for them.`);
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
  if (read === undefined) throw faultAt(file, 1, "has no line that could be a title: add one");
  if (read.paragraphs.length === 0)
    throw faultAt(file, read.title.number, "has a title but no text below it: add the text");
  const type = guessType(`${read.title.text} ${read.labels.join(" ")}`);
  remarks.push(...read.remarks, {
    line: read.title.number,
    message: `the type is taken to be ${type}: correct \`type\` if it is wrong`,
  });

  const text: ImportedText = {
    lang,
    type,
    title: read.title.text,
    ...defined({ date: read.date?.date, source: options.source }),
    paragraphs: read.paragraphs,
    isDraft: remarks.some(({ isDoubt }) => isDoubt === true),
  };
  const placed = await createContentFile(text, folder, held);
  switch (placed.outcome) {
    case "faulty": {
      const faults = placed.issues.map(({ field = "text", message }) => ({ line: 1, field, message }));
      throw new CliError(issueLines(file, faults));
    }
    case "exists":
      print(`${displayPath(file)} was imported before, as ${displayPath(placed.file)}`);
      return;
    case "written":
      if (placed.held !== undefined) held.push(placed.held);
      report(
        issueLines(
          file,
          remarks.sort((a, b) => a.line - b.line),
        ),
      );
      print(`wrote ${displayPath(placed.file)}${text.isDraft ? DRAFTED : ""}`);
  }
}

async function languageOf(file: string, text: string, remarks: Remark[]): Promise<string> {
  const detected = await detectLanguage(text);
  if (detected === undefined) throw faultAt(file, 1, "the language was not recognised: name it with --lang");
  if (!detected.isSure) {
    remarks.push({
      line: 1,
      message: `the language is probably ${detected.lang}: if it is wrong, import again with --lang`,
      isDoubt: true,
    });
  }
  return detected.lang;
}

async function readText(file: string): Promise<string> {
  const name = displayPath(file);
  const read = async (): Promise<Buffer> => {
    const status = await stat(file);
    if (!status.isFile()) throw new CliError(`${name} is not a file: name files that hold one text each.`);
    if (status.size <= BODY_BYTES_MAX) return readFile(file);
    throw new CliError(
      `${name} has ${status.size} bytes; the limit for a release is ${BODY_BYTES_MAX}: split it.`,
    );
  };
  const bytes = await onSystemError(read(), (code) => {
    throw new CliError(`${name} cannot be read (${systemReason(code)}): check the name.`);
  });
  const document = foreignBytes(bytes);
  if (document !== undefined) throw new CliError(`${name} ${document}.`);
  if (!isUtf8(bytes)) throw new CliError(`${name} is not UTF-8 text: save it as UTF-8.`);
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === "") throw new CliError(`${name} is empty: copy the text of the page into it.`);
  if (text.includes("\u0000"))
    throw new CliError(`${name} is not a text file: copy the text of the page into a file.`);
  const foreign = foreignText(text);
  if (foreign !== undefined) throw new CliError(`${name} ${foreign}.`);
  return sanitizeText(text);
}

function faultAt(file: string, line: number, message: string): CliError {
  return new CliError(issueLines(file, [{ line, message }]));
}
