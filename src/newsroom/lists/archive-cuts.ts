/**
 * The archives of a list: where each ends, and by which number it is known.
 *
 * A number belongs to an end for ever. Whoever has read what comes after an instant goes on to the
 * archive that ends there, whenever that is and however often archives were cut meanwhile; so nothing
 * is missed on the way from newer to older, and nothing is met twice.
 */
import type { Instant } from "../../domain/dates.ts";
import { ARCHIVE_SHARE } from "../limits.ts";

export interface Archives {
  /** The last instant that each archive holds, oldest first. */
  archiveEnds: Instant[];
  /** The number of each, in the same order; and behind them the number that the next one will have. */
  numbers: number[];
}

/** Before archives could be cut without taking new numbers, they were counted from the oldest. */
export function counted(reaches: readonly Instant[]): number[] {
  return [...reaches, undefined].map((_, index) => index + 1);
}

/** The index of the archive that holds an instant; the number of archives if it is newer than all. */
export function indexAt({ archiveEnds: reaches }: Archives, published: Instant): number {
  const index = reaches.findIndex((reach) => published <= reach);
  return index < 0 ? reaches.length : index;
}

/** The index of the archive with a number, without one of the newest document; undefined if there is none. */
export function indexOfNumber(
  { archiveEnds: reaches, numbers }: Archives,
  number: number | undefined,
): number | undefined {
  if (number === undefined) return reaches.length;
  const index = numbers.indexOf(number);
  return index < 0 || index === reaches.length ? undefined : index;
}

/**
 * What is newest in an archive keeps its number, since that is where it ends; older parts take
 * numbers that no archive ever had, nor was promised. The oldest part of the newest document takes
 * the number that was promised.
 *
 * @param index of the document that is cut, see {@link indexAt}
 * @param cuts the last instant of each part that is cut off, oldest first
 */
export function withCuts(
  { archiveEnds: reaches, numbers }: Archives,
  index: number,
  cuts: readonly Instant[],
): Archives {
  const highest = numbers.reduce((most, number) => Math.max(most, number), 0);
  const unused = cuts.map((_, at) => highest + 1 + at);
  const isNewest = index === reaches.length;
  return {
    archiveEnds: reaches.toSpliced(index, 0, ...cuts),
    numbers: numbers.toSpliced(isNewest ? index + 1 : index, 0, ...unused),
  };
}

// FOLDED: Where a document of a list is cut when it holds too much.

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
