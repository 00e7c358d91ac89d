/**
 * Reports what a publish changed, or what a dry run would change.
 */
import { issueLine } from "../content/file-issue.ts";
import { displayPath } from "../paths.ts";
import type { ContentFile } from "../content/content-file.ts";
import { counted, printable } from "../terminal.ts";
import type { Published } from "./batches.ts";
import type { ReleaseState } from "./release-states.ts";
import type { Preview } from "./dry-run.ts";

/** One line for each release that changed, such as `edition 2   http://…`. */
export function changeLines(published: readonly Published[]): string[] {
  return published
    .filter(({ changed }) => changed)
    .map(({ edition, status, url, file, follows, notified }) => {
      const isRetracted = status === "withdrawn" || status === "killed";
      const nth = edition > 1 && !isRetracted ? `edition ${edition}` : status;
      const what = follows !== undefined ? `follows ${follows}` : nth;
      const major =
        notified === undefined ? "" : `  major: ${counted(notified, "subscription")} will be notified`;
      return `${what.padEnd(11)} ${url}  (${displayPath(file)})${major}`;
    });
}

/** One line for each warning about a release that changed: `content/a.md:12: body: <iframe> is taken out …` */
export function warningLines(published: readonly Published[]): string[] {
  return published.filter(({ changed }) => changed).flatMap(({ warnings }) => warnings.map(issueLine));
}

/** For each release that is behind a corrected translation: which one, and what to do. */
export function behindLines(published: readonly Published[]): string[] {
  return published.flatMap(({ behind, file }) =>
    behind === undefined
      ? []
      : [
          `${displayPath(file)}: behind edition ${behind.edition} of ${behind.url}. Correct it (change: major), ` +
            `or write \`follows: ${behind.edition}\` if it says the same as it is`,
        ],
  );
}

/** For each release that the service has withdrawn or killed and its file has not: nothing brings it back by accident. */
export function disagreementLines(
  files: readonly ContentFile[],
  states: ReadonlyMap<string, ReleaseState>,
): string[] {
  return files.flatMap(({ file, release }) => {
    const { status, reason } = states.get(release.id) ?? {};
    if (release.status !== undefined || (status !== "withdrawn" && status !== "killed")) return [];
    const why = reason === undefined ? "" : ` (${printable(reason)})`;
    return [
      `${displayPath(file)}: the service has ${status} it${why}, and it stays so. ` +
        `Write \`status: ${status}\` and the reason into the file, or run \`reinstate\``,
    ];
  });
}

/** One line for each draft, and a count. The service keeps a release as it is while its file is a draft. */
export function draftLines(
  drafts: readonly ContentFile[],
  states: ReadonlyMap<string, ReleaseState> = new Map(),
): string[] {
  if (drafts.length === 0) return [];
  const lines = drafts.map(({ file, release }) => {
    const { status } = states.get(release.id) ?? {};
    const kept = status === undefined ? "" : `: the service has it ${status}, and keeps it as it is`;
    return `${"draft".padEnd(11)} ${displayPath(file)}${kept}`;
  });
  return [...lines, `${counted(drafts.length, "draft")}, not sent`];
}

/** One line for each release that would change. */
export function previewLines({
  published,
  awaitingRegistry,
}: Pick<Preview, "published" | "awaitingRegistry">): string[] {
  return [
    ...changeLines(published),
    ...awaitingRegistry.map(
      ({ file }) => `published or changed, with new values of the registry  (${displayPath(file)})`,
    ),
  ].map((line) => `would be ${line}`);
}

/** `12 releases: 1 published, 11 unchanged` */
export function changeCounts(published: readonly Published[], awaitingRegistry = 0): string {
  const followed = published.filter(({ follows }) => follows !== undefined);
  const changed = published.filter((one) => one.changed && one.follows === undefined);
  const counts: [number, string][] = [
    [changed.filter(({ edition, status }) => edition === 1 && status === "published").length, "published"],
    [changed.filter(({ status }) => status === "embargoed").length, "embargoed"],
    [
      changed.filter(({ edition, status }) => edition > 1 && status === "published").length,
      "with a new edition",
    ],
    [changed.filter(({ status }) => status === "withdrawn").length, "withdrawn"],
    [changed.filter(({ status }) => status === "killed").length, "killed"],
    [followed.length, "following a translation"],
    [awaitingRegistry, "with new values of the registry"],
    [published.length - changed.length - followed.length, "unchanged"],
  ];
  const parts = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  const all = counted(published.length + awaitingRegistry, "release");
  return `${all}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}
