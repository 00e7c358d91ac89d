/**
 * What became of the releases of a folder, in words.
 */
import { counted } from "../content/file-fault.ts";
import { displayPath } from "../paths.ts";
import type { Published } from "./batch-call.ts";
import type { Preview } from "./dry-run.ts";

/** One line for each release that changed, such as `edition 2   http://…`. */
export function changeLines(published: readonly Published[]): string[] {
  return published
    .filter(({ changed }) => changed)
    .map(({ edition, status, url, file }) => {
      const what = edition > 1 ? `edition ${edition}` : status;
      return `${what.padEnd(11)} ${url}  (${displayPath(file)})`;
    });
}

/** What a publish would do. */
export function previewLines({ published, awaitingRegistry }: Preview): string[] {
  return [
    ...changeLines(published),
    ...awaitingRegistry.map(
      ({ file }) => `published or changed, under what is new in the registry  (${displayPath(file)})`,
    ),
  ].map((line) => `would be ${line}`);
}

/** `12 releases: 1 published, 11 unchanged` */
export function changeCounts(published: readonly Published[], awaitingRegistry = 0): string {
  const changed = published.filter((one) => one.changed);
  const counts: [number, string][] = [
    [changed.filter(({ edition, status }) => edition === 1 && status === "published").length, "published"],
    [changed.filter(({ status }) => status === "embargoed").length, "embargoed"],
    [
      changed.filter(({ edition, status }) => edition > 1 && status !== "embargoed").length,
      "with a new edition",
    ],
    [awaitingRegistry, "under what is new in the registry"],
    [published.length - changed.length, "unchanged"],
  ];
  const told = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  const all = counted(published.length + awaitingRegistry, "release");
  return `${all}${told.length > 0 ? `: ${told.join(", ")}` : ""}`;
}
