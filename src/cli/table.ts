/**
 * Tables: aligned for a terminal, tab-separated for programs.
 */
import { cutTo, printable, widthOf } from "./terminal.ts";
import { print, red } from "./output.ts";

export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

const GAP = "  ";
/** Cells of a terminal whose width is unknown. */
const DEFAULT_WIDTH = 80;
/** Cells below which a column is not cut. */
const CUT_COLUMN_MIN = 10;

/** One row in both forms. */
export interface TableRow {
  /** For people: short cells. */
  terminal: Row;
  /** For programs: complete cells. */
  plain: Row;
  /** Whether the row is red on a terminal. */
  isFailing?: boolean;
}

/** Prints a table that fits the terminal, or tab-separated lines below a line of headings. */
export function printTable(rows: readonly TableRow[]): void {
  const [first] = rows;
  if (first === undefined) return;
  if (!process.stdout.isTTY) {
    print([Object.keys(first.plain).join("\t"), ...rows.map(({ plain }) => lineOf(plain))].join("\n"));
    return;
  }
  const width = process.stdout.columns > 0 ? process.stdout.columns : DEFAULT_WIDTH;
  const [head = "", ...lines] = tableOf(
    rows.map(({ terminal }) => terminal),
    width,
  ).split("\n");
  print([head, ...lines.map((line, at) => (rows[at]?.isFailing === true ? red(line) : line))].join("\n"));
}

/**
 * Numbers are aligned to the right; the widest columns are cut until a line fits.
 *
 * @param rows all with the same keys, which are the headings
 * @param width cells of a line
 */
export function tableOf(rows: readonly Row[], width = Infinity): string {
  const [first] = rows;
  if (first === undefined) return "(no rows)";
  const columns = Object.keys(first).map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    const cells = [name, ...values.map((value) => (value === null ? "–" : printable(String(value))))];
    const isNumeric = values.some((value) => typeof value === "number");
    return { cells, isNumeric, width: Math.max(...cells.map(widthOf)) };
  });
  const lineWidth = (): number =>
    columns.reduce((sum, column) => sum + column.width, GAP.length * (columns.length - 1));
  while (lineWidth() > width) {
    const widest = columns.reduce((a, b) => (b.width > a.width ? b : a));
    if (widest.width <= CUT_COLUMN_MIN) break;
    widest.width -= 1;
  }
  return Array.from({ length: rows.length + 1 }, (_, line) =>
    columns
      .map(({ cells, isNumeric, width }) => {
        const cell = cutTo(cells[line] ?? "", width);
        const padding = " ".repeat(width - widthOf(cell));
        return isNumeric ? padding + cell : cell + padding;
      })
      .join(GAP)
      .trimEnd(),
  ).join("\n");
}

/** Cells with tabs between them; null is an empty cell. */
export function lineOf(row: Row): string {
  return Object.values(row)
    .map((value) => printable(String(value ?? "")))
    .join("\t");
}
