/**
 * Releases that the service holds and the folder does not: told, and taken back only where that is asked for.
 */
import * as z from "zod/mini";
import { PAGE_ROWS_MAX } from "../../domain/limits.ts";
import { unexpectedAnswer } from "../api-client.ts";
import type { ContentFolder } from "../content/content-folder.ts";
import { counted } from "../content/file-fault.ts";
import { displayPath } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { CliError } from "../cli-error.ts";
import { runAction } from "../release-action.ts";
import type { Destination } from "./batch-call.ts";

const page = z.object({
  data: z.array(z.object({ id: z.string(), title: z.string(), url: z.string(), status: z.string() })),
  next: z.nullable(z.string()),
});
type Held = z.infer<typeof page>["data"][number];

export interface Comparison {
  /** Published by the service, and in no file of the folder. */
  missing: Held[];
  /** How many releases are in both. */
  shared: number;
}

/** Releases named where nothing is done about them: enough to see what they have in common. */
const NAMED_MAX = 20;

/** Looks through all releases that everybody may see, a page at a time. */
export async function compareWithService(
  { files }: ContentFolder,
  { client }: Destination,
  progress: Progress,
): Promise<Comparison> {
  const ids = new Set(files.map(({ release }) => release.id));
  const found: Comparison = { missing: [], shared: 0 };
  let seen = 0;
  for (let cursor: string | null = ""; cursor !== null;) {
    const query = `content=summary&limit=${PAGE_ROWS_MAX}${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const answer = await client.send({ method: "GET", path: `/api/v1/releases?${query}` });
    const parsed = z.safeParse(page, answer);
    if (!parsed.success) throw unexpectedAnswer(client);
    const { data, next } = parsed.data;
    for (const release of data) {
      if (ids.has(release.id)) found.shared += 1;
      else if (release.status === "published") found.missing.push(release);
    }
    seen += data.length;
    cursor = next;
    if (cursor !== null) progress.show(`compared with ${counted(seen, "release")} of the service`);
  }
  return found;
}

/**
 * A folder that has nothing to do with the service's releases is rather a mistyped one than a wish to
 * withdraw them all.
 *
 * @throws CliError before anything was sent
 */
export function assertSameSite({ path, files }: ContentFolder, { missing, shared }: Comparison): void {
  if (missing.length === 0 || shared > 0) return;
  throw new CliError(
    `The service holds ${none(files.length)} of ${displayPath(path)}, so --withdraw-missing would withdraw all ` +
      `${counted(missing.length, "release")} that it has: is it the right folder? If it is, publish it first ` +
      "without --withdraw-missing.",
  );
}

/** @throws CliError for a folder without any release */
export function assertHasReleases({ path, files }: ContentFolder): void {
  if (files.length > 0) return;
  throw new CliError(
    `${displayPath(path)} holds no release, so --withdraw-missing would withdraw everything: is it the right ` +
      "folder? Releases can be withdrawn one by one with `npm run communique -- withdraw ID`.",
  );
}

function none(files: number): string {
  return files === 1 ? "not the one release" : `none of the ${files} releases`;
}

/** What is told where nothing is done about them; "" if there are none. */
export function missingReport({ missing }: Comparison): string {
  if (missing.length === 0) return "";
  const more = missing.length - NAMED_MAX;
  return [
    ...missing.slice(0, NAMED_MAX).map((release) => `not in the folder  ${named(release)}`),
    ...(more > 0 ? [`… and ${more} more`] : []),
    `${counted(missing.length, "release")} of the service ${missing.length === 1 ? "is" : "are"} not in the folder and ` +
      `${missing.length === 1 ? "stays" : "stay"} published: --withdraw-missing "reason" withdraws ` +
      (missing.length === 1 ? "it" : "them"),
  ].join("\n");
}

/** One line for each, with what becomes of it in front. */
export function missingLines({ missing }: Comparison, became: string): string[] {
  return missing.map((release) => `${became.padEnd(11)} ${named(release)}`);
}

/** Withdraws them one by one; if that is cut off, the same again withdraws the rest. */
export async function withdrawMissing(
  { missing }: Comparison,
  reason: string,
  to: Destination,
  progress: Progress,
): Promise<void> {
  for (const [index, { id }] of missing.entries()) {
    await runAction("withdraw", id, reason, to);
    progress.show("withdrawn", { done: index + 1, total: missing.length });
  }
}

function named({ url, title }: Held): string {
  return `${url}  (${title})`;
}
