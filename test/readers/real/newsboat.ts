/**
 * newsboat, whose cache is an SQLite database.
 *
 * It stores the ETag of a feed before the feed has a row, so the ETag of the first poll is lost, and the
 * second poll is unconditional too.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isOnPath, runChecked } from "./program.ts";
import { issuesOfReplacement, type ReadItem, type RealReader, type Subscribed } from "./real-reader.ts";

export const newsboat: RealReader = {
  program: "newsboat",
  setup: "",
  install: "apt-get install newsboat",
  isInstalled: () => isOnPath("newsboat"),
  subscribe,
  correction: "replaced",
  issuesOfCorrection: issuesOfReplacement,
};

async function subscribe(feed: URL, home: string): Promise<Subscribed> {
  const cache = join(home, "cache.db");
  const urls = join(home, "urls");
  const settings = join(home, "config");
  await writeFile(urls, `${feed.href}\n`);
  await writeFile(settings, "");
  return {
    poll: async () => {
      const flags = ["-C", settings, "-u", urls, "-c", cache, "-x", "reload"];
      const { stdout, stderr } = await runChecked("newsboat", flags, home);
      return stdout + stderr;
    },
    items: async () => itemsIn(cache),
  };
}

function itemsIn(cache: string): ReadItem[] {
  const database = new DatabaseSync(cache, { readOnly: true });
  try {
    const rows = database
      .prepare(
        `SELECT guid AS id, title, url AS link, content AS text, pubDate AS published
         FROM rss_item WHERE deleted = 0 ORDER BY id`,
      )
      .all();
    return rows as unknown as ReadItem[];
  } finally {
    database.close();
  }
}
