/**
 * The languages of the service, as this project's configuration has them.
 */
import { join } from "node:path";
import { canonicalLanguage } from "../../domain/release.ts";
import { readIfPresent } from "../cli-error.ts";
import { PROJECT_ROOT } from "../paths.ts";
import type { ContentFile } from "./content-file.ts";
import type { FileIssue } from "./file-issue.ts";

const CONFIG = "wrangler.toml";

/** `LANGUAGES` of wrangler.toml; empty if it has none. @param given instead, as `--var` sets it */
export async function siteLanguages(given?: string): Promise<string[]> {
  if (given !== undefined) return tagsIn(given);
  const config = (await readIfPresent(join(PROJECT_ROOT, CONFIG)))?.toString() ?? "";
  const [, tags = ""] = /^LANGUAGES\s*=\s*["']([^"'\n]*)["']/m.exec(config) ?? [];
  return tagsIn(tags);
}

function tagsIn(text: string): string[] {
  return text.split(",").flatMap((tag) => canonicalLanguage(tag.trim()) ?? []);
}

/** A fault for each file in a language that the service does not have. */
export function foreignLanguages(files: readonly ContentFile[], languages: readonly string[]): FileIssue[] {
  if (languages.length === 0) return [];
  return files
    .filter(({ release }) => !languages.includes(release.lang))
    .map(({ issueAt }) => {
      const message = `must be one of LANGUAGES in ${CONFIG}: ${languages.join(", ")}`;
      return issueAt({ path: "/lang", message });
    });
}
