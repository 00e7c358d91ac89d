/**
 * `communique tag`: suggests facets for a text; a person decides.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { FACETS, slug } from "../../domain/release.ts";
import { sanitizeText } from "../../domain/text.ts";
import { issueLines, issueReport } from "../content/file-issue.ts";
import { type LocatedFields, parseFrontMatter } from "../content/front-matter.ts";
import { readRegistryFile, REGISTRY_FILE, type RegistryFile } from "../content/registry-file.ts";
import { decodeText } from "../content/yaml-text.ts";
import { DEFAULT_CONTENT, displayPath, resolvePath } from "../paths.ts";
import { CliError, onSystemError, systemReason } from "../cli-error.ts";
import { facetFragment, type PresentFacets } from "./facet-fragment.ts";
import { NamedValues, splitWords, type TextPart } from "./named-values.ts";
import { print, report } from "../output.ts";

/** @param named a content file, even with faulty fields, or a plain text */
export async function tagCommand(named: string, options: { registry?: string }): Promise<void> {
  const { content: registry, file: registryFile } = await registryOf(options.registry);
  const file = resolvePath(named);
  const { parts, present } = partsOf(file, await textOf(file));
  const text = splitWords(parts);
  const fragment = facetFragment(new NamedValues(registry).find(text), text, present, registry);
  if (fragment !== "") print(fragment);
  else report(`${displayPath(file)} names no value of ${displayPath(registryFile)}`);
}

async function registryOf(named: string | undefined): Promise<RegistryFile> {
  const file = resolvePath(named ?? join(DEFAULT_CONTENT, REGISTRY_FILE));
  const read = await readRegistryFile(file);
  if (read === undefined)
    throw new CliError(`There is no registry ${displayPath(file)}: name one with --registry.`);
  if (Array.isArray(read)) throw new CliError(issueReport(read, "the registry cannot be used"));
  return read;
}

/** Of a content file: title, summary and body, not the slug or the facets. */
function partsOf(file: string, text: string): { parts: TextPart[]; present: PresentFacets } {
  if (!/^---[ \t]*\n/.test(text)) return { parts: [{ line: 1, text }], present: facetsIn({}) };
  const parsed = parseFrontMatter(text);
  if (Array.isArray(parsed)) throw new CliError(issueLines(file, parsed));
  const body = { line: parsed.bodyLine, text: parsed.body };
  return { parts: [...introduction(parsed), body], present: facetsIn(parsed.fields) };
}

function introduction({ fields, lineOf }: LocatedFields): TextPart[] {
  return ["title", "summary"].flatMap((field) => {
    const read = z.safeParse(z.looseObject({ [field]: z.string() }), fields);
    const text = read.success ? read.data[field] : undefined;
    return typeof text === "string" ? [{ line: lineOf([field]), text: text.replaceAll("\n", " ") }] : [];
  });
}

/** Ignores values that are not slugs: `check` reports them. */
function facetsIn(fields: unknown): PresentFacets {
  const present: PresentFacets = { topics: [], people: [], organisations: [], places: [] };
  for (const facet of FACETS) {
    const read = z.safeParse(z.looseObject({ [facet]: z.array(z.unknown()) }), fields);
    const values = read.success ? read.data[facet] : [];
    if (!Array.isArray(values)) continue;
    present[facet] = [...new Set(values.flatMap((value) => slug.safeParse(value).data ?? []))];
  }
  return present;
}

async function textOf(file: string): Promise<string> {
  const bytes = await onSystemError(readFile(file), (code) => {
    throw new CliError(
      `${displayPath(file)} cannot be read (${systemReason(code)}): name a content file or a plain text.`,
    );
  });
  const text = decodeText(bytes);
  if (typeof text !== "string") throw new CliError(issueLines(file, [text]));
  return sanitizeText(text.replace(/^\uFEFF/, ""));
}
