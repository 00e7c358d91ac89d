/**
 * `communique tag`: proposes facets for a text, for a person to accept.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { FACETS, slug } from "../../domain/release.ts";
import { sanitizeText } from "../../domain/text.ts";
import { decodeText } from "../content/decoded-text.ts";
import { issueReport } from "../content/file-fault.ts";
import { type LocatedFields, parseFields, splitFrontMatter } from "../content/front-matter.ts";
import { readRegistryFile, REGISTRY_FILE, type RegistryFile } from "../content/registry-file.ts";
import { DEFAULT_CONTENT, displayPath, resolvePath } from "../paths.ts";
import { CliError, systemCode } from "../cli-error.ts";
import { facetFragment, type Filed } from "./facet-fragment.ts";
import { NamedValues } from "./named-values.ts";
import { type TextPart, wordsOf } from "./text-words.ts";

/** @param named a content file, whatever is wrong with its fields, or a plain text */
export async function tagCommand(named: string, options: { registry?: string }): Promise<void> {
  const { registry, file: registryFile } = await registryOf(options.registry);
  const file = resolvePath(named);
  const { parts, filed } = partsOf(file, await textOf(file));
  const text = wordsOf(parts);
  const fragment = facetFragment(new NamedValues(registry).find(text), text, filed, registry);
  if (fragment !== "") console.log(fragment);
  else process.stderr.write(`${displayPath(file)} names nothing that is in ${displayPath(registryFile)}\n`);
}

async function registryOf(named: string | undefined): Promise<RegistryFile> {
  const file = named === undefined ? join(DEFAULT_CONTENT, REGISTRY_FILE) : resolvePath(named);
  const read = await readRegistryFile(file);
  if (read === undefined) {
    throw new CliError(
      `There is no registry ${displayPath(file)}: name the file that is one with --registry.`,
    );
  }
  if (Array.isArray(read)) throw new CliError(issueReport(read, "nothing can be proposed from it"));
  return read;
}

/** What is looked through: title, summary and body; what the release is called and filed under is not its text. */
function partsOf(file: string, text: string): { parts: TextPart[]; filed: Filed } {
  if (!/^---[ \t]*\n/.test(text)) return { parts: [{ line: 1, text }], filed: filedIn({}) };
  const split = splitFrontMatter(text);
  if ("message" in split) throw new CliError(`${displayPath(file)}:${split.line}: ${split.message}`);
  const located = parseFields(split);
  if (Array.isArray(located)) {
    throw new CliError(
      located.map(({ line, message }) => `${displayPath(file)}:${line}: ${message}`).join("\n"),
    );
  }
  const body = { line: split.bodyLine, text: split.body };
  return { parts: [...introduction(located), body], filed: filedIn(located.fields) };
}

function introduction({ fields, lineOf }: LocatedFields): TextPart[] {
  return ["title", "summary"].flatMap((field) => {
    const read = z.safeParse(z.looseObject({ [field]: z.string() }), fields);
    const text = read.success ? read.data[field] : undefined;
    return typeof text === "string" ? [{ line: lineOf([field]), text: text.replaceAll("\n", " ") }] : [];
  });
}

/** Only what can be a slug: `check` names the rest. */
function filedIn(fields: unknown): Filed {
  const filed: Filed = { topics: [], people: [], organisations: [], places: [] };
  for (const facet of FACETS) {
    const read = z.safeParse(z.looseObject({ [facet]: z.array(z.unknown()) }), fields);
    const values = read.success ? read.data[facet] : [];
    if (!Array.isArray(values)) continue;
    filed[facet] = [...new Set(values.flatMap((value) => slug.safeParse(value).data ?? []))];
  }
  return filed;
}

async function textOf(file: string): Promise<string> {
  try {
    const text = decodeText(await readFile(file));
    if (typeof text !== "string") throw new CliError(`${displayPath(file)}:${text.line}: ${text.message}`);
    return sanitizeText(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new CliError(`${displayPath(file)} cannot be read (${code}): name a content file or a plain text.`);
  }
}
