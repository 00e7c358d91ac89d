/**
 * Releases in the batches that the API takes: `{ "releases": [...] }`.
 */
import { BATCH_RELEASES_MAX, BODY_BYTES_MAX } from "../../domain/limits.ts";
import { BATCH_ENVELOPE_BYTES, type ContentFile } from "../content/content-file.ts";

export interface Batch {
  files: ContentFile[];
  /** The JSON text to send: `BODY_BYTES_MAX` bytes at most. */
  body: string;
}

/**
 * Oldest first, so that events are numbered in the order in which things were said. One release always
 * fits: a content file that is too large is a fault. Made one by one, as they are sent: all of them
 * together can be larger than memory.
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

function byDate(a: ContentFile, b: ContentFile): number {
  return Date.parse(a.release.date) - Date.parse(b.release.date) || (a.file < b.file ? -1 : 1);
}
