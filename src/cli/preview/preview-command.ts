/**
 * `communique preview`: shows a content folder as the site would, on this machine alone.
 */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CliError } from "../cli-error.ts";
import { issueReport } from "../content/file-issue.ts";
import { aborted, watchEndSignals } from "../end-signals.ts";
import { print, report } from "../output.ts";
import { DEFAULT_CONTENT, displayPath, resolvePath } from "../paths.ts";
import { startProgress } from "../progress.ts";
import { keptBuild } from "../start/kept-build.ts";
import { counted } from "../terminal.ts";
import { type PreviewContent, PreviewReader } from "./preview-content.ts";
import { openProxy, type Shown } from "./preview-proxy.ts";
import { openSite } from "./preview-site.ts";
import { watchFolder } from "./watch-folder.ts";

/** Runs until a signal ends it. @throws CliError if the folder does not exist, or the port is in use */
export async function previewCommand(named: string | undefined, { port }: { port: number }): Promise<void> {
  const path = resolvePath(named ?? DEFAULT_CONTENT);
  const reader = new PreviewReader(path);
  const first = await reader.read(Date.now());
  const signals = watchEndSignals();
  const progress = startProgress();
  const proxy = await openProxy(port);
  const home = await mkdtemp(join(tmpdir(), "communique-preview-"));
  const over = new AbortController();
  let shown: Shown = { site: undefined, marks: new Map(), faults: [] };
  let key = "";
  let showing = Promise.resolve();

  /** Another service where the content differs, and the faults alone where it does not. */
  async function show(content: PreviewContent): Promise<void> {
    const { folder, marks } = content;
    const before = shown.site;
    const nextKey = keyOf(content);
    let site = before;
    let message: string | undefined;
    try {
      if (site === undefined || nextKey !== key) {
        progress.show("preparing the preview");
        const options = { build: await keptBuild(), folder: home, origin: proxy.origin, progress };
        site = await openSite(content, { ...options, over: over.signal, now: signals.second });
        key = nextKey;
        progress.end();
        print(`shown        ${counted(folder.files.length, "release")}`);
      }
    } catch (error) {
      progress.end();
      if (!(error instanceof CliError)) throw error;
      // The last state stays.
      ({ message } = error);
      report(message);
    }
    const faults = [...content.faults, ...(site?.faults ?? [])];
    if (faults.length > 0 && !isDeepStrictEqual(faults, shown.faults)) {
      report(issueReport(faults, "the last sound state of these files is shown"));
    }
    shown = { site, marks: message === undefined ? marks : shown.marks, faults, message };
    proxy.show(shown);
    if (site !== before) await before?.end();
  }

  const running = async (): Promise<void> => {
    await (showing = show(first));
    print(`preview of   ${displayPath(path)}\npage         ${proxy.origin}/\nend          Ctrl-C`);
    print(`preview ready on ${proxy.origin}`);
    let isUnreadable = false;
    const again = async (): Promise<boolean> => {
      try {
        const content = await reader.read(Date.now());
        if (isUnreadable) print(`shown again  ${displayPath(path)}`);
        isUnreadable = false;
        await (showing = show(content));
        return true;
      } catch (error) {
        if (over.signal.aborted) return false;
        if (!(error instanceof CliError)) throw error;
        isUnreadable = true;
        report([...error.lines(), "The last state is shown until the folder can be read again."].join("\n"));
        return false;
      }
    };
    watchFolder(path, again, over.signal);
    // What was changed while the first state was prepared.
    await again();
    await aborted(signals.first);
  };
  try {
    await Promise.race([running(), aborted(signals.first)]);
  } finally {
    over.abort();
    progress.end();
    proxy.close();
    await showing.catch(() => undefined);
    await shown.site?.end();
    await rm(home, { recursive: true, force: true });
  }
}

/** The same for content that readers see the same. */
function keyOf({ folder: { files, registry, site } }: PreviewContent): string {
  const parts = [files.map(({ release }) => release), registry?.content, site?.identity];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
