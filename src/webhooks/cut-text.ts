/**
 * Cutting text that is too long for a message.
 */

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * The text, or its beginning with an ellipsis, within a number of UTF-16 units. Services that count code points or
 * graphemes count no more than that. The cut lies between two graphemes, so no letter loses its marks and no emoji its
 * parts. A text whose first grapheme does not fit becomes the ellipsis alone.
 */
export function cutText(text: string, unitsMax: number): string {
  if (text.length <= unitsMax) return text;
  let end = 0;
  // A grapheme that reaches beyond the limit cannot be kept, so what follows need not be read.
  for (const { index, segment } of GRAPHEMES.segment(text)) {
    if (index + segment.length > unitsMax - 1) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end).trimEnd()}…`;
}
