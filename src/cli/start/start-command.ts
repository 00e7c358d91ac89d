/**
 * `npm start`: runs the service on this machine and publishes the content folder.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { FEED_FORMATS } from "../../domain/list.ts";
import { isStrongSecret, weakSecretMessage } from "../../domain/secrets.ts";
import { readVars } from "../admin-token.ts";
import { ApiClient } from "../api-client.ts";
import { CliError, systemCode } from "../cli-error.ts";
import { type ContentFolder, readContentFolder } from "../content/content-folder.ts";
import { type FileIssue, issueReport } from "../content/file-issue.ts";
import { languageIssues } from "../content/site-files.ts";
import { siteLanguages } from "../content/site-languages.ts";
import { soundPart } from "../content/sound-files.ts";
import { aborted, watchEndSignals } from "../end-signals.ts";
import { DEFAULT_PORT, suggestCommand } from "../options.ts";
import { DEFAULT_CONTENT, DEV_VARS, displayPath, resolvePath } from "../paths.ts";
import { startProgress, type Progress } from "../progress.ts";
import { changeCounts, draftLines, warningLines } from "../publish/change-report.ts";
import { acceptedPart, dryRun } from "../publish/dry-run.ts";
import { fetchStates, sortFiles } from "../publish/release-states.ts";
import { isEmpty, OTHERS_PUBLISHED, sendFolder } from "../publish/publish-folder.ts";
import { freePort } from "./free-port.ts";
import { keptBuild } from "./kept-build.ts";
import { keepSecrets } from "./kept-secrets.ts";
import { ServiceProcess } from "./service-process.ts";
import { ServiceFailure, untilHealthy } from "./until-healthy.ts";
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

/**
 * Runs until a signal ends it.
 *
 * @throws CliError if the port is in use, or the service fails
 */
export async function startCommand(options: StartOptions): Promise<void> {
  // Refuses before it starts a process.
  const folder = options.content ?? DEFAULT_CONTENT;
  const { port, host, var: vars } = options;
  const content =
    folder === false ? undefined : await soundPart(await readContentFolder(resolvePath(folder)));
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
  if (isEmpty(content)) {
    reportFaults(content.issues, progress);
    return drafts;
  }
  const token = givenToken ?? (await readVars(DEV_VARS)).ADMIN_TOKEN;
  const client = new ApiClient(url, token, over);
  const states = await fetchStates(client, progress);
  const { toSend: differing, unchanged } = sortFiles(content.files, states, Date.now());
  const judged = await dryRun({ ...content, files: differing }, client, progress, true);
  const toSend = differing.filter((file) => !judged.refused.includes(file));
  const sound = acceptedPart(content, judged);
  const outcome = await sendFolder(sound, toSend, client, progress, true);
  const { releases, issues: late } = outcome;
  const isSent = releases.length > 0 || outcome.registryChanged || outcome.siteChanged;
  // Also after a start that sends nothing: the last run may have ended before it wrote all documents.
  const later = await untilReadersSee(client, progress, isSent);
  progress.end();
  report(warningLines(releases).join("\n"));
  report(later);
  reportFaults([...content.issues, ...judged.issues, ...late], progress);
  return [changeCounts([...releases, ...unchanged]), drafts].filter(Boolean).join("; ");
}

/** A fault in one file keeps no other from the readers. */
function reportFaults(issues: readonly FileIssue[], progress: Progress): void {
  progress.end();
  if (issues.length > 0) report(issueReport(issues, OTHERS_PUBLISHED));
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
