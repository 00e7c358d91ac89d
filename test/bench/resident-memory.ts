/**
 * What a child of this process holds in memory, as Linux tells it.
 */
import { readdir, readFile } from "node:fs/promises";

/** Resident megabytes of the largest descendant with this name; 0 where there is none, or no /proc. */
export async function residentMegabytes(name: string): Promise<number> {
  const entries = await readdir("/proc").catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (pid) => {
        const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
        const isOurs =
          new RegExp(`^Name:\\s+${name}`, "m").test(status) && status.includes(`PPid:\t${process.pid}\n`);
        return isOurs ? Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024 : 0;
      }),
  );
  return Math.round(Math.max(0, ...sizes));
}
