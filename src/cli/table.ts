/**
 * Rows as a table for a terminal, and as lines for programs.
 */
import { printable } from "./shown-text.ts";

export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

/** Prints a table on a terminal; elsewhere a line a row, its cells with tabs between them, no head. */
export function printTable(rows: readonly Row[]): void {
  if (process.stdout.isTTY) console.log(tableOf(rows));
  else for (const row of rows) console.log(lineOf(row));
}

/** @param rows all with the same keys, which head the columns; numbers stand to the right */
export function tableOf(rows: readonly Row[]): string {
  const [first] = rows;
  if (first === undefined) return "(no rows)";
  const columns = Object.keys(first).map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    const cells = [name, ...values.map((value) => (value === null ? "–" : printable(String(value))))];
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

/** Its cells with tabs between them; one that is null is empty. */
export function lineOf(row: Row): string {
  return Object.values(row)
    .map((value) => printable(String(value ?? "")))
    .join("\t");
}
