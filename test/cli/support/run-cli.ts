/**
 * Runs the command line as users do, in a process of its own.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const MAIN = join(ROOT, "src/cli/main.ts");
// Vitest may run on another version of Node.
const NODE = join(ROOT, "node_modules/.bin/node");

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Options {
  cwd?: string;
  env?: Record<string, string>;
  /** Run with `npm run communique`, that is, below npm and its shell. */
  byNpm?: boolean;
}

/** A running command. */
export interface Running {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  /** Resolves when stdout holds the text; rejects if the command ends first. */
  said: (text: string | RegExp) => Promise<void>;
  ended: Promise<Run>;
}

/** Starts a command, and ends it after the test. */
export function startCli(args: readonly string[], options: Options = {}): Running {
  const running = spawnCli(args, options);
  onTestFinished(async () => {
    running.child.kill("SIGTERM");
    await running.ended;
  });
  return running;
}

/** Starts a command that the caller must end. */
export function spawnCli(args: readonly string[], options: Options = {}): Running {
  const {
    COMMUNIQUE_TOKEN: _token,
    COMMUNIQUE_INSECURE: _insecure,
    npm_lifecycle_event: _script,
    INIT_CWD: _cwd,
    ...environment
  } = process.env;
  const [command, ...before] =
    options.byNpm === true ? ["npm", "--prefix", ROOT, "--silent", "run", "communique", "--"] : [NODE, MAIN];
  const child = spawn(command, [...before, ...args], {
    cwd: options.cwd,
    env: { ...environment, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      for (const look of waiting) look();
    });
  }
  const ended = once(child, "close").then(() => ({ code: child.exitCode, ...output }));
  const said = (text: string | RegExp): Promise<void> => {
    const seen = new Promise<void>((found) => {
      const look = (): void => {
        if (typeof text === "string" ? output.stdout.includes(text) : text.test(output.stdout)) found();
      };
      waiting.add(look);
      look();
    });
    const failed = ended.then((run) => {
      throw new Error(
        `ended with ${run.code} before it printed ${String(text)}:\n${run.stdout}\n${run.stderr}`,
      );
    });
    return Promise.race([seen, failed]);
  };
  return { child, output, said, ended };
}

/** Runs a command until it ends. */
export function runCli(args: readonly string[], options: Options = {}): Promise<Run> {
  return startCli(args, options).ended;
}

/** A folder that is deleted after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "communique-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
