/**
 * Limits of this room: what one Markdown text may cost. Each has its unit in its name and its reason beside it.
 */

/** Marks of nesting and spaces in front of a line of Markdown: some forty levels; nobody writes ten. */
export const NESTING_MARKS_MAX = 100;
/** Lines without an empty one between: the longest list of 1,012 real texts has some three hundred. */
export const BLOCK_LINES_MAX = 3_000;
/** Marks such as * _ [ ] | < in one paragraph, list or table: a tenth of a second at this many. */
export const BLOCK_MARKS_MAX = 5_000;
/** Cells of one table, counted as columns times rows. */
export const TABLE_CELLS_MAX = 20_000;
