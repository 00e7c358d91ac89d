/** A text of the usual length, about 3 kB. */
export const STATEMENT = Array.from(
  { length: 6 },
  (_, index) =>
    `${index + 1}. ${"The Ministers exchanged views on the situation in the region and on the steps to be taken. ".repeat(5)}`,
).join("\n\n");
