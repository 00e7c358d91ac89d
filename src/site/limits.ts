/**
 * The limits of pages, each with its unit in its name and its reason beside it.
 */

/** Values that a filter of a list offers: those that most releases have. A page is to stay under 30 kB. */
export const CHOICES_MAX = 40;
/** Pages of a list that are linked by their number, beside the last: more do not fit a line. */
export const PAGES_LINKED_MAX = 9;
/** Values from which on the index of a facet has letters as headings: fewer fit a screen. */
export const LETTERS_FROM_VALUES = 40;
