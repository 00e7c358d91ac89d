/**
 * Text as every output can carry it.
 */

// XML 1.0 (production 2, Char) forbids these even as references; no text needs them. The controls from
// U+007F on it takes.
const FORBIDDEN_IN_XML = /(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]/gu;

/**
 * The text without what XML forbids, lone surrogates as U+FFFD and line ends as `\n`, so that feeds,
 * pages and events all carry the same characters.
 */
export function sanitizeText(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, "\n").replace(FORBIDDEN_IN_XML, "");
}

/** {@link sanitizeText}, on one line: white space folded, none at the ends. */
export function oneLine(text: string): string {
  return sanitizeText(text).replace(/\s+/g, " ").trim();
}

/** The first `count` graphemes, cut at a word and marked with an ellipsis if anything went. */
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

/** How many graphemes a text has, counted to `limit` at most. */
function graphemes(text: string, lang: string, limit: number): number {
  let seen = 0;
  for (const _ of new Intl.Segmenter(lang, { granularity: "grapheme" }).segment(text)) {
    seen += 1;
    if (seen === limit) break;
  }
  return seen;
}

/**
 * What stands for a release in a list when its author gave no summary: the first sentence of the
 * plain text, or two where the first is short.
 */
export function deriveSummary(
  text: string,
  lang: string,
  limits: { graphemes: number; shortSentence: number },
): string {
  // Only the beginning: segmenting a megabyte for one sentence would cost whole milliseconds.
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

// FOLDED: Text in XML documents of our own writing: Atom and OPML.

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Safe both as element text and between double quotes. */
export function xml(text: string): string {
  return sanitizeText(text).replace(/[&<>"]/g, (character) => ESCAPES[character] ?? "");
}
