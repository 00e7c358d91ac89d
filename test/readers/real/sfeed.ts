/**
 * sfeed, whose feeds are files with one line for each item. `sfeed_update` downloads with curl, parses with
 * sfeed, and merges the new lines into the file.
 *
 * By default its requests are unconditional, and an item with a new title is a new item. Its manual shows
 * how to send ETags and how to change the merging.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isOnPath, runChecked } from "./program.ts";
import {
  type CorrectionSeen,
  issuesOfReplacement,
  type ReadItem,
  type RealReader,
  type Subscribed,
} from "./real-reader.ts";

/** `fetch` is the example of its README; `merge` compares only ids, and the newer line wins. */
const WITH_ETAGS = `
fetch() {
  etag="$HOME/$(basename "$3").etag"
  curl -L --max-redirs 0 -H "User-Agent:" -f -s -m 10 --compressed \\
    --etag-save "$etag" --etag-compare "$etag" -z "$etag" "$2"
}
merge() {
  sort -t '\t' -s -u -k6,6 "$3" "$2"
}
`;

const common = {
  program: "sfeed",
  install: "apt-get install sfeed curl",
  isInstalled: async () => (await isOnPath("sfeed_update")) && isOnPath("curl"),
};

export const sfeed: RealReader = {
  ...common,
  setup: "",
  subscribe: async (feed, home) => subscribe(feed, home, ""),
  correction: "beside the old line",
  issuesOfCorrection: issuesOfAddition,
};

export const sfeedWithEtags: RealReader = {
  ...common,
  setup: "ETags, merged by id",
  subscribe: async (feed, home) => subscribe(feed, home, WITH_ETAGS),
  correction: "replaced",
  issuesOfCorrection: issuesOfReplacement,
};

async function subscribe(feed: URL, home: string, settings: string): Promise<Subscribed> {
  const config = join(home, "sfeedrc");
  const lines = [
    `sfeedpath="$HOME/feeds"`,
    // By default it would work in /tmp.
    `mktemp() { command mktemp -d "$HOME/sfeed_XXXXXX"; }`,
    `feeds() { feed "communique" "${feed.href}"; }`,
  ];
  await writeFile(config, `${lines.join("\n")}\n${settings}`);
  return {
    poll: async () => {
      const { stdout, stderr } = await runChecked("sfeed_update", [config], home);
      return stdout + stderr;
    },
    items: async () => itemsOf(await readFile(join(home, "feeds/communique"), "utf8")),
  };
}

/** Fields separated by tabs: time, title, link, content, content type, id … */
function itemsOf(lines: string): ReadItem[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [published, title = "", link = "", text = "", , id = ""] = line.split("\t");
      return { id, title, link, text: unescaped(text), published: Number(published) };
    });
}

function unescaped(content: string): string {
  const escapes: Record<string, string> = { n: "\n", t: "\t", "\\": "\\" };
  return content.replace(/\\([nt\\])/g, (_, letter: string) => escapes[letter] ?? "");
}

function issuesOfAddition({ before, after, title, words }: CorrectionSeen): string[] {
  const old = before.map((item) => item.title);
  const added = after.filter((item) => !old.includes(item.title));
  if (after.length !== before.length + 1) return [`${after.length} lines after the correction`];
  return issuesOfReplacement({ before, after: added, title, words });
}
