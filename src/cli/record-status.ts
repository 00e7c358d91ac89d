/**
 * Writes what became of a release into its content file: the folder, not a service, says what is public.
 */
import { readFile, realpath, stat } from "node:fs/promises";
import type { ApiClient } from "./api-client.ts";
import { onSystemError } from "./cli-error.ts";
import { listContentFiles } from "./content/content-folder.ts";
import { parseFrontMatter } from "./content/front-matter.ts";
import { asYamlText, setFields } from "./content/set-fields.ts";
import { displayPath } from "./paths.ts";
import { replaceFile } from "./replace-file.ts";
import * as z from "zod/mini";

/** The fields that a content file gets; undefined removes one. */
export interface RecordedStatus {
  status: "withdrawn" | "killed" | undefined;
  reason: string | undefined;
  /** When, as an RFC 3339 instant. */
  updated: string | undefined;
}

/** The file of a release below a folder; undefined if there is none. */
export async function findContentFile(folder: string, id: string): Promise<string | undefined> {
  for (const file of await listContentFiles(folder)) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (!text.toLowerCase().includes(id)) continue;
    const parsed = parseFrontMatter(text);
    if (Array.isArray(parsed)) continue;
    const { id: own } = parsed.fields as { id?: unknown };
    if (typeof own === "string" && own.toLowerCase() === id) return file;
  }
  return undefined;
}

/** What a retraction writes, with the instant that the service gave it; a reinstatement removes all. */
export async function statusToRecord(
  client: ApiClient,
  id: string,
  status: RecordedStatus["status"],
  reason: string,
): Promise<RecordedStatus> {
  if (status === undefined) return { status, reason: undefined, updated: undefined };
  const view = z.object({ updated: z.nullable(z.string()) });
  const { updated } = await client.get(view, `/api/v1/releases/${id}`);
  // A release that was never public has none: the present moment says that it was killed before its embargo ended.
  return { status, reason, updated: updated ?? new Date().toISOString().replace(/\.\d+/, "") };
}

/** @returns a line for the user; "" if the file says so already */
export async function recordStatus(file: string, recorded: RecordedStatus): Promise<string> {
  const lines = Object.entries(recorded)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${asYamlText(String(value))}`);
  const byHand = (why: string): string =>
    `${displayPath(file)} cannot be changed (${why}). ` +
    (lines.length > 0
      ? `Write these lines into its front matter: ${lines.join(", ")}`
      : "Remove status, reason and updated from its front matter");
  const write = async (): Promise<string> => {
    const path = await realpath(file);
    const text = await readFile(path, "utf8");
    const changed = setFields(text, { ...recorded });
    if (changed === undefined) return byHand("its layout has no place for a new line");
    if (changed === text) return "";
    await replaceFile(path, Buffer.from(changed), (await stat(path)).mode);
    return `${"written".padEnd(11)} ${displayPath(file)}${recorded.status === undefined ? "" : `  (status: ${recorded.status})`}`;
  };
  return onSystemError(write(), byHand);
}
