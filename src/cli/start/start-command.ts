/**
 * `npm start`: runs the service on this machine and publishes the content folder.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { FEED_FORMATS } from "../../domain/list.ts";
import { isStrongSecret, weakSecretMessage } from "../../domain/secrets.ts";
import { readVars } from "../admin-token.ts";
import { ApiClient } from "../api-client.ts";
import { CliError, systemCode } from "../cli-error.ts";
import { type ContentFolder, readContentFolder } from "../content/content-folder.ts";
import { issueReport } from "../content/file-issue.ts";
import { languageIssues } from "../content/site-files.ts";
import { siteLanguages } from "../content/site-languages.ts";
import { aborted, watchEndSignals } from "../end-signals.ts";
import { DEFAULT_PORT, suggestCommand } from "../options.ts";
import { DEFAULT_CONTENT, DEV_VARS, displayPath, resolvePath } from "../paths.ts";
import { startProgress, type Progress } from "../progress.ts";
import { changeCounts, draftLines, warningLines } from "../publish/change-report.ts";
import { dryRun } from "../publish/dry-run.ts";
import { fetchStates, sortFiles } from "../publish/release-states.ts";
import { isEmpty, readValid, sendFolder } from "../publish/publish-folder.ts";
import { keptBuild } from "./kept-build.ts";
import { keepSecrets } from "./kept-secrets.ts";
import { ServiceProcess } from "./service-process.ts";
import { runVars } from "./service-run.ts";
import { privateStateFolder } from "./state-folder.ts";
import { print, report } from "../output.ts";
import { untilReadersSee } from "../until-readers-see.ts";

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

/** Milliseconds until the service must be healthy; it takes one or two seconds. */
const HEALTHY_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/** The service process failed: its own output says why. */
class ServiceFailure extends CliError {}

/**
 * Runs until a signal ends it.
 *
 * @throws CliError if the content has faults, the port is in use, or the service fails
 */
export async function startCommand(options: StartOptions): Promise<void> {
  // Reports everything that is wrong before it starts a process.
  const folder = options.content ?? DEFAULT_CONTENT;
  const { port, host, var: vars } = options;
  const content = folder === false ? undefined : await readValid(resolvePath(folder), readContentFolder);
  if (content !== undefined) await refuseUnwordedLanguages(content, vars.get("LANGUAGES"));
  await assertPortIsFree(port, host);
  refuseWeakSecrets(vars);
  await keepSecrets(DEV_VARS, new Set(vars.keys()));

  const state = await privateStateFolder(options.persistTo);
  const progress = startProgress();
  progress.show("building the service");
  const build = await keptBuild();
  const location = { ...state, host: host ?? "localhost", port, entryPort: await freePort() };
  const run = {
    build,
    location,
    verbose: options.verbose,
    vars: runVars(await readVars(DEV_VARS), vars, location),
  };
  const signals = watchEndSignals();
  const service = new ServiceProcess(run);
  const url = new URL(`http://localhost:${port}`);
  const over = new AbortController();
  try {
    const endedEarly = service.ended.then(() => {
      throw new ServiceFailure("The service ended unexpectedly.");
    });
    const running = bringUp(url, content, vars.get("ADMIN_TOKEN"), progress, over.signal).then((counts) => {
      service.showErrors = true;
      announce(url, counts, vars.has("ADMIN_TOKEN"));
      return endedEarly;
    });
    await Promise.race([running, endedEarly, aborted(signals.first)]);
  } catch (error) {
    if (!(error instanceof ServiceFailure) || options.verbose) throw error;
    const hint = `${error.message} Start it with --verbose to see everything that it logs.`;
    throw new CliError([...service.errorLines(), hint].join("\n"));
  } finally {
    over.abort();
    progress.end();
    await service.end(signals.second);
  }
}

/** @throws CliError that names each language without wording, and the way out */
async function refuseUnwordedLanguages(content: ContentFolder, given: string | undefined): Promise<void> {
  const issues = languageIssues(content, await siteLanguages(given));
  if (issues.length > 0) throw new CliError(issueReport(issues, "the service was not started"));
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

/** A free port of this machine. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
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

/** @returns a summary of what was published; undefined if nothing was to be published */
async function bringUp(
  url: URL,
  content: ContentFolder | undefined,
  givenToken: string | undefined,
  progress: Progress,
  over: AbortSignal,
): Promise<string | undefined> {
  progress.show("starting the service");
  await untilHealthy(url, over);
  if (content === undefined) return undefined;
  const drafts = draftLines(content.drafts).at(-1);
  if (isEmpty(content)) return drafts;
  const token = givenToken ?? (await readVars(DEV_VARS)).ADMIN_TOKEN;
  const client = new ApiClient(url, token, over);
  const { toSend, unchanged } = sortFiles(content.files, await fetchStates(client, progress), Date.now());
  await dryRun({ ...content, files: toSend }, client, progress);
  const { releases } = await sendFolder(content, toSend, client, progress);
  // Also after a start that sends nothing: the last run may have ended before it wrote all documents.
  const later = await untilReadersSee(client, progress);
  progress.end();
  report(warningLines(releases).join("\n"));
  report(later);
  return [changeCounts([...releases, ...unchanged]), drafts].filter(Boolean).join("; ");
}

async function untilHealthy(url: URL, over: AbortSignal): Promise<void> {
  const deadlineMs = Date.now() + HEALTHY_TIMEOUT_MS;
  let last = "";
  while (Date.now() < deadlineMs) {
    try {
      const answer = await fetch(new URL("/healthz", url), { signal: AbortSignal.timeout(5_000) });
      const body = await answer.text();
      if (answer.status === 200) return;
      // The service runs and says what is wrong with its configuration: waiting would not help.
      if (answer.status === 503) throw new CliError(`The service is not configured: ${detailOf(body)}`);
      last = `it answered ${answer.status} ${body.slice(0, 500)}`;
    } catch (error) {
      if (error instanceof CliError) throw error;
      // Not listening yet. If it never listens, this is the reason, such as a port that fetch blocks.
      last = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    }
    await delay(POLL_MS, undefined, { signal: over });
  }
  throw new ServiceFailure(`The service is not healthy after ${HEALTHY_TIMEOUT_MS / 1000} s: ${last}.`);
}

/** The detail of a problem document; any other text as it is. */
function detailOf(body: string): string {
  try {
    const { detail } = JSON.parse(body) as { detail?: string };
    return detail ?? body;
  } catch {
    return body.slice(0, 500);
  }
}

function announce(url: URL, counts: string | undefined, isTokenGiven: boolean): void {
  const { origin } = url;
  print(
    [
      ...(counts === undefined ? [] : [`content      ${counts}`]),
      `page         ${origin}/`,
      ...FEED_FORMATS.map((format) => `feed         ${origin}/feed.${format}`),
      `admin token  ${isTokenGiven ? "as given with --var" : `ADMIN_TOKEN in ${displayPath(DEV_VARS)}`}`,
      `subscribe    ${suggestCommand(url, "listen")}`,
      "end          Ctrl-C",
      `communique ready on ${origin}`,
    ].join("\n"),
  );
}
