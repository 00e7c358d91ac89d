/**
 * From a release as it was sent to what the ledger stores of it.
 */
import { contentJson } from "../domain/edition-content.ts";
import { invalid as invalidResult, ok, type Result } from "../domain/issues.ts";
import { type PreparedRelease, type ReleaseInput, releasePath } from "../domain/release.ts";
import { renderMarkdown } from "../markdown/render.ts";
import { EDITION_BYTES_MAX } from "./limits.ts";

/** What is not published as it was written. `line` is the line of the body, from 1, without empty lines before it. */
export interface Warning {
  path: "body";
  line: number;
  message: string;
}

export type Prepared = Result<{ release: PreparedRelease; warnings: Warning[] }>;

/** Renders a release. An issue says why it cannot be published. */
export async function prepare(input: ReleaseInput, baseUrl: string): Promise<Prepared> {
  const rendered = renderMarkdown(input.body, { path: releasePath(input), lang: input.lang, baseUrl });
  if (!rendered.ok) {
    return invalidResult({ path: "/body", message: rendered.reason, line: rendered.line });
  }
  const { html, text, remarks } = rendered;
  if (html === "") return invalidResult({ path: "/body", message: "is empty after HTML sanitising" });
  const summary = (input.summary ?? rendered.summary) || input.title;
  const bytes = new TextEncoder().encode(JSON.stringify(input) + html + text).byteLength;
  if (bytes > EDITION_BYTES_MAX) {
    const message = `has ${bytes} bytes with its HTML and plain text; the limit is ${EDITION_BYTES_MAX}`;
    return invalidResult({ path: "/body", message });
  }
  const warnings = remarks.map(({ line, message }): Warning => ({ path: "body", line, message }));
  return ok({ release: { input, hash: await contentHash(input), html, text, summary }, warnings });
}

async function contentHash(input: ReleaseInput): Promise<string> {
  const content = new TextEncoder().encode(contentJson(input));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex();
}
