/**
 * What a trial needs to know of a feed reader that we did not write.
 */

/** What the readers below take; JSON Feed none of them does. */
export const FORMATS = ["rss", "atom"] as const;
export type Format = (typeof FORMATS)[number];

/** A release as the reader shows it to a person; a reader that mails has one for each mail. */
export interface ReadItem {
  id: string;
  title: string;
  link: string;
  text: string;
  /** Unix seconds, where the reader tells. */
  published?: number | undefined;
  updated?: number | undefined;
}

/** One subscription of one reader, with whatever it keeps. */
export interface Subscribed {
  /** @returns what the reader said, to explain what went wrong */
  poll(): Promise<string>;
  items(): Promise<ReadItem[]>;
}

/** What a reader has of a release before and after the poll that brings its correction. */
export interface CorrectionSeen {
  before: readonly ReadItem[];
  after: readonly ReadItem[];
  /** The title and some words of the text that the correction gave it. */
  title: string;
  words: string;
}

export interface RealReader {
  /** As `--reader` names it. */
  readonly program: string;
  /** How it is set up, where it is not as it comes; empty where it is. */
  readonly setup: string;
  /** What brings it onto a machine. */
  readonly install: string;
  isInstalled(): Promise<boolean>;
  /** @param home an empty folder that is the reader's home; nothing is to be left elsewhere */
  subscribe(feed: URL, home: string): Promise<Subscribed>;
  /** What this reader makes of a correction when all goes well, in words. */
  readonly correction: string;
  /** What else it made of one, in words; empty if all went well. */
  faultsOfCorrection(seen: CorrectionSeen): string[];
}

/** For readers that have the corrected text in the place of the other. */
export function faultsOfReplacement({ before, after, title, words }: CorrectionSeen): string[] {
  const [item, ...others] = after;
  if (before.length !== 1 || item === undefined) return ["the corrected release is not there"];
  return [
    ...(others.length > 0 ? [`the corrected release is there ${after.length} times`] : []),
    ...(item.title === title ? [] : [`its title is still “${item.title}”`]),
    ...(item.text.includes(words) ? [] : ["its text is still the old one"]),
    ...(item.link === before[0]?.link ? [] : [`its link has become ${item.link}`]),
  ];
}
