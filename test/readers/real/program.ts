/**
 * Runs a third-party program with a home folder of its own, without this user's settings, and with a time
 * limit.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";

/** In milliseconds. Each program needs less than one second. */
const TIMEOUT_MS = 15_000;

export interface ProgramResult {
  /** Undefined if a signal ended the program. */
  code: number | undefined;
  stdout: string;
  stderr: string;
}

/** @throws {Error} at the time limit, or if the program cannot start */
export async function runProgram(
  program: string,
  args: readonly string[],
  home: string,
): Promise<ProgramResult> {
  const child = spawn(program, args, {
    cwd: home,
    env: environment(home),
    // A process group, because the programs that a script starts would outlive the script.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let isLate = false;
  const killAll = () => killGroup(child.pid);
  const timer = setTimeout(() => {
    isLate = true;
    killAll();
  }, TIMEOUT_MS);
  process.prependOnceListener("exit", killAll);
  try {
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"), // rejects if the program cannot start
    ]);
    if (isLate) throw new Error(`timed out after ${TIMEOUT_MS} ms: ${program} ${args.join(" ")}\n${stderr}`);
    return { code: child.exitCode ?? undefined, stdout, stderr };
  } finally {
    clearTimeout(timer);
    process.off("exit", killAll);
  }
}

/** @throws {Error} with the output, unless the exit code is 0 */
export async function runChecked(
  program: string,
  args: readonly string[],
  home: string,
): Promise<ProgramResult> {
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

/** The cast is needed because the generated types add the variables of the service to ProcessEnv. */
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
