/**
 * Releases that the service has and the folder does not: reported, and withdrawn or called off only on request.
 */
import * as z from "zod/mini";
import { PAGE_ROWS_MAX } from "../../domain/limits.ts";
import { type ApiClient, ServiceProblem } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import type { ContentFolder } from "../content/content-folder.ts";
import { displayPath } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { runAction } from "../release-action.ts";
import { fetchScheduled, type ScheduledRelease } from "../scheduled-command.ts";
import { counted, withRelativeTime } from "../terminal.ts";

const page = z.object({
  data: z.array(z.object({ id: z.string(), title: z.string(), url: z.string(), status: z.string() })),
  next: z.nullable(z.string()),
});
type PublicRelease = z.infer<typeof page>["data"][number];

export interface Comparison {
  /** Published releases of the service that no file of the folder holds. */
  missing: PublicRelease[];
  /** Releases under embargo that no file of the folder holds, soonest first. */
  scheduled: ScheduledRelease[];
  /** Number of releases that both hold. */
  shared: number;
}

/** Missing releases that a report lists: enough to see what they have in common. */
const LISTED_MAX = 20;

/** Compares the folder with all public releases, page by page, and with those under embargo. */
export async function compareWithService(
  { files }: ContentFolder,
  client: ApiClient,
  progress: Progress,
): Promise<Comparison> {
  const ids = new Set(files.map(({ release }) => release.id));
  const embargoed = await fetchScheduled(client);
  const scheduled = embargoed.filter(({ id }) => !ids.has(id));
  const found: Comparison = { missing: [], scheduled, shared: embargoed.length - scheduled.length };
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
export function assertSameSite(
  { path, files }: ContentFolder,
  { missing, scheduled, shared }: Comparison,
): void {
  const foreign = missing.length + scheduled.length;
  if (foreign === 0 || shared > 0) return;
  const none = files.length === 1 ? "not the one release" : `none of the ${files.length} releases`;
  throw new CliError(
    `The service has ${none} of ${displayPath(path)}, so --withdraw-missing would withdraw all ` +
      `${counted(foreign, "release")} that it has. Check the folder. If it is right, publish it first ` +
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

/** Lines that name the missing releases, which stay published or scheduled; "" if there are none. */
export function missingReport({ missing, scheduled }: Comparison): string {
  return [
    ...listed(scheduled, describeScheduled),
    ...(scheduled.length === 0 ? [] : [remainsLine(scheduled.length, "scheduled", "calls")]),
    ...listed(missing, describe),
    ...(missing.length === 0 ? [] : [remainsLine(missing.length, "published", "withdraws")]),
  ].join("\n");
}

function remainsLine(count: number, state: "scheduled" | "published", does: "calls" | "withdraws"): string {
  const [are, stay, them] = count === 1 ? ["is", "stays", "it"] : ["are", "stay", "them"];
  const done = does === "calls" ? `calls ${them} off` : `withdraws ${them}`;
  return (
    `${counted(count, "release")} of the service ${are} not in the folder and ${stay} ${state}: ` +
    `--withdraw-missing "reason" ${done}`
  );
}

function listed<R>(releases: readonly R[], line: (release: R) => string): string[] {
  const more = releases.length - LISTED_MAX;
  return [
    ...releases.slice(0, LISTED_MAX).map((release) => `not in the folder  ${line(release)}`),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ];
}

/**
 * One line for each missing release, and a count.
 *
 * @param would `would be ` for a dry run, else ""
 */
export function withdrawnLines({ missing, scheduled }: Comparison, would: string): string[] {
  const nothing = would === "" ? "" : "; nothing was withdrawn";
  return [
    ...scheduled.map((release) => `${`${would}called off`.padEnd(11)} ${describeScheduled(release)}`),
    ...missing.map((release) => `${`${would}withdrawn`.padEnd(11)} ${describe(release)}`),
    ...(scheduled.length === 0 ? [] : [`${counted(scheduled.length, "release")} ${would}called off`]),
    `${counted(missing.length, "release")} ${would}withdrawn${nothing}`,
  ];
}

/** Withdraws one release after the other; after an interruption, the same command withdraws the rest. */
export async function withdrawMissing(
  { missing, scheduled }: Comparison,
  reason: string,
  client: ApiClient,
  progress: Progress,
): Promise<void> {
  const total = scheduled.length + missing.length;
  // Those under embargo first: their time may be near.
  for (const [index, { id }] of [...scheduled, ...missing].entries()) {
    await (index < scheduled.length ? callOff : withdraw)(client, id, reason);
    progress.show("withdrawn", { done: index + 1, total });
  }
}

async function withdraw(client: ApiClient, id: string, reason: string): Promise<void> {
  await runAction(client, "withdraw", id, reason);
}

/** If the embargo has ended meanwhile, the release is withdrawn, not removed: readers have seen it. */
async function callOff(client: ApiClient, id: string, reason: string): Promise<void> {
  try {
    await withdraw(client, id, reason);
  } catch (error) {
    if (!(error instanceof ServiceProblem) || error.code !== "release-conflict") throw error;
    await runAction(client, "kill", id, reason);
  }
}

function describe({ url, title }: { url: string; title: string }): string {
  return `${url}  (${title})`;
}

/** With the id, because the file is gone and a release under embargo has no page. */
function describeScheduled(release: ScheduledRelease): string {
  return `${describe(release)}, embargoed until ${withRelativeTime(release.embargo, Date.now())}, id ${release.id}`;
}
