/**
 * The archives of a list: where each ends, and by which number it is known.
 *
 * A number belongs to an end for ever. Whoever has read what comes after an instant goes on to the
 * archive that ends there, whenever that is and however often archives were cut meanwhile; so nothing
 * is missed on the way from newer to older, and nothing is met twice.
 */
import type { Instant } from "../domain/instant.ts";

export interface Archives {
  /** The last instant that each archive holds, oldest first. */
  reaches: Instant[];
  /** The number of each, in the same order; and behind them the number that the next one will have. */
  numbers: number[];
}

/** Before archives could be cut without taking new numbers, they were counted from the oldest. */
export function counted(reaches: readonly Instant[]): number[] {
  return [...reaches, undefined].map((_, index) => index + 1);
}

/** The index of the archive that holds an instant; the number of archives if it is newer than all. */
export function indexAt({ reaches }: Archives, published: Instant): number {
  const index = reaches.findIndex((reach) => published <= reach);
  return index < 0 ? reaches.length : index;
}

/** The index of the archive with a number, without one of the newest document; undefined if there is none. */
export function indexOfNumber(
  { reaches, numbers }: Archives,
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
export function withCuts({ reaches, numbers }: Archives, index: number, cuts: readonly Instant[]): Archives {
  const highest = numbers.reduce((most, number) => Math.max(most, number), 0);
  const unused = cuts.map((_, at) => highest + 1 + at);
  const isNewest = index === reaches.length;
  return {
    reaches: reaches.toSpliced(index, 0, ...cuts),
    numbers: numbers.toSpliced(isNewest ? index + 1 : index, 0, ...unused),
  };
}
