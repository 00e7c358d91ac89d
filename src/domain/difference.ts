/**
 * The difference between two texts, word by word.
 */
import { diffArrays } from "diff";

/** A part of a text: in both texts, only in the newer, or only in the older. */
export interface DiffPart {
  op: "equal" | "insert" | "delete";
  text: string;
}

export interface DiffLimits {
  /** Words that are deleted or inserted, with the spaces and marks between them. Comparing two texts with little in common takes quadratic time. */
  editsMax: number;
  /** UTF-16 units of both texts, without what they begin and end with in common. */
  unitsMax?: number;
}

/**
 * Splits words by the rules of the language: not every script puts spaces between them.
 *
 * @returns undefined beyond the limits
 */
export function diffTexts(
  before: string,
  after: string,
  lang: string,
  { editsMax, unitsMax = Infinity }: DiffLimits,
): DiffPart[] | undefined {
  const { start, end } = commonEnds(before, after);
  const [older, newer] = differingMiddles(before, after);
  if (older.length + newer.length > unitsMax) return undefined;
  const parts = diffMiddles(older, newer, lang, editsMax);
  return (
    parts &&
    joined([
      { op: "equal", text: before.slice(0, start) },
      ...withoutSpacesBetween(parts),
      { op: "equal", text: end === 0 ? "" : before.slice(-end) },
    ])
  );
}

function diffMiddles(older: string, newer: string, lang: string, editsMax: number): DiffPart[] | undefined {
  if (older === "") return [{ op: "insert", text: newer }];
  if (newer === "") return [{ op: "delete", text: older }];
  const segmenter = new Intl.Segmenter(lang, { granularity: "word" });
  const tokens = (text: string) => Array.from(segmenter.segment(text), ({ segment }) => segment);
  return diffArrays(tokens(older), tokens(newer), { maxEditLength: editsMax })?.map(
    ({ added, removed, value }) => ({
      op: added ? "insert" : removed ? "delete" : "equal",
      text: value.join(""),
    }),
  );
}

/** Several words that are replaced in a row are one replacement, not one for each word. */
function withoutSpacesBetween(parts: readonly DiffPart[]): DiffPart[] {
  const isReplacement = (index: number) => parts[index]?.op === "delete" && parts[index + 1]?.op === "insert";
  const whole: DiffPart[] = [];
  for (let index = 0; index < parts.length; index += 1) {
    if (!isReplacement(index)) {
      whole.push({ ...parts[index] } as DiffPart);
      continue;
    }
    let [deleted, inserted] = [parts[index]?.text ?? "", parts[index + 1]?.text ?? ""];
    index += 1;
    for (; parts[index + 1]?.text.trim() === "" && isReplacement(index + 2); index += 3) {
      const space = parts[index + 1]?.text ?? "";
      deleted += space + (parts[index + 2]?.text ?? "");
      inserted += space + (parts[index + 3]?.text ?? "");
    }
    whole.push({ op: "delete", text: deleted }, { op: "insert", text: inserted });
  }
  return whole;
}

/** Two texts without the words that they begin and end with in common. */
export function differingMiddles(before: string, after: string): [string, string] {
  const { start, end } = commonEnds(before, after);
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)];
}

/** How many UTF-16 units of the differing middles {@link diffTexts} compares. */
export function unitsCompared(before: string, after: string): number {
  return differingMiddles(before, after).join("").length;
}

/** How many UTF-16 units two texts have in common at the start and at the end, up to a space between words. */
function commonEnds(before: string, after: string): { start: number; end: number } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  const endsWord = [before, after].every((text) => start === text.length || SPACE.test(text.charAt(start)));
  if (!endsWord) start = afterLastSpace(before.slice(0, start));
  let end = 0;
  while (
    end < most - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  )
    end += 1;
  const ending = before.slice(before.length - end);
  const space = ending.search(SPACE);
  return { start, end: space === -1 ? 0 : ending.length - space };
}

/** No word reaches across these, in any script. */
const SPACE = /[\s。，、！？；：]/;

function afterLastSpace(text: string): number {
  for (let at = text.length; at > 0; at -= 1) if (SPACE.test(text.charAt(at - 1))) return at;
  return 0;
}

/** Without empty parts, and with neighbours of one kind as one part. */
function joined(parts: readonly DiffPart[]): DiffPart[] {
  const whole: DiffPart[] = [];
  for (const { op, text } of parts) {
    const last = whole.at(-1);
    if (text === "") continue;
    if (last?.op === op) last.text += text;
    else whole.push({ op, text });
  }
  return whole;
}
