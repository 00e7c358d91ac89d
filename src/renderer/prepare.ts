/**
 * From a release as it was sent to what the ledger stores of it.
 */
import { contentJson } from "../domain/edition-content.ts";
import { FILES_PREFIX, parseFilePath, parseFileReference } from "../domain/file.ts";
import { invalid as invalidResult, type Issue, ok, type Result } from "../domain/issues.ts";
import { type PreparedRelease, type ReleaseInput, releasePath, type UsedFile } from "../domain/release.ts";
import type { Site } from "../domain/site.ts";
import { phrasesIn } from "../i18n/wording.ts";
import type { FileLink } from "../markdown/file-links.ts";
import { renderMarkdown } from "../markdown/render.ts";
import type { Remark } from "../markdown/take-out.ts";
import { EDITION_BYTES_MAX } from "./limits.ts";

/** What is not published as it was written. `line` is the line of the body, from 1, without empty lines before it. */
export interface Warning {
  path: "body";
  line: number;
  message: string;
}

export type Prepared = Result<{ release: PreparedRelease; warnings: Warning[] }>;

/** Renders a release. An issue says why it cannot be published. */
export async function prepare(input: ReleaseInput, site: Site): Promise<Prepared> {
  const { lang } = input;
  const { baseUrl } = site;
  const phrases = phrasesIn(lang, site);
  const rendered = renderMarkdown(input.body, { path: releasePath(input), lang, phrases, baseUrl });
  if (!rendered.ok) {
    return invalidResult({ path: "/body", message: rendered.reason, line: rendered.line });
  }
  const { html, text, remarks } = rendered;
  if (html === "") return invalidResult({ path: "/body", message: "is empty after HTML sanitising" });
  const { files, issues, foreign } = namedFiles(input, rendered.files, baseUrl);
  if (issues.length > 0) return invalidResult(...issues);
  const summary = (input.summary ?? rendered.summary) || input.title;
  // The row also holds the files, and the HTML gets the sizes of images.
  const stored = JSON.stringify(input) + html + text + JSON.stringify(files);
  const bytes = new TextEncoder().encode(stored).byteLength;
  if (bytes > EDITION_BYTES_MAX) {
    const message = `has ${bytes} bytes with its HTML and plain text; the limit is ${EDITION_BYTES_MAX}`;
    return invalidResult({ path: "/body", message });
  }
  const warnings = [...remarks, ...foreign]
    .map(({ line, message }): Warning => ({ path: "body", line, message }))
    .sort((a, b) => a.line - b.line);
  return ok({ release: { input, hash: await contentHash(input), html, text, summary, files }, warnings });
}

/** The files of the service that a release names in its fields and in its text. */
function namedFiles(
  { attachments, image }: ReleaseInput,
  links: readonly FileLink[],
  baseUrl: string,
): { files: UsedFile[]; issues: Issue[]; foreign: Remark[] } {
  const fields = [
    ...attachments.map((each, index) => ({ ...each, path: `/attachments/${index}` })),
    ...(image === undefined ? [] : [{ ...image, path: "/image" }]),
  ];
  const inFields = fields.flatMap(({ file, path }): UsedFile[] => {
    const reference = file === undefined ? undefined : parseFileReference(file);
    return reference === undefined ? [] : [{ ...reference, path: `${path}/file` }];
  });
  const issues: Issue[] = fields
    .filter(({ url }) => url?.startsWith(baseUrl + FILES_PREFIX))
    .map(({ path }) => ({ path: `${path}/url`, message: OWN_FILE }));
  const foreign: Remark[] = [];
  const inText = links.flatMap(({ path, line }): UsedFile[] => {
    const reference = parseFilePath(path);
    if (reference !== undefined) return [{ ...reference, path: "/body", line }];
    if (HASH_FIRST.test(path))
      issues.push({ path: "/body", message: `links ${path}, where no file can be`, line });
    else foreign.push({ message: `links ${path}, where this service has no file: ${WAY_OUT}`, line });
    return [];
  });
  return { files: [...inFields, ...inText], issues, foreign };
}

/** Such a path is meant for a file of this service. Older sites also keep files under `/files/`, by other paths. */
const HASH_FIRST = /^\/files\/[0-9a-f]{64}(\/|$)/i;

const WAY_OUT =
  "put the file beside the text and link its name, or link the whole URL of the site that has the file";

/** As a foreign URL it would be dead: a file is visible only while a release uses it. */
const OWN_FILE = "is a file of this service: leave `url` and `type` out, and name it as `file: SHA256/NAME`";

async function contentHash(input: ReleaseInput): Promise<string> {
  const content = new TextEncoder().encode(contentJson(input));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex();
}
