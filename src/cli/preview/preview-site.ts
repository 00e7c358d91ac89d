/**
 * One state of the folder as a service of its own, which holds nothing else. A change of the folder makes another one:
 * so an edit in a preview needs no `change`, and leaves no trace of the text before.
 */
import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ApiClient } from "../api-client.ts";
import type { FileIssue } from "../content/file-issue.ts";
import type { Progress } from "../progress.ts";
import { sendContent } from "../publish/publish-folder.ts";
import { freePort } from "../start/free-port.ts";
import { newSecrets } from "../start/kept-secrets.ts";
import type { Build } from "../start/on-workerd.ts";
import { ServiceProcess } from "../start/service-process.ts";
import { runVars } from "../start/service-run.ts";
import { ServiceFailure } from "../start/service-failure.ts";
import { untilHealthy } from "../start/until-healthy.ts";
import { untilReadersSee } from "../until-readers-see.ts";
import { momentAhead, type PreviewContent } from "./preview-content.ts";
import { KEY_HEADER, KEY_VARIABLE, PREVIEW_ENTRY } from "./preview-worker.ts";

export interface PreviewSite {
  url: URL;
  /** The header that lets a request in. */
  key: Record<string, string>;
  /** What the service refused. */
  faults: FileIssue[];
  end: () => Promise<void>;
}

/** What a service of the preview needs. */
export interface SiteOptions {
  build: Build;
  /** An existing folder that only the user may read. */
  folder: string;
  /** The public address of the preview. */
  origin: string;
  /** Gives up a service that is not ready yet. */
  over: AbortSignal;
  /** Ends a service at once, not in good order. */
  now: AbortSignal;
  progress: Progress;
}

let count = 0;

/** @throws CliError if the service fails, or refuses the registry */
export async function openSite(
  { folder }: PreviewContent,
  { build, folder: parent, origin, over, now, progress }: SiteOptions,
): Promise<PreviewSite> {
  count += 1;
  const home = join(parent, String(count));
  await mkdir(home);
  const location = {
    state: join(home, "state"),
    temporary: join(home, "tmp"),
    host: "127.0.0.1",
    port: await freePort(),
    entryPort: await freePort(),
  };
  const secrets = { ...newSecrets(), [KEY_VARIABLE]: randomBytes(32).toString("base64url") };
  const given = new Map([
    ["BASE_URL", origin],
    ["LOCAL_TARGETS", "deny"],
    // Nothing of a preview leaves this machine.
    ["INDEXNOW_KEY", ""],
  ]);
  const vars = runVars(secrets, given, location);
  const service = new ServiceProcess();
  service.run({ build, location, verbose: false, vars, entry: PREVIEW_ENTRY });
  const end = async (): Promise<void> => {
    await service.end(now);
    await rm(home, { recursive: true, force: true });
  };
  const url = new URL(`http://127.0.0.1:${location.port}`);
  const key = { [KEY_HEADER]: secrets[KEY_VARIABLE] ?? "" };
  try {
    const endedEarly = service.ended.then(() => {
      throw new ServiceFailure(["The service ended unexpectedly.", ...service.errorLines()].join("\n"));
    });
    const publishing = async (): Promise<FileIssue[]> => {
      await untilHealthy(url, { over, headers: key });
      const client = new ApiClient(url, secrets.ADMIN_TOKEN, over);
      const nowMs = Date.now();
      const later = new Map(
        folder.files.flatMap((file) => {
          const moment = momentAhead(file, nowMs);
          return moment === undefined ? [] : [[file, moment] as const];
        }),
      );
      const present = folder.files.filter((file) => !later.has(file));
      const { issues } = await sendContent(folder, present, client, progress, true);
      // One after the other, because the service takes each as if its moment had come.
      for (const [file] of [...later].sort(([, one], [, other]) => one - other)) {
        issues.push(...(await sendContent({}, [file], client, progress, true)).issues);
      }
      await untilReadersSee(client);
      return issues;
    };
    return { url, key, faults: await Promise.race([publishing(), endedEarly]), end };
  } catch (error) {
    await end();
    throw error;
  }
}
