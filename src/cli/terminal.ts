/**
 * Words and times for people at a terminal.
 */
import { BIDIRECTIONAL_CONTROL } from "./output.ts";

/** Whole numbers of the next larger unit, so that `2 min` never means 119 s. */
const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
] as const;
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** Characters that take two cells. */
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u;

const CONTROLS = new RegExp(`(?:\\p{Cc}|${BIDIRECTIONAL_CONTROL})+`, "gu");

/** Without controls and line ends: a title or a description is one part of a line. */
export function printable(text: string): string {
  return text.replace(CONTROLS, " ");
}

/** `1 file`, `2 files`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `5 d`, `2 h`, `25 min`, `3 s`: in the largest unit of which it has at least two. */
export function duration(ms: number): string {
  const [size, name] = UNITS.find(([unit]) => ms >= 2 * unit) ?? ([1_000, "s"] as const);
  return `${Math.floor(ms / size)} ${name}`;
}

/** `in 25 min`, `2 h ago`; text that is not an instant stays. */
export function relativeTime(instant: string, nowMs: number): string {
  const ms = Date.parse(instant) - nowMs;
  if (Number.isNaN(ms)) return instant;
  return ms >= 0 ? `in ${duration(ms)}` : `${duration(-ms)} ago`;
}

/** Like {@link relativeTime}, for something that is due: `now` once the instant has passed. */
export function dueTime(instant: string, nowMs: number): string {
  return Date.parse(instant) <= nowMs ? "now" : relativeTime(instant, nowMs);
}

/** `2026-11-26T03:10:00Z (in 25 min)`: the exact instant can be compared with other logs. */
export function withRelativeTime(instant: string, nowMs: number): string {
  const relative = relativeTime(instant, nowMs);
  return relative === instant ? instant : `${instant} (${relative})`;
}

/** Cells that a text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Cuts a text to a width in cells, between graphemes, with `…` at the end. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let used = 1; // the ellipsis
  for (const { segment } of GRAPHEMES.segment(text)) {
    used += WIDE.test(segment) ? 2 : 1;
    if (used > width) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
