/**
 * The interface of a third-party feed reader in a trial.
 */

/** The formats that the readers support. None supports JSON Feed. */
export const FORMATS = ["rss", "atom"] as const;
export type Format = (typeof FORMATS)[number];

/** A release as the reader shows it. For a reader that sends mail, each mail is an item. */
export interface ReadItem {
  id: string;
  title: string;
  link: string;
  text: string;
  /** Unix seconds, if the reader reports them. */
  published?: number | undefined;
  updated?: number | undefined;
}

/** One subscription of one reader, with its storage. */
export interface Subscribed {
  /** @returns the output of the reader, for messages about issues */
  poll(): Promise<string>;
  items(): Promise<ReadItem[]>;
}

/** The items of a release before and after the poll that brings its correction. */
export interface CorrectionSeen {
  before: readonly ReadItem[];
  after: readonly ReadItem[];
  /** The title and some words of the corrected text. */
  title: string;
  words: string;
}

export interface RealReader {
  /** The name for `--reader`. */
  readonly program: string;
  /** The changed settings; empty for the defaults. */
  readonly setup: string;
  /** The command that installs the reader. */
  readonly install: string;
  isInstalled(): Promise<boolean>;
  /** @param home an empty folder, the reader's home; the reader must write nowhere else */
  subscribe(feed: URL, home: string): Promise<Subscribed>;
  /** How this reader is expected to show a correction. */
  readonly correction: string;
  /** Deviations from that. */
  issuesOfCorrection(seen: CorrectionSeen): string[];
}

/** For readers that replace the old text by the corrected one. */
export function issuesOfReplacement({ before, after, title, words }: CorrectionSeen): string[] {
  const [item, ...others] = after;
  if (before.length !== 1 || item === undefined) return ["the corrected release is missing"];
  return [
    ...(others.length > 0 ? [`the corrected release occurs ${after.length} times`] : []),
    ...(item.title === title ? [] : [`its title is still “${item.title}”`]),
    ...(item.text.includes(words) ? [] : ["its text is still the old one"]),
    ...(item.link === before[0]?.link ? [] : [`its link has changed to ${item.link}`]),
  ];
}
