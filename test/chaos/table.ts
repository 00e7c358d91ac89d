/**
 * Rows as a table for a terminal.
 */
type Cell = string | number | null;

/** @param rows all with the same keys, which head the columns; numbers stand to the right */
export function tableOf(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const [first] = rows;
  if (first === undefined) return "(no rows)";
  const columns = Object.keys(first).map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    const cells = [name, ...values.map((value) => (value === null ? "–" : String(value)))];
    const width = Math.max(...cells.map((cell) => cell.length));
    const toTheRight = values.some((value) => typeof value === "number");
    return cells.map((cell) => (toTheRight ? cell.padStart(width) : cell.padEnd(width)));
  });
  return Array.from({ length: rows.length + 1 }, (_, line) =>
    columns
      .map((cells) => cells[line] ?? "")
      .join("  ")
      .trimEnd(),
  ).join("\n");
}
