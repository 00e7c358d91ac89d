/**
 * `npm start`: runs the service on this machine and publishes the content folder.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { defined } from "../../domain/defined.ts";
import { FEED_FORMATS } from "../../domain/list.ts";
import { isStrongSecret, weakSecretMessage } from "../../domain/secrets.ts";
import { readVars } from "../admin-token.ts";
import { CliError, systemCode } from "../cli-error.ts";
import { aborted, watchEndSignals } from "../end-signals.ts";
import { DEFAULT_PORT, suggestCommand } from "../options.ts";
import { print } from "../output.ts";
import { DEFAULT_CONTENT, DEV_VARS, displayPath, resolvePath } from "../paths.ts";
import { startProgress } from "../progress.ts";
import { type BringUp, BringUpProcess, type Reached } from "./bring-up-process.ts";
import { freePort } from "./free-port.ts";
import { keptBuild } from "./kept-build.ts";
import { keepSecrets } from "./kept-secrets.ts";
import { ServiceFailure } from "./service-failure.ts";
import { ServiceProcess } from "./service-process.ts";
import { runVars } from "./service-run.ts";
import { privateStateFolder } from "./state-folder.ts";
import { lockState } from "./state-lock.ts";

export interface StartOptions {
  port: number;
  /** A folder that the user named; false publishes nothing; undefined is the default folder. */
  content?: string | false;
  /** Where the ledger is kept, relative to the project. */
  persistTo?: string;
  /** Variables and secrets of this run, over those of the configuration and the kept ones. */
  var: ReadonlyMap<string, string>;
  /** The address or name to listen at; undefined: this machine alone. */
  host?: string;
  verbose: boolean;
}

/**
 * Runs until a signal ends it.
 *
 * @throws CliError if the content stops the start, the port is in use, or the service fails
 */
export async function startCommand(options: StartOptions): Promise<void> {
  const { port, host, verbose, var: vars } = options;
  const signals = watchEndSignals();
  const service = new ServiceProcess({ verbose });
  const work = bringUpOf(options);
  const bringUp = new BringUpProcess(work);
  const progress = startProgress();
  // Held here until the service has ended: the lock goes with the last reference to it.
  let lock: ReturnType<typeof lockState> | undefined;
  const start = async (): Promise<never> => {
    // What is refused is refused before it changes anything.
    await bringUp.read();
    await assertPortIsFree(port, host);
    refuseWeakSecrets(vars);
    const state = await privateStateFolder(options.persistTo);
    lock = lockState(state.state);
    await keepSecrets(DEV_VARS, new Set(vars.keys()));
    progress.show("building the service");
    const build = await keptBuild();
    progress.end();
    const location = { ...state, host: host ?? "localhost", port, entryPort: await freePort() };
    service.run({ build, location, verbose, vars: runVars(await readVars(DEV_VARS), vars, location) });
    const { state: reached, counts } = await bringUp.publish();
    service.showErrors = true;
    announce(new URL(work.url), reached, counts, vars.has("ADMIN_TOKEN"));
    return endedEarly;
  };
  const endedEarly = service.ended.then((): never => {
    throw new ServiceFailure("The service ended unexpectedly.");
  });
  try {
    await Promise.race([start(), endedEarly, aborted(signals.first)]);
  } catch (error) {
    if (!(error instanceof ServiceFailure) || verbose) throw error;
    const hint = `${error.message} Start it with --verbose to see everything that it logs.`;
    throw new CliError([...service.errorLines(), hint].join("\n"));
  } finally {
    progress.end();
    bringUp.end();
    await service.end(signals.second);
    lock?.close();
  }
}

function bringUpOf({ port, content = DEFAULT_CONTENT, var: vars }: StartOptions): BringUp {
  return {
    url: `http://localhost:${port}`,
    ...defined({
      folder: content === false ? undefined : resolvePath(content),
      languages: vars.get("LANGUAGES"),
      token: vars.get("ADMIN_TOKEN"),
    }),
  };
}

/** Says before the start what the service would say after it. @throws CliError that names the command that makes a secret */
function refuseWeakSecrets(vars: ReadonlyMap<string, string>): void {
  for (const name of ["ADMIN_TOKEN", "SECRETS_KEY"]) {
    const given = vars.get(name);
    const isStrong = given === undefined || given.split(",").every((part) => isStrongSecret(part.trim()));
    if (!isStrong)
      throw new CliError(`${weakSecretMessage(name)}, or leave --var out: npm start makes its own.`);
  }
}

/** @throws CliError that suggests another port */
async function assertPortIsFree(port: number, named?: string): Promise<void> {
  for (const host of named === undefined ? ["127.0.0.1", "::1"] : [named]) {
    const server = createServer();
    try {
      server.listen(port, host);
      await once(server, "listening");
    } catch (error) {
      const code = systemCode(error);
      if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT" || code === "ENOTFOUND") {
        // The machine has no IPv6.
        if (named === undefined) continue;
        throw new CliError(`This machine has no address ${named}: name one of its own with --host.`);
      }
      const other = port < 1024 ? DEFAULT_PORT : port === 65_535 ? port - 1 : port + 1;
      const remedy = `use another with \`npm start -- --port ${other}\``;
      if (code === "EADDRINUSE") {
        throw new CliError(
          `Port ${port} is in use: end the program that uses it (perhaps another \`npm start\`), or ${remedy}.`,
        );
      }
      throw new CliError(`Port ${port} cannot be used (${code ?? String(error)}): ${remedy}.`);
    } finally {
      server.close();
    }
  }
}

function announce(
  url: URL,
  state: Reached["state"],
  counts: string | undefined,
  isTokenGiven: boolean,
): void {
  const { origin } = url;
  const isClosed = state === "being-restored";
  print(
    [
      ...(counts === undefined ? [] : [`content      ${counts}`]),
      ...(isClosed ? restoreLines(url) : []),
      `page         ${origin}/`,
      ...FEED_FORMATS.map((format) => `feed         ${origin}/feed.${format}`),
      `admin token  ${isTokenGiven ? "as given with --var" : `ADMIN_TOKEN in ${displayPath(DEV_VARS)}`}`,
      `subscribe    ${suggestCommand(url, "listen")}`,
      "end          Ctrl-C",
      isClosed ? `communique waits for the restore on ${origin}` : `communique ready on ${origin}`,
    ].join("\n"),
  );
}

/** What to do about a restore that was cut off. */
function restoreLines(url: URL): string[] {
  return [
    "restore      a restore of a backup was cut off, so the service answers 503 and nothing was published",
    `go on        ${suggestCommand(url, "restore", "FILE")}`,
    `or empty it  ${suggestCommand(url, "restore", "--discard")}, then start it again to publish the content`,
  ];
}
