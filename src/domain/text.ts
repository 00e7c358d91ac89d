/**
 * Text that every output can carry, and summaries.
 */

// XML 1.0 (production 2, Char) forbids these even as references. It allows the controls from U+007F on.
const FORBIDDEN_IN_XML = /(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]/gu;

/**
 * Removes the characters that XML forbids, turns lone surrogates into U+FFFD and line ends into `\n`, so that
 * feeds, pages and events all carry the same characters.
 */
export function sanitizeText(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, "\n").replace(FORBIDDEN_IN_XML, "");
}

/** {@link sanitizeText} on one line: white space collapsed and trimmed. */
export function oneLine(text: string): string {
  return sanitizeText(text).replace(/\s+/g, " ").trim();
}

/** The first `count` graphemes, cut at a word, with an ellipsis if anything is cut. */
export function cutAtWord(text: string, count: number, lang: string): string {
  let kept = "";
  let seen = 0;
  let lastBreak = 0;
  for (const { segment } of new Intl.Segmenter(lang, { granularity: "grapheme" }).segment(text)) {
    if (seen === count) return `${kept.slice(0, lastBreak || kept.length).trimEnd()}…`;
    if (/\s/.test(segment)) lastBreak = kept.length;
    kept += segment;
    seen += 1;
  }
  return text;
}

/** Counts the graphemes of a text, up to `limit`. */
function graphemes(text: string, lang: string, limit: number): number {
  let seen = 0;
  for (const _ of new Intl.Segmenter(lang, { granularity: "grapheme" }).segment(text)) {
    seen += 1;
    if (seen === limit) break;
  }
  return seen;
}

/** The summary of a release without one: the first sentence of its text, or two if the first is short. */
export function deriveSummary(
  text: string,
  lang: string,
  limits: { graphemes: number; shortSentence: number },
): string {
  // Only the beginning, because segmenting a megabyte takes milliseconds.
  const beginning = oneLine(text.slice(0, limits.graphemes * 20));
  let summary = "";
  for (const { segment } of new Intl.Segmenter(lang, { granularity: "sentence" }).segment(beginning)) {
    const longer = (summary + segment).trim();
    if (summary && graphemes(longer, lang, limits.graphemes + 1) > limits.graphemes) break;
    summary += segment;
    if (graphemes(summary, lang, limits.shortSentence) >= limits.shortSentence) break;
  }
  return cutAtWord(summary.trim(), limits.graphemes, lang);
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Escapes text for XML, for use as element text and between double quotes. */
export function escapeXml(text: string): string {
  return sanitizeText(text).replace(/[&<>"]/g, (character) => ESCAPES[character] ?? "");
}
