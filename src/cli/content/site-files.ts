/**
 * `site.yaml` and `phrases.yaml` of a content folder: the identity of the site, and wording of its own. They are sent
 * as one body.
 */
import { join } from "node:path";
import type { Issue } from "../../domain/issues.ts";
import { phrasesByLanguage } from "../../domain/phrases.ts";
import { siteIdentity, type SiteIdentity, validateDefaultLanguage } from "../../domain/site.ts";
import { validateWording } from "../../i18n/wording.ts";
import * as z from "zod/mini";
import type { FileIssue } from "./file-issue.ts";
import { readYamlFile } from "./yaml-file.ts";

const SITE_FILE = "site.yaml";
const PHRASES_FILE = "phrases.yaml";

const SITE = {
  schema: z.strictObject(identityWithoutPhrases()),
  example: "title: …",
  remedy: "shorten it",
};
const PHRASES = { schema: phrasesByLanguage, example: "de: …", remedy: "remove languages" };

export interface SiteFiles {
  identity: SiteIdentity;
  /** Locates an issue of the identity, in the file that it comes from. */
  issueAt: (issue: Issue) => FileIssue;
}

/**
 * @param folder absolute path
 * @returns undefined if there is neither file
 */
export async function readSiteFiles(folder: string): Promise<SiteFiles | FileIssue[] | undefined> {
  const [siteFile, phrasesFile] = [join(folder, SITE_FILE), join(folder, PHRASES_FILE)];
  const site = await readYamlFile(siteFile, SITE);
  const phrases = await readYamlFile(phrasesFile, PHRASES);
  if (Array.isArray(site) || Array.isArray(phrases)) return [site, phrases].flatMap(issuesIn);
  if (site === undefined && phrases === undefined) return undefined;
  const identity = {
    ...site?.content,
    ...(phrases === undefined ? {} : { phrases: phrases.content }),
  };
  return {
    identity,
    issueAt: ({ path, message }) => {
      const [, inPhrases] = /^\/phrases(\/.*)$/.exec(path) ?? [];
      if (inPhrases !== undefined) {
        return phrases?.issueAt({ path: inPhrases, message }) ?? { file: phrasesFile, line: 1, message };
      }
      return site?.issueAt({ path, message }) ?? { file: siteFile, line: 1, message };
    },
  };
}

/** What the languages of the service make a fault of the folder: no wording, or no text in the default language. */
export function languageIssues(
  { path, site }: { path: string; site?: SiteFiles },
  languages: readonly string[],
): FileIssue[] {
  if (languages.length === 0) return [];
  const identity = site?.identity ?? {};
  const issues = [
    ...validateDefaultLanguage(identity, languages),
    ...validateWording({ languages, phrases: identity.phrases }),
  ];
  const file = join(path, PHRASES_FILE);
  return issues.map((issue) => site?.issueAt(issue) ?? { file, line: 1, message: issue.message });
}

function issuesIn(read: unknown): FileIssue[] {
  return Array.isArray(read) ? (read as FileIssue[]) : [];
}

/** The phrases have a file of their own. */
function identityWithoutPhrases() {
  const { phrases: _phrases, ...shape } = siteIdentity.shape;
  return shape;
}
