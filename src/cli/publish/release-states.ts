/**
 * What the service has: its releases, and which of the folder's it has as they are.
 */
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { formatInstant } from "../../domain/dates.ts";
import { contentJson } from "../../domain/edition-content.ts";
import { activeEmbargo } from "../../domain/release.ts";
import type { ApiClient } from "../api-client.ts";
import type { ContentFile } from "../content/content-file.ts";
import type { Progress } from "../progress.ts";
import { counted } from "../terminal.ts";
import type { Published } from "./batches.ts";

const state = z.object({
  id: z.string(),
  status: z.string(),
  edition: z.number(),
  url: z.string(),
  hash: z.string(),
  embargo: z.optional(z.string()),
  reason: z.optional(z.string()),
  behind: z.optional(z.object({ edition: z.number(), url: z.string() })),
  note: z.optional(z.nullable(z.string())),
});
export type ReleaseState = z.infer<typeof state>;
const page = z.object({ data: z.array(state), next: z.nullable(z.string()) });

/** The states of all releases of the service, by id, in a call for some thousand. */
export async function fetchStates(
  client: ApiClient,
  progress: Progress,
): Promise<ReadonlyMap<string, ReleaseState>> {
  const states = new Map<string, ReleaseState>();
  for (let after: string | null = ""; after !== null;) {
    const path: string = `/api/v1/releases/states?after=${after}`;
    const { data, next }: z.infer<typeof page> = await client.get(page, path);
    for (const one of data) states.set(one.id, one);
    after = next;
    if (after !== null) progress.show(`compared with ${counted(states.size, "release")} of the service`);
  }
  return states;
}

/** The folder's files: those that the service has as they are, and those that it must be sent. */
export interface Sorted {
  unchanged: Published[];
  toSend: ContentFile[];
}

export function sortFiles(
  files: readonly ContentFile[],
  states: ReadonlyMap<string, ReleaseState>,
  nowMs: number,
): Sorted {
  const sorted: Sorted = { unchanged: [], toSend: [] };
  for (const file of files) {
    const present = states.get(file.release.id);
    if (present === undefined || !isAsItIs(file, present, nowMs)) sorted.toSend.push(file);
    else sorted.unchanged.push({ ...present, file: file.file, changed: false, warnings: [] });
  }
  return sorted;
}

/** Whether the file has another note than a further edition of the service: then the publish corrects the note. */
function correctsNote(release: ContentFile["release"], present: ReleaseState): boolean {
  const { change, note } = release;
  const canBeCorrected = present.note !== undefined && change !== undefined && note !== undefined;
  return canBeCorrected && note !== present.note;
}

/** Whether the service would answer that nothing has changed. */
function isAsItIs({ release }: ContentFile, present: ReleaseState, nowMs: number): boolean {
  if (release.follows !== undefined && present.behind !== undefined) return false;
  if (correctsNote(release, present)) return false;
  const isRetracted = present.status === "withdrawn" || present.status === "killed";
  if (release.status !== undefined) {
    // The reason of a kill before the embargo ended is kept nowhere but in the file.
    if (release.status !== present.status) return false;
    if (present.reason !== undefined && present.reason !== release.reason) return false;
  }
  const embargo = activeEmbargo(release, Math.floor(nowMs / 1000));
  const isSameEmbargo = (embargo === null ? undefined : formatInstant(embargo)) === present.embargo;
  if (!isRetracted && !isSameEmbargo) return false;
  return createHash("sha256").update(contentJson(release)).digest("hex") === present.hash;
}
