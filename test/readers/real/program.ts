/**
 * Runs of programs that are not ours: with a home of their own, nothing of this user's settings, and
 * no more time than they are given.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";

/** Milliseconds; each of them needs less than one second. */
const RUN_MS = 15_000;

export interface Ended {
  /** Undefined where a signal ended it. */
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** @throws {Error} if it has to be ended, or cannot be started at all */
export async function runProgram(program: string, args: readonly string[], home: string): Promise<Ended> {
  const child = spawn(program, args, {
    cwd: home,
    env: environment(home),
    // A group of its own: scripts start programs that would outlive them.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let isLate = false;
  const killAll = () => killGroup(child.pid);
  const timer = setTimeout(() => {
    isLate = true;
    killAll();
  }, RUN_MS);
  process.prependOnceListener("exit", killAll);
  try {
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"), // rejects if it cannot be started
    ]);
    if (isLate) throw new Error(`not within ${RUN_MS} ms: ${program} ${args.join(" ")}\n${stderr}`);
    return { code: child.exitCode ?? undefined, stdout, stderr };
  } finally {
    clearTimeout(timer);
    process.off("exit", killAll);
  }
}

/** @throws {Error} with what it said, if it does not end well */
export async function runWell(program: string, args: readonly string[], home: string): Promise<Ended> {
  const ended = await runProgram(program, args, home);
  if (ended.code !== 0)
    throw new Error(`${program} ended with ${ended.code}:\n${ended.stdout}${ended.stderr}`);
  return ended;
}

export async function isOnPath(program: string): Promise<boolean> {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = folders.map(async (folder) => access(join(folder, program), constants.X_OK));
  return Promise.any(found).then(
    () => true,
    () => false,
  );
}

/** Without the variables of the service, which the type of Node's environment has been given. */
function environment(home: string): NodeJS.ProcessEnv {
  const variables: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    LANG: "C.UTF-8",
    HOME: home,
    TMPDIR: home,
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_RUNTIME_DIR: home,
  };
  return variables as NodeJS.ProcessEnv;
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
