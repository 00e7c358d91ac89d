/**
 * All readers of the trials.
 */
import { feedparser } from "./feedparser.ts";
import { newsboat } from "./newsboat.ts";
import type { RealReader } from "./real-reader.ts";
import { rss2email, rss2emailReplying } from "./rss2email.ts";
import { sfeed, sfeedWithEtags } from "./sfeed.ts";

export const REAL_READERS: readonly RealReader[] = [
  newsboat,
  rss2email,
  rss2emailReplying,
  sfeed,
  sfeedWithEtags,
  feedparser,
];

export function nameOf({ program, setup }: RealReader): string {
  return setup === "" ? program : `${program} (${setup})`;
}

/** Splits readers into installed and missing ones. */
export async function byPresence(
  readers: readonly RealReader[],
): Promise<{ present: RealReader[]; missing: RealReader[] }> {
  const present: RealReader[] = [];
  const missing: RealReader[] = [];
  for (const reader of readers) ((await reader.isInstalled()) ? present : missing).push(reader);
  return { present, missing };
}
