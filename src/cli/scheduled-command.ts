/**
 * `communique scheduled`: what is under embargo, and until when.
 */
import * as z from "zod/mini";
import { PAGE_ROWS_MAX } from "../domain/limits.ts";
import { findAdminToken } from "./admin-token.ts";
import { ApiClient } from "./api-client.ts";
import { suggestCommand } from "./options.ts";
import { print, report } from "./output.ts";
import { printTable, type TableRow } from "./table.ts";
import { dueTime } from "./terminal.ts";

const release = z.object({
  id: z.string(),
  lang: z.string(),
  title: z.string(),
  url: z.string(),
  embargo: z.string(),
});
export type ScheduledRelease = z.infer<typeof release>;
const page = z.object({ data: z.array(release), next: z.nullable(z.string()) });

export async function scheduledCommand({ to, json }: { to: URL; json: boolean }): Promise<void> {
  const client = new ApiClient(to, await findAdminToken(to));
  const releases = await fetchScheduled(client);
  if (json) {
    print(JSON.stringify({ data: releases, next: null }, null, 2));
    return;
  }
  if (releases.length === 0) {
    report(`${to.origin} has nothing under embargo.`);
    return;
  }
  const nowMs = Date.now();
  printTable(releases.map((one) => tableRow(one, nowMs)));
  const example = suggestCommand(to, "kill", "RELEASE", '--reason "why"');
  report(`To call one off, name its content file, or its id, which --json prints: ${example}`);
}

/** All releases under embargo, soonest first. */
export async function fetchScheduled(client: ApiClient): Promise<ScheduledRelease[]> {
  const found: ScheduledRelease[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const from: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const path: string = `/api/v1/releases?status=embargoed&content=summary&limit=${PAGE_ROWS_MAX}${from}`;
    const { data, next }: z.infer<typeof page> = await client.get(page, path);
    found.push(...data);
    cursor = next;
  }
  return found;
}

function tableRow({ id, lang, title, url, embargo }: ScheduledRelease, nowMs: number): TableRow {
  return {
    terminal: { visible: dueTime(embargo, nowMs), embargo, lang, title },
    plain: { visible: dueTime(embargo, nowMs), embargo, lang, title, id, url },
  };
}
