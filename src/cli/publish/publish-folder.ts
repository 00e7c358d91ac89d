/**
 * Makes a service hold what a content folder holds: all of it, or, if anything is wrong, nothing.
 */
import * as z from "zod/mini";
import type { Fault } from "../../domain/fault.ts";
import { type ApiClient, ServiceProblem } from "../api-client.ts";
import type { ContentFile } from "../content/content-file.ts";
import { readContentFolder } from "../content/content-folder.ts";
import { counted, faultReport, type FileFault } from "../content/file-fault.ts";
import { stampFile } from "../content/file-stamp.ts";
import { forUser } from "../places.ts";
import type { Progress } from "../progress.ts";
import { Refusal } from "../refusal.ts";
import { releaseBatches, type Batch } from "./release-batches.ts";

const answers = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      edition: z.number(),
      status: z.string(),
      url: z.string(),
      changed: z.boolean(),
    }),
  ),
});

/** What became of one release. */
export type Published = z.infer<typeof answers>["data"][number] & { file: string };

/**
 * The files of a folder, all of them sound.
 *
 * @param folder absolute path
 * @param now seconds since 1970
 * @throws Refusal with every fault of every file
 */
export async function soundFiles(folder: string, now: number): Promise<ContentFile[]> {
  const { files, faults } = await readContentFolder(folder, now);
  if (faults.length > 0) throw new Refusal(faultReport(faults, "nothing was sent"));
  return files;
}

/**
 * Publishes sound files. The service judges all of them before the first one is taken.
 *
 * @throws Refusal with the faults that the service found, in which case nothing was published
 */
export async function publishFiles(
  files: readonly ContentFile[],
  to: { client: ApiClient; token: string | undefined; dryRun: boolean },
  progress: Progress,
): Promise<Published[]> {
  const batches = releaseBatches(files);
  try {
    const foreseen = await judge(batches, to, progress);
    if (to.dryRun) return foreseen;
    // Before anything is sent: a release published under an id that no file holds would come again.
    for (const file of files) await stampFile(file);
    return await sendAll(batches, to, progress);
  } finally {
    progress.end();
  }
}

type Destination = { client: ApiClient; token: string | undefined };

/** All faults that the service finds, of all batches, together. */
async function judge(batches: readonly Batch[], to: Destination, progress: Progress): Promise<Published[]> {
  const faults: FileFault[] = [];
  const foreseen: Published[] = [];
  let done = 0;
  for (const batch of batches) {
    try {
      foreseen.push(...(await send(batch, to, "?dryRun=true")));
    } catch (error) {
      const found = error instanceof ServiceProblem ? fileFaults(error.faults, batch) : [];
      if (found.length === 0) throw error;
      faults.push(...found);
    }
    done += batch.files.length;
    progress.show("checked", { done, total: total(batches) });
  }
  if (faults.length > 0) throw new Refusal(faultReport(faults, "nothing was published"));
  return foreseen;
}

async function sendAll(batches: readonly Batch[], to: Destination, progress: Progress): Promise<Published[]> {
  const published: Published[] = [];
  for (const batch of batches) {
    try {
      published.push(...(await send(batch, to, "")));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const faults = error instanceof ServiceProblem ? fileFaults(error.faults, batch) : [];
      const told = faults.length > 0 ? faultReport(faults, "their batch was not published") : error.message;
      throw new Refusal(
        `${told}\n${published.length} of ${counted(total(batches), "release")} had been published: ` +
          "run the same command again, what is published already stays as it is.",
      );
    }
    progress.show("published", { done: published.length, total: total(batches) });
  }
  return published;
}

async function send(batch: Batch, { client, token }: Destination, query: string): Promise<Published[]> {
  const answer = await client.send({
    method: "POST",
    path: `/api/v1/releases${query}`,
    body: batch.body,
    token,
  });
  const parsed = z.safeParse(answers, answer);
  if (!parsed.success || parsed.data.data.length !== batch.files.length) {
    throw new Refusal(
      `${client.service.origin} answered what this version does not understand: update one of the two.`,
    );
  }
  return parsed.data.data.map((said, index) => ({ ...said, file: batch.files[index]?.file ?? "" }));
}

/** `/releases/3/slug` is the slug's line in the batch's fourth file. */
function fileFaults(faults: readonly Fault[], batch: Batch): FileFault[] {
  return faults.flatMap(({ path, message }) => {
    const [, index, rest] = /^\/releases\/(\d+)(.*)$/s.exec(path) ?? [];
    const file = batch.files[Number(index)];
    return file === undefined ? [] : [file.faultAt({ path: rest ?? "", message })];
  });
}

function total(batches: readonly Batch[]): number {
  return batches.reduce((sum, { files }) => sum + files.length, 0);
}

/** One line for each release that changed, such as `edition 2   http://…`. */
export function changeLines(published: readonly Published[]): string[] {
  return published
    .filter(({ changed }) => changed)
    .map(({ edition, status, url, file }) => {
      const what = edition > 1 ? `edition ${edition}` : status;
      return `${what.padEnd(11)} ${url}  (${forUser(file)})`;
    });
}

/** `12 releases: 1 published, 11 unchanged` */
export function changeCounts(published: readonly Published[]): string {
  const changed = published.filter((one) => one.changed);
  const counts: [number, string][] = [
    [changed.filter(({ edition, status }) => edition === 1 && status === "published").length, "published"],
    [changed.filter(({ status }) => status === "embargoed").length, "embargoed"],
    [
      changed.filter(({ edition, status }) => edition > 1 && status !== "embargoed").length,
      "with a new edition",
    ],
    [published.length - changed.length, "unchanged"],
  ];
  const told = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return `${counted(published.length, "release")}${told.length > 0 ? `: ${told.join(", ")}` : ""}`;
}
