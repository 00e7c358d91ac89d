/**
 * Finds the release that an argument names: by its id, its content file, or the URL of its page.
 */
import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import { releaseId } from "../domain/release.ts";
import type { ApiClient } from "./api-client.ts";
import { CliError, onSystemError, systemReason } from "./cli-error.ts";
import { issueLines } from "./content/file-issue.ts";
import { FIELDS_LINE, parseFrontMatter } from "./content/front-matter.ts";
import { displayPath, resolvePath } from "./paths.ts";

/** Every page of a release links to `/r/ID`. */
const SHORT_LINK = /<link rel="shortlink" href="[^"]*\/r\/([^"/]+)"/;
const URL_WITH_ID = /\/(?:r|api\/v1\/releases)\/([^/]+)$/;

/**
 * @returns the id; for an id or a file, without asking whether the service has the release
 * @throws CliError if the argument names no release
 */
export async function findRelease(named: string, client: ApiClient): Promise<string> {
  const given = z.safeParse(releaseId, named);
  if (given.success) return given.data;
  return /^https?:\/\//i.test(named) ? idAtUrl(named, client) : idInFile(named);
}

/** Looks the path up at the service of `--to`: the service may be known under several host names. */
async function idAtUrl(url: string, client: ApiClient): Promise<string> {
  const path = URL.parse(url)?.pathname ?? "";
  const given = URL_WITH_ID.exec(path)?.[1];
  const page = given === undefined ? await client.page(path) : undefined;
  const id = z.safeParse(releaseId, given ?? SHORT_LINK.exec(page ?? "")?.[1]);
  if (id.success) return id.data;
  throw new CliError(
    page === undefined
      ? `${client.service.origin} has no release at ${path}: check --to and the path. A release under embargo ` +
          "has no page yet: give its id or its content file."
      : `The page at ${path} is not a release, or an older version wrote it: give the release's id or its content file.`,
  );
}

/** Reads only the id, so that other mistakes in the file do not matter. */
async function idInFile(named: string): Promise<string> {
  const file = resolvePath(named);
  const text = await onSystemError(readFile(file, "utf8"), (code) => {
    throw new CliError(
      `${displayPath(file)} is neither an id nor a readable file (${systemReason(code)}): give the release's id, its content file, or the URL of its page.`,
    );
  });
  const parsed = parseFrontMatter(text);
  if (Array.isArray(parsed)) throw new CliError(issueLines(file, parsed));
  const found = z.safeParse(z.object({ id: releaseId }), parsed.fields);
  if (found.success) return found.data.id;
  const message = "is missing: `publish` writes it into the file";
  throw new CliError(issueLines(file, [{ line: FIELDS_LINE, field: "id", message }]));
}
