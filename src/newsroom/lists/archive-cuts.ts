/**
 * The arithmetic of archives: where a full document is cut, and which numbers the parts get.
 *
 * A number belongs to the instant at which its archive ends, for ever. A client that has read everything
 * after an instant finds the rest in the archive that ends there, however often archives were cut in the
 * meantime. So a walk from newer to older misses nothing and meets nothing twice.
 */
import type { Instant } from "../../domain/dates.ts";
import { ARCHIVE_ITEMS_MIN, ARCHIVE_SHARE, NEWEST_ITEMS_MIN, SUMMARISED_BYTES } from "../limits.ts";

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
 * The newest document keeps at least NEWEST_ITEMS_MIN releases, however long they are: where they do not
 * fit, it shows the longest by their summaries (see {@link findSummarised}). An archive shows every release
 * in full.
 *
 * @param members all releases of the document, oldest first
 * @param isNewest the newest document keeps its newest releases; an archive is divided entirely
 * @returns the last instant of each part that is cut off, oldest first; empty if the document is not too full
 */
export function findCuts(members: readonly Member[], capacity: Capacity, isNewest: boolean): Instant[] {
  const part = {
    items: Math.max(1, Math.floor(capacity.items * ARCHIVE_SHARE)),
    bytes: capacity.bytes * ARCHIVE_SHARE,
  };
  const kept = isNewest ? keptInNewest(capacity.items, part.items) : 1;
  if (isNewest && members.length <= capacity.items && members.length < kept + ARCHIVE_ITEMS_MIN) return [];
  const cuts: Instant[] = [];
  let start = 0;
  let bytes = members.reduce((sum, member) => sum + member.bytes, 0);
  while (
    members.length - start > kept &&
    (members.length - start > capacity.items || bytes > capacity.bytes)
  ) {
    const size = sizeOfPart(members.slice(start, members.length - kept), part);
    cuts.push(members[start + size - 1]?.published ?? 0);
    for (const member of members.slice(start, start + size)) bytes -= member.bytes;
    start += size;
  }
  // The end of an archive is a cut already.
  return isNewest ? cuts : cuts.filter((cut) => cut !== members.at(-1)?.published);
}

/** How many releases the newest document keeps. One for only a few releases cannot keep so many. */
function keptInNewest(itemsMax: number, itemsOfPart: number): number {
  return itemsMax > NEWEST_ITEMS_MIN ? NEWEST_ITEMS_MIN : itemsMax - itemsOfPart;
}

/** How many of the releases, oldest first, go into a part: at least one. */
function sizeOfPart(members: readonly Member[], part: Capacity): number {
  let size = 0;
  let bytes = 0;
  while (size < part.items && size < members.length) {
    bytes += members[size]?.bytes ?? 0;
    if (size > 0 && bytes > part.bytes) break;
    size += 1;
  }
  return size;
}

/**
 * Which releases the newest document shows by their summaries, so that it does not become too long: the
 * longest, as few as possible.
 *
 * @returns their `published`
 */
export function findSummarised(members: readonly Member[], bytesMax: number): Set<Instant> {
  const summarised = new Set<Instant>();
  let bytes = members.reduce((sum, member) => sum + member.bytes, 0);
  for (const member of members.toSorted((a, b) => b.bytes - a.bytes || a.published - b.published)) {
    if (bytes <= bytesMax || member.bytes <= SUMMARISED_BYTES) break;
    summarised.add(member.published);
    bytes -= member.bytes - SUMMARISED_BYTES;
  }
  return summarised;
}
