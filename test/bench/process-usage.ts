/**
 * What a child of this process takes of the machine, as Linux tells it; null where there is no /proc.
 */
import { readdir, readFile } from "node:fs/promises";

/** Milliseconds in a clock tick of /proc/PID/stat: USER_HZ is 100 on every Linux there is. */
const TICK_MS = 10;

/** The children of this process that run a program of this name. */
export async function childrenNamed(name: string): Promise<number[]> {
  const entries = await readdir("/proc").catch(() => []);
  const pids = entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
  const isOurs = await Promise.all(
    pids.map(async (pid) => {
      const status = await read(pid, "status");
      return status.startsWith(`Name:\t${name}\n`) && status.includes(`\nPPid:\t${process.pid}\n`);
    }),
  );
  return pids.filter((_, index) => isOurs[index]);
}

export async function residentMegabytes(pid: number | undefined): Promise<number | null> {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(await read(pid, "status"))?.[1];
  return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
}

/** Milliseconds that all threads of a process have run since it started, to a tick. */
export async function cpuMs(pid: number | undefined): Promise<number | null> {
  const stat = await read(pid, "stat");
  // Behind the name, which may hold anything: state is field 3, so utime and stime are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [fields[11], fields[12]];
  return user === undefined || system === undefined ? null : (Number(user) + Number(system)) * TICK_MS;
}

async function read(pid: number | undefined, file: string): Promise<string> {
  return pid === undefined ? "" : readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
}
