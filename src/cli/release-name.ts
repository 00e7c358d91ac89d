/**
 * How a release is named on the command line: by its id, its content file, or the URL of its page.
 */
import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import { releaseId } from "../domain/release.ts";
import type { ApiClient } from "./api-client.ts";
import { parseFields, splitFrontMatter } from "./content/front-matter.ts";
import { displayPath, resolvePath } from "./paths.ts";
import { CliError, systemCode } from "./cli-error.ts";

/** What every page of a release says of it (`rel="shortlink"`), and what addresses by id end with. */
const SHORT_LINK = /<link rel="shortlink" href="[^"]*\/r\/([^"/]+)"/;
const ADDRESS_BY_ID = /\/(?:r|api\/v1\/releases)\/([^/]+)$/;

/**
 * The id of a release; that there is one, only a URL proves.
 *
 * @throws CliError where the name leads to none
 */
export async function findRelease(named: string, client: ApiClient): Promise<string> {
  const given = z.safeParse(releaseId, named);
  if (given.success) return given.data;
  return /^https?:\/\//i.test(named) ? idAt(named, client) : idInFile(named);
}

/** Looked up at the service of `--to`, under whatever name somebody else reaches it. */
async function idAt(address: string, client: ApiClient): Promise<string> {
  const path = URL.parse(address)?.pathname ?? "";
  const byId = ADDRESS_BY_ID.exec(path)?.[1];
  const page = byId === undefined ? await client.page(path) : undefined;
  const id = z.safeParse(releaseId, byId ?? SHORT_LINK.exec(page ?? "")?.[1]);
  if (id.success) return id.data;
  throw new CliError(
    page === undefined
      ? `${client.service.origin} has no release at ${path}: is --to right? One under embargo has no page yet: ` +
          "give its id or its content file."
      : `The page at ${path} is no release's, or was written by an older version: give the release's id or its content file.`,
  );
}

/** Whatever else is wrong with the file. */
async function idInFile(named: string): Promise<string> {
  const file = resolvePath(named);
  const split = splitFrontMatter(await textOf(file));
  if ("message" in split) throw new CliError(`${displayPath(file)}:${split.line}: ${split.message}`);
  const located = parseFields(split);
  if (Array.isArray(located)) {
    throw new CliError(
      located.map(({ line, message }) => `${displayPath(file)}:${line}: ${message}`).join("\n"),
    );
  }
  const found = z.safeParse(z.object({ id: releaseId }), located.fields);
  if (found.success) return found.data.id;
  throw new CliError(
    `${displayPath(file)}:${split.yamlLine}: id: there is no UUID here; a publish writes one into the file`,
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new CliError(
      `${displayPath(file)} is no id, and no file that can be read (${code}): give the release's id, its content file, or the URL of its page.`,
    );
  }
}
