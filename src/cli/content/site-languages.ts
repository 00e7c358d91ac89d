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
  const tags = given ?? (await variable("LANGUAGES")) ?? "";
  return tags.split(",").flatMap((tag) => canonicalLanguage(tag.trim()) ?? []);
}

/** `TIME_ZONE` of wrangler.toml, else that of this machine. */
export async function siteTimeZone(): Promise<string> {
  return (await variable("TIME_ZONE")) ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

async function variable(name: string): Promise<string | undefined> {
  const config = (await readIfPresent(join(PROJECT_ROOT, CONFIG)))?.toString() ?? "";
  return new RegExp(`^${name}\\s*=\\s*["']([^"'\\n]*)["']`, "m").exec(config)?.[1];
}

/** A fault for each file in a language that the service does not have. */
export function foreignLanguages(files: readonly ContentFile[], languages: readonly string[]): FileIssue[] {
  if (languages.length === 0) return [];
  return files
    .filter(({ release }) => !languages.includes(release.lang))
    .map(({ issueAt }) => {
      const message = `must be one of the service's LANGUAGES: ${languages.join(", ")}. Others are set in ${CONFIG}, or for this check with --languages`;
      return issueAt({ path: "/lang", message });
    });
}
