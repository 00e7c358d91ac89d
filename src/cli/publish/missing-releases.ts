/**
 * Releases that the service has and the folder does not: reported, and withdrawn or called off only on request.
 */
import * as z from "zod/mini";
import { type ApiClient, ServiceProblem } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import type { ContentFolder } from "../content/content-folder.ts";
import { displayPath } from "../paths.ts";
import type { Progress } from "../progress.ts";
import type { ReleaseState } from "./release-states.ts";
import { runAction } from "../release-action.ts";
import { counted, printable, withRelativeTime } from "../terminal.ts";

const named = z.object({ title: z.string() });

/** A release of the service that no file of the folder holds. */
interface MissingRelease {
  id: string;
  url: string;
  embargo?: string | undefined;
}

export interface Comparison {
  /** Published releases of the service that no file of the folder holds. */
  missing: MissingRelease[];
  /** Releases under embargo that no file of the folder holds. */
  scheduled: MissingRelease[];
  /** Number of releases that both hold. */
  shared: number;
}

/** Missing releases that a report lists: enough to see what they have in common. */
const LISTED_MAX = 20;

export function compareWithService(
  { files, drafts }: ContentFolder,
  states: ReadonlyMap<string, ReleaseState>,
): Comparison {
  const ids = new Set([...files, ...drafts].map(({ release }) => release.id));
  const foreign = [...states.values()].filter(({ id }) => !ids.has(id));
  return {
    missing: foreign.filter(({ status }) => status === "published"),
    scheduled: foreign.filter(({ status }) => status === "embargoed"),
    shared: states.size - foreign.length,
  };
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
export async function missingReport({ missing, scheduled }: Comparison, client: ApiClient): Promise<string> {
  return [
    ...(await listed(scheduled, client)),
    ...(scheduled.length === 0 ? [] : [remainsLine(scheduled.length, "scheduled", "calls")]),
    ...(await listed(missing, client)),
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

async function listed(releases: readonly MissingRelease[], client: ApiClient): Promise<string[]> {
  const more = releases.length - LISTED_MAX;
  const lines = await described(releases.slice(0, LISTED_MAX), client);
  return [...lines.map((line) => `not in the folder  ${line}`), ...(more > 0 ? [`… and ${more} more`] : [])];
}

/**
 * One line for each missing release, and a count.
 *
 * @param would `would be ` for a dry run, else ""
 */
export async function withdrawnLines(
  { missing, scheduled }: Comparison,
  client: ApiClient,
  would: string,
): Promise<string[]> {
  const nothing = would === "" ? "" : "; nothing was withdrawn";
  const lines = async (releases: readonly MissingRelease[], done: string): Promise<string[]> =>
    (await described(releases, client)).map((line) => `${`${would}${done}`.padEnd(11)} ${line}`);
  return [
    ...(await lines(scheduled, "called off")),
    ...(await lines(missing, "withdrawn")),
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

/** Each with its title; one under embargo also with its id, because it has no page. */
async function described(releases: readonly MissingRelease[], client: ApiClient): Promise<string[]> {
  const lines: string[] = [];
  for (const { id, url, embargo } of releases) {
    const { title } = await client.get(named, `/api/v1/releases/${id}`);
    const until =
      embargo === undefined ? "" : `, embargoed until ${withRelativeTime(embargo, Date.now())}, id ${id}`;
    lines.push(`${url}  (${printable(title)})${until}`);
  }
  return lines;
}
