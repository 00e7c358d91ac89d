/**
 * Writes the id and the slug into a new content file, where they stay for good.
 */
import { readFile, realpath, stat } from "node:fs/promises";
import { displayPath } from "../paths.ts";
import { CliError, onSystemError } from "../cli-error.ts";
import { replaceFile } from "../replace-file.ts";
import { parseContentFile, type ContentFile } from "./content-file.ts";
import { asYamlText } from "./set-fields.ts";

/** Inserts the missing fields at the top of the front matter; every other byte stays. */
export async function writeIds({ file, missing }: ContentFile): Promise<void> {
  const lines = Object.entries(missing).map(([name, value]) => `${name}: ${asYamlText(value)}`);
  if (lines.length === 0) return;
  const write = async (): Promise<void> => {
    const path = await realpath(file);
    const bytes = await readFile(path);
    const present = parseContentFile(path, bytes, Infinity);
    if (!Array.isArray(present) && hasOthers(missing, present.missing)) throw changedMeanwhile(file);
    const firstLine = bytes.indexOf(0x0a) + 1;
    const lineEnd = bytes[firstLine - 2] === 0x0d ? "\r\n" : "\n";
    const inserted = Buffer.from(lines.map((line) => line + lineEnd).join(""));
    const completed = Buffer.concat([bytes.subarray(0, firstLine), inserted, bytes.subarray(firstLine)]);
    // In front matter in braces, or with all lines indented, an inserted line would break the YAML.
    if (Array.isArray(parseContentFile(path, completed, Infinity)))
      throw byHand(file, lines, "its layout has no place for a new line");
    await replaceFile(path, completed, (await stat(path)).mode);
  };
  await onSystemError(write(), (code) => {
    throw byHand(file, lines, code);
  });
}

/** Whether a field that was missing is there now. */
function hasOthers(before: ContentFile["missing"], now: ContentFile["missing"]): boolean {
  return (
    (before.id !== undefined && now.id === undefined) || (before.slug !== undefined && now.slug === undefined)
  );
}

function changedMeanwhile(file: string): CliError {
  return new CliError(
    `${displayPath(file)} has been given its id meanwhile, by another publish. Run the same command again.`,
  );
}

function byHand(file: string, lines: readonly string[], reason: string): CliError {
  return new CliError(
    `${displayPath(file)} cannot be changed (${reason}). Add these lines to its front matter: ${lines.join(", ")}`,
  );
}
