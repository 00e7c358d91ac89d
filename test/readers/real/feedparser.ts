/**
 * feedparser, the library of many readers in Python. It stores nothing. As its manual says, this trial
 * passes the last ETag and Last-Modified back to it, and keeps entries by id.
 */
import { join } from "node:path";
import { runChecked } from "./program.ts";
import { pythonThatImports } from "./python.ts";
import {
  type CorrectionSeen,
  issuesOfReplacement,
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
  issuesOfCorrection: (seen) => [...issuesOfReplacement(seen), ...issuesOfInstants(seen)],
};

async function subscribe(feed: URL, home: string): Promise<Subscribed> {
  const python = await pythonThatImports("feedparser");
  if (python === undefined) throw new Error("feedparser is not installed");
  let items: ReadItem[] = [];
  let etag = "";
  let modified = "";
  return {
    poll: async () => {
      const { stdout, stderr } = await runChecked(python, [POLL, feed.href, etag, modified], home);
      const poll = JSON.parse(stdout) as Poll;
      etag = poll.etag ?? etag;
      modified = poll.modified ?? modified;
      // Duplicates within one poll stay, so that the trial reports them.
      items = [...items.filter(({ id }) => poll.entries.every((entry) => entry.id !== id)), ...poll.entries];
      return stderr;
    },
    items: async () => items,
  };
}

/** After a correction, `updated` must move and `published` must not; RSS has the Atom element `updated`. */
function issuesOfInstants({ before: [old], after: [item] }: CorrectionSeen): string[] {
  return [
    ...(item?.published !== undefined && item.published === old?.published ? [] : ["published has changed"]),
    ...(item?.updated !== undefined && item.updated > (old?.updated ?? Infinity)
      ? []
      : [`updated has not increased: ${old?.updated ?? "none"}, then ${item?.updated ?? "none"}`]),
  ];
}
