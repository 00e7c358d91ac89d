/**
 * sfeed, whose feeds are files with a line for each item: `sfeed_update` downloads with curl, parses
 * with sfeed, and merges the lines with those that it has.
 *
 * As it comes it asks unconditionally, and takes an item with another title for another item. Its
 * manual tells how to send ETags, and that merging may be changed.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isOnPath, runWell } from "./program.ts";
import {
  type CorrectionSeen,
  faultsOfReplacement,
  type ReadItem,
  type RealReader,
  type Subscribed,
} from "./real-reader.ts";

/** `fetch` as its README has it; `merge` by the id alone, where the newer line wins. */
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
  faultsOfCorrection: faultsOfAddition,
};

export const sfeedWithEtags: RealReader = {
  ...common,
  setup: "ETags, merged by id",
  subscribe: async (feed, home) => subscribe(feed, home, WITH_ETAGS),
  correction: "replaced",
  faultsOfCorrection: faultsOfReplacement,
};

async function subscribe(feed: URL, home: string, settings: string): Promise<Subscribed> {
  const config = join(home, "sfeedrc");
  const lines = [
    `sfeedpath="$HOME/feeds"`,
    // It would work in /tmp itself.
    `mktemp() { command mktemp -d "$HOME/sfeed_XXXXXX"; }`,
    `feeds() { feed "communique" "${feed.href}"; }`,
  ];
  await writeFile(config, `${lines.join("\n")}\n${settings}`);
  return {
    poll: async () => {
      const { stdout, stderr } = await runWell("sfeed_update", [config], home);
      return stdout + stderr;
    },
    items: async () => itemsOf(await readFile(join(home, "feeds/communique"), "utf8")),
  };
}

/** Fields between tabs: instant, title, link, content, its type, id … */
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
  const meant: Record<string, string> = { n: "\n", t: "\t", "\\": "\\" };
  return content.replace(/\\([nt\\])/g, (_, letter: string) => meant[letter] ?? "");
}

function faultsOfAddition({ before, after, title, words }: CorrectionSeen): string[] {
  const old = before.map((item) => item.title);
  const added = after.filter((item) => !old.includes(item.title));
  if (after.length !== before.length + 1) return [`${after.length} lines after the correction`];
  return faultsOfReplacement({ before, after: added, title, words });
}
