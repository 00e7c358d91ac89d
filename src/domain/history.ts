/**
 * The history of a release, as its page shows it.
 */
import type { Instant } from "./dates.ts";
import type { DiffPart } from "./difference.ts";
import type { EditionContent } from "./edition-content.ts";

export type HistoryKind = "published" | "corrected" | "revised" | "withdrawn" | "killed" | "reinstated";

/** One thing that happened to a release. */
export interface HistoryEntry {
  kind: HistoryKind;
  at: Instant;
  /** Of an edition: its number for readers. */
  edition?: number;
  /** What an edition changed, in the words of the office. */
  note?: string;
  /** Why the release was withdrawn, killed or reinstated. */
  reason?: string;
  /** What an edition changed; empty for the first one. */
  fields: FieldDifference[];
  /** Path of the API's difference, if `fields` lacks some of it. */
  more?: string;
}

/** A field that differs: a text with its parts, any other field with its values. */
export type FieldDifference =
  | { name: keyof EditionContent; parts: DiffPart[] }
  | { name: keyof EditionContent; from: string; to: string };

/** Newest first. */
export interface ReleaseHistory {
  entries: HistoryEntry[];
  /** Whether the release has earlier entries. */
  hasEarlier: boolean;
}

/** The path of a release's history from that of its page, or its URL from that of the page. */
export function historyPath(page: string): string {
  return `${page}${HISTORY_SUFFIX}`;
}

export const HISTORY_SUFFIX = "/history";
