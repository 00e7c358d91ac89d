/**
 * The arithmetic of archives: where a full document is cut, and which numbers the parts get.
 *
 * A number belongs to the instant at which its archive ends, for ever. A client that has read everything
 * after an instant finds the rest in the archive that ends there, however often archives were cut in the
 * meantime. So a walk from newer to older misses nothing and meets nothing twice.
 */
import type { Instant } from "../../domain/dates.ts";
import { ARCHIVE_SHARE } from "../limits.ts";

export interface Archives {
  /** The last instant of each archive, oldest archive first. */
  archiveEnds: Instant[];
  /** The number of each archive, in the same order, and last the number of the next archive. */
  numbers: number[];
}

/** The archives of a new list. */
export const NO_ARCHIVES: Archives = { archiveEnds: [], numbers: [1] };

/** The index of the archive that holds an instant; the number of archives if the newest document does. */
export function indexAt({ archiveEnds }: Archives, published: Instant): number {
  const index = archiveEnds.findIndex((end) => published <= end);
  return index < 0 ? archiveEnds.length : index;
}

/** The index of the archive with a number; without a number, that of the newest document. */
export function indexOfNumber(
  { archiveEnds, numbers }: Archives,
  number: number | undefined,
): number | undefined {
  if (number === undefined) return archiveEnds.length;
  const index = numbers.indexOf(number);
  return index < 0 || index === archiveEnds.length ? undefined : index;
}

/**
 * Numbers the parts of a document that is cut. The newest part of an archive ends where the archive ended,
 * so it keeps the number; the older parts get unused ones. Of the newest document, the oldest part becomes
 * the next archive, whose number was given in advance; further parts get unused numbers.
 *
 * @param index of the document, see {@link indexAt}
 * @param cuts the last instant of each part that is cut off, oldest first
 */
export function withCuts(
  { archiveEnds, numbers }: Archives,
  index: number,
  cuts: readonly Instant[],
): Archives {
  const highest = numbers.reduce((most, number) => Math.max(most, number), 0);
  const unused = cuts.map((_, nth) => highest + 1 + nth);
  const isNewest = index === archiveEnds.length;
  return {
    archiveEnds: archiveEnds.toSpliced(index, 0, ...cuts),
    numbers: numbers.toSpliced(isNewest ? index + 1 : index, 0, ...unused),
  };
}

/** A release in a document. */
export interface Member {
  published: Instant;
  /** Estimated size of the release as a feed entry. */
  bytes: number;
}

/** What one document may hold. */
export interface Capacity {
  items: number;
  bytes: number;
}

/**
 * Where a document must be cut.
 *
 * @param members all releases of the document, oldest first
 * @param capacity holds for every document with more than one release
 * @param isNewest the newest document keeps its newest releases; an archive is divided entirely
 * @returns the last instant of each part that is cut off, oldest first; empty if the document is not too full
 */
export function findCuts(members: readonly Member[], capacity: Capacity, isNewest: boolean): Instant[] {
  const part = {
    items: Math.max(1, Math.floor(capacity.items * ARCHIVE_SHARE)),
    bytes: capacity.bytes * ARCHIVE_SHARE,
  };
  const cuts: Instant[] = [];
  let start = 0;
  let bytes = members.reduce((sum, member) => sum + member.bytes, 0);
  while (members.length - start > 1 && (members.length - start > capacity.items || bytes > capacity.bytes)) {
    const size = sizeOfPart(members, start, part);
    cuts.push(members[start + size - 1]?.published ?? 0);
    for (const member of members.slice(start, start + size)) bytes -= member.bytes;
    start += size;
  }
  // The end of an archive is a cut already.
  return isNewest ? cuts : cuts.filter((cut) => cut !== members.at(-1)?.published);
}

/** How many releases go into a part: at least one, and never the newest one. */
function sizeOfPart(members: readonly Member[], start: number, part: Capacity): number {
  let size = 0;
  let bytes = 0;
  while (size < part.items && start + size < members.length - 1) {
    bytes += members[start + size]?.bytes ?? 0;
    if (size > 0 && bytes > part.bytes) break;
    size += 1;
  }
  return size;
}
