/**
 * Resources of a child process, from /proc; null without /proc.
 */
import { readdir, readFile } from "node:fs/promises";

/** Milliseconds in a clock tick of /proc/PID/stat: USER_HZ is 100 on every Linux. */
const TICK_MS = 10;

/** Ids of the child processes with a program name. */
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

/** CPU time of all threads of a process since its start, in milliseconds. */
export async function cpuMs(pid: number | undefined): Promise<number | null> {
  const stat = await read(pid, "stat");
  // The name may contain spaces, so fields count from its end: state is field 3, utime 14 and stime 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [fields[11], fields[12]];
  return user === undefined || system === undefined ? null : (Number(user) + Number(system)) * TICK_MS;
}

async function read(pid: number | undefined, file: string): Promise<string> {
  return pid === undefined ? "" : readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
}
