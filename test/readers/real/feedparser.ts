/**
 * feedparser, the library that many readers in Python are made of. It keeps nothing itself: as its
 * manual asks, what it was told of ETag and Last-Modified is given back to it, and entries are kept
 * by their id.
 */
import { join } from "node:path";
import { runWell } from "./program.ts";
import { pythonThatImports } from "./python.ts";
import {
  type CorrectionSeen,
  faultsOfReplacement,
  type ReadItem,
  type RealReader,
  type Subscribed,
} from "./real-reader.ts";

const POLL = join(import.meta.dirname, "feedparser-poll.py");

interface Poll {
  etag: string | null;
  modified: string | null;
  entries: ReadItem[];
}

export const feedparser: RealReader = {
  program: "feedparser",
  setup: "",
  install: "apt-get install python3-feedparser",
  isInstalled: async () => (await pythonThatImports("feedparser")) !== undefined,
  subscribe,
  correction: "replaced, updated moved",
  faultsOfCorrection: (seen) => [...faultsOfReplacement(seen), ...faultsOfInstants(seen)],
};

async function subscribe(feed: URL, home: string): Promise<Subscribed> {
  const python = await pythonThatImports("feedparser");
  if (python === undefined) throw new Error("feedparser is not installed");
  let kept: ReadItem[] = [];
  let etag = "";
  let modified = "";
  return {
    poll: async () => {
      const { stdout, stderr } = await runWell(python, [POLL, feed.href, etag, modified], home);
      const poll = JSON.parse(stdout) as Poll;
      etag = poll.etag ?? etag;
      modified = poll.modified ?? modified;
      // Entries that come twice in one poll stay two.
      kept = [...kept.filter(({ id }) => poll.entries.every((entry) => entry.id !== id)), ...poll.entries];
      return stderr;
    },
    items: async () => kept,
  };
}

/** What tells a reader of Atom, and of RSS with Atom's element in it, that a text was changed. */
function faultsOfInstants({ before: [old], after: [item] }: CorrectionSeen): string[] {
  return [
    ...(item?.published !== undefined && item.published === old?.published ? [] : ["published has moved"]),
    ...(item?.updated !== undefined && item.updated > (old?.updated ?? Infinity)
      ? []
      : [`updated has not moved: ${old?.updated ?? "none"}, then ${item?.updated ?? "none"}`]),
  ];
}
