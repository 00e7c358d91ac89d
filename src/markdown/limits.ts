/**
 * What one Markdown text may cost. Each limit has its unit in its name and its reason beside it.
 */

/** Marks and spaces before the text of a line of Markdown: about forty levels, where people use fewer than ten. */
export const NESTING_MARKS_MAX = 100;
/** Lines without an empty line between them. The longest list of 1,012 real releases has about 300. */
export const BLOCK_LINES_MAX = 3_000;
/** Marks such as * _ [ ] | < in one paragraph, list or table: this many take a tenth of a second. */
export const BLOCK_MARKS_MAX = 5_000;
/** Cells of one table: columns times rows. */
export const TABLE_CELLS_MAX = 20_000;
/** Parses of one text while it is mended. Each finds what the one before uncovered; ordinary texts need one. */
export const MEND_ROUNDS_MAX = 8;
/** Characters of an address in a remark: a `data:` address can have a hundred thousand. */
export const ADDRESS_CHARS_SHOWN = 120;
/** Characters of words that are taken out, in a remark: a paragraph, so that a person finds them again. */
export const WORDS_CHARS_SHOWN = 600;
/** Remarks about one text: beyond this nobody reads them one by one. */
export const REMARKS_MAX = 100;
/** Graphemes of a summary taken from the text. A longer sentence is cut at a word. */
export const SUMMARY_GRAPHEMES = 300;
/** Graphemes of a first sentence below which the summary also takes the second. */
export const SHORT_SENTENCE_GRAPHEMES = 120;
/** Graphemes below which a paragraph may be a heading or a salutation. */
export const PROSE_GRAPHEMES = 120;
/** Graphemes from which an item of a numbered list may be a paragraph of a speech. */
export const ITEM_GRAPHEMES = 60;
/** Of ids that the page could mistake for its own, and of footnotes. Links have it, so it stays as it is. */
export const ID_PREFIX = "user-content-";
