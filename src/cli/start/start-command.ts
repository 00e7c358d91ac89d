/**
 * `npm start`: the service on this machine, with what the content folder holds.
 */
import { setTimeout as delay } from "node:timers/promises";
import { readKeptVars } from "../admin-token.ts";
import { ApiClient } from "../api-client.ts";
import type { ContentFolder } from "../content/content-folder.ts";
import { aborted, watchEndSignals } from "../end-signals.ts";
import { DEFAULT_CONTENT, DEV_VARS, displayPath, resolvePath } from "../paths.ts";
import { startProgress, type Progress } from "../progress.ts";
import { changeCounts } from "../publish/change-report.ts";
import { publishFolder, readValidFolder } from "../publish/publish-folder.ts";
import { CliError } from "../cli-error.ts";
import { assertPortIsFree } from "./free-port.ts";
import { keepSecrets } from "./kept-secrets.ts";
import { ServiceProcess } from "./service-process.ts";
import { givenVars, wranglerArguments } from "./wrangler-flags.ts";

export interface StartOptions {
  port: number;
  /** A folder as the user named it; false publishes none; undefined the project's own. */
  content?: string | false;
  verbose: boolean;
}

/** Milliseconds in which the service must have become healthy; bundling takes two seconds of them. */
const HEALTHY_WITHIN_MS = 60_000;
const HEALTHY_ASK_MS = 100;

/**
 * Runs until a signal ends it.
 *
 * @param flags those that are wrangler's
 * @throws CliError if the content is faulty, the port taken, or the service ends by itself
 */
export async function startCommand(options: StartOptions, flags: readonly string[]): Promise<void> {
  // Everything that can be refused is refused before a process is started.
  const content = await contentOf(options.content);
  await assertPortIsFree(options.port);
  const vars = givenVars(flags);
  await keepSecrets(DEV_VARS, new Set(vars.keys()));

  const signals = watchEndSignals();
  const service = new ServiceProcess(wranglerArguments(flags, options.port), options.verbose);
  const url = new URL(`http://localhost:${options.port}`);
  const progress = startProgress();
  const over = new AbortController();
  try {
    const endedEarly = service.ended.then(() => {
      throw new CliError("The service ended by itself.");
    });
    const running = bringUp(url, content, vars.get("ADMIN_TOKEN"), progress, over.signal).then((counts) => {
      service.showErrors = true;
      announce(url, counts, vars.has("ADMIN_TOKEN"));
      return endedEarly;
    });
    await Promise.race([running, endedEarly, aborted(signals.first)]);
  } catch (error) {
    if (error instanceof CliError && !options.verbose) process.stderr.write(`${service.lastWords()}\n`);
    throw error;
  } finally {
    over.abort();
    progress.end();
    await service.end(signals.second);
  }
}

async function contentOf(named: string | false | undefined): Promise<ContentFolder | undefined> {
  if (named === false) return undefined;
  const folder = named === undefined ? DEFAULT_CONTENT : resolvePath(named);
  return await readValidFolder(folder, Math.floor(Date.now() / 1000));
}

/** @returns what was published, in words */
async function bringUp(
  url: URL,
  content: ContentFolder | undefined,
  givenToken: string | undefined,
  progress: Progress,
  over: AbortSignal,
): Promise<string | undefined> {
  progress.show("starting the service");
  await untilHealthy(url, over);
  if (content === undefined || (content.files.length === 0 && content.registry === undefined))
    return undefined;
  const token = givenToken ?? (await readKeptVars(DEV_VARS)).ADMIN_TOKEN;
  const { releases } = await publishFolder(content, { client: new ApiClient(url, over), token }, progress);
  progress.end();
  return changeCounts(releases);
}

async function untilHealthy(url: URL, over: AbortSignal): Promise<void> {
  const deadline = Date.now() + HEALTHY_WITHIN_MS;
  let last = "";
  while (Date.now() < deadline) {
    try {
      const answer = await fetch(new URL("/healthz", url), { signal: AbortSignal.timeout(5_000) });
      const said = await answer.text();
      if (answer.status === 200) return;
      // It runs, and says itself what stands against it: waiting would not help.
      if (answer.status === 503) throw new CliError(`The service cannot work: ${detailOf(said)}`);
      last = `it answered ${answer.status} ${said.slice(0, 500)}`;
    } catch (error) {
      if (error instanceof CliError) throw error;
      // Not listening yet. If it never will, such as on a port that fetch refuses, this is the reason.
      last = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    }
    await delay(HEALTHY_ASK_MS, undefined, { signal: over });
  }
  throw new CliError(`The service is not healthy after ${HEALTHY_WITHIN_MS / 1000} s: ${last}`);
}

/** Of a problem document; of anything else, all of it. */
function detailOf(said: string): string {
  try {
    const { detail } = JSON.parse(said) as { detail?: string };
    return detail ?? said;
  } catch {
    return said.slice(0, 500);
  }
}

function announce(url: URL, counts: string | undefined, tokenGiven: boolean): void {
  const { origin } = url;
  const to = origin === "http://localhost:8787" ? "" : ` --to ${origin}`;
  console.log(
    [
      ...(counts === undefined ? [] : [`content      ${counts}`]),
      `page         ${origin}/`,
      ...["rss", "atom", "json"].map((format) => `feed         ${origin}/feed.${format}`),
      `admin token  ${tokenGiven ? "as given with --var" : `ADMIN_TOKEN in ${displayPath(DEV_VARS)}`}`,
      `subscribe    npm run communique -- listen${to}`,
      "end          Ctrl-C",
      `communique ready on ${origin}`,
    ].join("\n"),
  );
}
