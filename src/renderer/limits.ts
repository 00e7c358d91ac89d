/**
 * The limits of rendering, each with its unit in its name and its reason beside it.
 */
/** UTF-8 bytes of an edition with its HTML and plain text. A row of SQLite in an object holds 2 MB. */
export const EDITION_BYTES_MAX = 1_800_000;
