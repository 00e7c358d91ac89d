/**
 * Backups in workerd: the calls of the command line, without its archive.
 */
import { send } from "./service.ts";

export type Line = Record<string, unknown>;

/** Reads all pages of a backup. @param between is called before each page but the first */
export async function backUp(
  between: (page: number, lines: readonly Line[]) => Promise<void> = async () => {},
): Promise<Line[]> {
  const lines: Line[] = [];
  let next: string | null | undefined;
  for (let page = 0; next !== null && page < 100; page += 1) {
    if (page > 0) await between(page, lines);
    const query: string = next == null ? "" : `?after=${encodeURIComponent(next)}`;
    const answer: { lines: Line[]; next: string | null } = await okJson(
      await send("POST", `/api/v1/backup${query}`, undefined),
    );
    lines.push(...answer.lines);
    ({ next } = answer);
  }
  await send("DELETE", `/api/v1/backup/${String(lines[0]?.["backup"])}`, undefined);
  return lines;
}

/** The number of rows of each table of the ledger. */
export function rowsIn(lines: readonly Line[]): Record<string, number> {
  const rows: Record<string, number> = {};
  for (const line of lines) {
    if ("subscriber" in line || !Array.isArray(line["rows"])) continue;
    const table = String(line["table"]);
    rows[table] = (rows[table] ?? 0) + line["rows"].length;
  }
  return rows;
}

/** Closes the service and clears it. */
export async function beginRestore([header]: readonly Line[]): Promise<Response> {
  let answer = await send("POST", "/api/v1/restore", header);
  for (
    let calls = 0;
    calls < 20 && answer.ok && (await answer.clone().json<{ phase: string }>()).phase === "clearing";
    calls += 1
  ) {
    answer = await send("POST", `/api/v1/restore/${String(header?.["backup"])}/clear`, undefined);
  }
  return answer;
}

export function sendLines(header: Line | undefined, lines: readonly Line[]): Promise<Response> {
  return send("POST", `/api/v1/restore/${String(header?.["backup"])}`, { lines });
}

export function finishRestore(header: Line | undefined, rows: Record<string, number>): Promise<Response> {
  return send("POST", `/api/v1/restore/${String(header?.["backup"])}/finish`, { rows });
}

/** Restores a whole backup into an empty service. */
export async function restoreAll(lines: readonly Line[]): Promise<void> {
  const [header, ...rest] = lines;
  await okJson(await beginRestore(lines));
  for (const line of rest) await okJson(await sendLines(header, [line]));
  await okJson(await finishRestore(header, rowsIn(lines)));
}

async function okJson<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error(`refused: ${await response.text()}`);
  return response.json<T>();
}
