/**
 * Releases that the service has and the folder does not: reported, and withdrawn only on request.
 */
import * as z from "zod/mini";
import { PAGE_ROWS_MAX } from "../../domain/limits.ts";
import type { ApiClient } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import type { ContentFolder } from "../content/content-folder.ts";
import { displayPath } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { runAction } from "../release-action.ts";
import { counted } from "../terminal.ts";

const page = z.object({
  data: z.array(z.object({ id: z.string(), title: z.string(), url: z.string(), status: z.string() })),
  next: z.nullable(z.string()),
});
type PublicRelease = z.infer<typeof page>["data"][number];

export interface Comparison {
  /** Published releases of the service that no file of the folder holds. */
  missing: PublicRelease[];
  /** Number of releases that both hold. */
  shared: number;
}

/** Missing releases that a report lists: enough to see what they have in common. */
const LISTED_MAX = 20;

/** Compares the folder with all public releases, page by page. */
export async function compareWithService(
  { files }: ContentFolder,
  client: ApiClient,
  progress: Progress,
): Promise<Comparison> {
  const ids = new Set(files.map(({ release }) => release.id));
  const found: Comparison = { missing: [], shared: 0 };
  let seen = 0;
  for (let cursor: string | null = ""; cursor !== null;) {
    const from: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const path: string = `/api/v1/releases?content=summary&limit=${PAGE_ROWS_MAX}${from}`;
    // Without the token: the admin also sees releases that are not public.
    const { data, next }: z.infer<typeof page> = await client.get(page, path, { token: undefined });
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
 * A folder that shares no release with the service is more likely the wrong folder than a wish to
 * withdraw everything.
 *
 * @throws CliError before anything is sent
 */
export function assertSameSite({ path, files }: ContentFolder, { missing, shared }: Comparison): void {
  if (missing.length === 0 || shared > 0) return;
  const none = files.length === 1 ? "not the one release" : `none of the ${files.length} releases`;
  throw new CliError(
    `The service has ${none} of ${displayPath(path)}, so --withdraw-missing would withdraw all ` +
      `${counted(missing.length, "release")} that it has. Check the folder. If it is right, publish it first ` +
      "without --withdraw-missing.",
  );
}

/** @throws CliError for a folder without releases */
export function assertHasReleases({ path, files }: ContentFolder): void {
  if (files.length > 0) return;
  throw new CliError(
    `${displayPath(path)} holds no releases, so --withdraw-missing would withdraw everything. Check the ` +
      "folder, or withdraw single releases with `npm run communique -- withdraw ID`.",
  );
}

/** Lines that name the missing releases that stay published; "" if there are none. */
export function missingReport({ missing }: Comparison): string {
  if (missing.length === 0) return "";
  const more = missing.length - LISTED_MAX;
  const [are, stay, them] = missing.length === 1 ? ["is", "stays", "it"] : ["are", "stay", "them"];
  return [
    ...missing.slice(0, LISTED_MAX).map((release) => `not in the folder  ${describe(release)}`),
    ...(more > 0 ? [`… and ${more} more`] : []),
    `${counted(missing.length, "release")} of the service ${are} not in the folder and ${stay} published: ` +
      `--withdraw-missing "reason" withdraws ${them}`,
  ].join("\n");
}

/**
 * One line for each missing release, and a count.
 *
 * @param would `would be ` for a dry run, else ""
 */
export function withdrawnLines({ missing }: Comparison, would: string): string[] {
  return [
    ...missing.map((release) => `${`${would}withdrawn`.padEnd(11)} ${describe(release)}`),
    `${counted(missing.length, "release")} ${would}withdrawn${would === "" ? "" : "; nothing was withdrawn"}`,
  ];
}

/** Withdraws one release after the other; after an interruption, the same command withdraws the rest. */
export async function withdrawMissing(
  { missing }: Comparison,
  reason: string,
  client: ApiClient,
  progress: Progress,
): Promise<void> {
  for (const [index, { id }] of missing.entries()) {
    await runAction(client, "withdraw", id, reason);
    progress.show("withdrawn", { done: index + 1, total: missing.length });
  }
}

function describe({ url, title }: PublicRelease): string {
  return `${url}  (${title})`;
}
