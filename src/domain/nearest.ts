/**
 * The known words that are nearest to a mistyped one.
 */
import leven from "leven";
import { NEAREST_DISTANCE_MAX, NEAREST_NAMED } from "./limits.ts";

/** The nearest first. */
export function nearestOf(given: string, known: readonly string[]): string[] {
  return known
    .map((each) => ({ each, distance: leven(given, each, { maxDistance: NEAREST_DISTANCE_MAX }) }))
    .sort((a, b) => a.distance - b.distance || (a.each < b.each ? -1 : 1))
    .slice(0, NEAREST_NAMED)
    .map(({ each }) => each);
}

/** Whether one word is likely a typing error for another: at most half of the letters of the longer one differ. */
export function isLikelyTypo(given: string, known: string): boolean {
  return leven(given, known) * 2 <= Math.max(given.length, known.length);
}
