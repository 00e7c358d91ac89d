/**
 * Reports what a publish changed, or what a dry run would change.
 */
import { issueLine } from "../content/file-issue.ts";
import { displayPath } from "../paths.ts";
import { counted } from "../terminal.ts";
import type { Published } from "./batches.ts";
import type { Preview } from "./dry-run.ts";

/** One line for each release that changed, such as `edition 2   http://…`. */
export function changeLines(published: readonly Published[]): string[] {
  return published
    .filter(({ changed }) => changed)
    .map(({ edition, status, url, file, follows }) => {
      const what = follows !== undefined ? `follows ${follows}` : edition > 1 ? `edition ${edition}` : status;
      return `${what.padEnd(11)} ${url}  (${displayPath(file)})`;
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

/** One line for each release that would change. */
export function previewLines({ published, awaitingRegistry }: Preview): string[] {
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
      changed.filter(({ edition, status }) => edition > 1 && status !== "embargoed").length,
      "with a new edition",
    ],
    [followed.length, "following a translation"],
    [awaitingRegistry, "with new values of the registry"],
    [published.length - changed.length - followed.length, "unchanged"],
  ];
  const parts = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  const all = counted(published.length + awaitingRegistry, "release");
  return `${all}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}
