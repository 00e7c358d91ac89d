/**
 * Batches of releases, as `POST /api/v1/releases` takes them: `{ "releases": [...] }`.
 */
import * as z from "zod/mini";
import type { Issue } from "../../domain/issues.ts";
import { BATCH_RELEASES_MAX, BODY_BYTES_MAX } from "../../domain/limits.ts";
import { type ApiClient, ServiceProblem } from "../api-client.ts";
import { BATCH_ENVELOPE_BYTES, type ContentFile } from "../content/content-file.ts";
import type { FileIssue } from "../content/file-issue.ts";

export interface Batch {
  files: ContentFile[];
  /** JSON of at most `BODY_BYTES_MAX` bytes. */
  body: string;
}

const result = z.object({
  id: z.string(),
  edition: z.number(),
  status: z.string(),
  url: z.string(),
  changed: z.boolean(),
  warnings: z.optional(z.array(z.object({ path: z.string(), line: z.number(), message: z.string() }))),
  follows: z.optional(z.number()),
  notified: z.optional(z.number()),
  behind: z.optional(z.object({ edition: z.number(), url: z.string() })),
});

/** The service's result for one release. `warnings`: what of its file is not shown as it is written. */
export type Published = Omit<z.infer<typeof result>, "warnings"> & { file: string; warnings: FileIssue[] };

/** An issue that the service found, and its file; the path is relative to the release. */
export interface FoundIssue {
  file: ContentFile;
  issue: Issue;
}

/**
 * Oldest first, so that sequences follow the dates of the releases. A single release always fits, because
 * a larger content file is a fault. A generator, because all batches together can exceed the memory.
 */
export function* releaseBatches(files: readonly ContentFile[]): Generator<Batch, void> {
  let members: { file: ContentFile; json: string }[] = [];
  let bytes = BATCH_ENVELOPE_BYTES;
  for (const file of [...files].sort(byDate)) {
    const json = JSON.stringify(file.release);
    const size = Buffer.byteLength(json) + 1; // the comma
    if (members.length === BATCH_RELEASES_MAX || bytes + size > BODY_BYTES_MAX) {
      yield batchOf(members);
      members = [];
      bytes = BATCH_ENVELOPE_BYTES;
    }
    members.push({ file, json });
    bytes += size;
  }
  if (members.length > 0) yield batchOf(members);
}

function batchOf(members: readonly { file: ContentFile; json: string }[]): Batch {
  const body = `{"releases":[${members.map(({ json }) => json).join(",")}]}`;
  return { files: members.map(({ file }) => file), body };
}

/** Those that follow a correction come after it. */
function byDate(a: ContentFile, b: ContentFile): number {
  const later = Number(a.release.follows !== undefined) - Number(b.release.follows !== undefined);
  if (later !== 0) return later;
  return Date.parse(a.release.date) - Date.parse(b.release.date) || (a.file < b.file ? -1 : 1);
}

/** @throws CliError; {@link issuesByFile} reads its issues */
export async function sendBatch(
  { files, body }: Batch,
  client: ApiClient,
  mode: "publish" | "dry-run",
): Promise<Published[]> {
  const answer = z.object({ data: z.array(result).check(z.length(files.length)) });
  const query = mode === "dry-run" ? "?dryRun=true" : "";
  const { data } = await client.post(answer, `/api/v1/releases${query}`, { body });
  return data.map(({ warnings = [], ...result }, index) => {
    const file = files[index];
    const located = warnings.map(({ path, ...warning }) => file?.issueAt({ ...warning, path: `/${path}` }));
    return {
      ...result,
      file: file?.file ?? "",
      warnings: located.filter((warning) => warning !== undefined),
    };
  });
}

/** The issues of a batch that the service refused; empty if the call failed for another reason. */
export function issuesByFile(error: unknown, batch: Batch): FoundIssue[] {
  if (!(error instanceof ServiceProblem)) return [];
  return error.issues.flatMap(({ path, ...said }) => {
    const [, index, rest] = /^\/releases\/(\d+)(.*)$/s.exec(path) ?? [];
    const file = batch.files[Number(index)];
    return file === undefined ? [] : [{ file, issue: { path: rest ?? "", ...said } }];
  });
}
