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
