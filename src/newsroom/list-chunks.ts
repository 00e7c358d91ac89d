/**
 * Where a document of a list is cut when it holds too much.
 */
import { ARCHIVE_SHARE } from "../limits.ts";
import type { Instant } from "../domain/instant.ts";

export interface Member {
  published: Instant;
  /** About what its entry takes in a feed. */
  bytes: number;
}

/**
 * @param members of one document, oldest first
 * @param most what one document may hold: more than one member only within both
 * @param isNewest the document of the newest releases keeps its newest; an archive is divided whole
 * @returns the last instant of each part that is cut off, oldest first; none where all may stay
 */
export function chunksOf(
  members: readonly Member[],
  most: { items: number; bytes: number },
  isNewest: boolean,
): Instant[] {
  const full = {
    items: Math.max(1, Math.floor(most.items * ARCHIVE_SHARE)),
    bytes: most.bytes * ARCHIVE_SHARE,
  };
  const cuts: Instant[] = [];
  let start = 0;
  let left = members.reduce((sum, { bytes }) => sum + bytes, 0);
  while (members.length - start > 1 && (members.length - start > most.items || left > most.bytes)) {
    const size = sizeOfChunk(members, start, full);
    cuts.push(members[start + size - 1]?.published ?? 0);
    for (const { bytes } of members.slice(start, start + size)) left -= bytes;
    start += size;
  }
  // What is left over at an archive's end was its end before, and needs no cut.
  return isNewest ? cuts : cuts.filter((cut) => cut !== members.at(-1)?.published);
}

/** At least one, and never all: the newest stays. */
function sizeOfChunk(
  members: readonly Member[],
  start: number,
  full: { items: number; bytes: number },
): number {
  let size = 0;
  let bytes = 0;
  while (size < full.items && start + size < members.length - 1) {
    bytes += members[start + size]?.bytes ?? 0;
    if (size > 0 && bytes > full.bytes) break;
    size += 1;
  }
  return size;
}
