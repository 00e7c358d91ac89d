import { parseXml, XmlElement } from "@rgrove/parse-xml";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeAtom } from "../../src/feeds/atom.ts";
import { onlyNewEntries } from "../../src/feeds/delta.ts";
import type { Feed, FeedEntry } from "../../src/feeds/feed.ts";
import { writeJsonFeed } from "../../src/feeds/json-feed.ts";
import { writeRss } from "../../src/feeds/rss.ts";

/** What looks like the structure of a feed, inside its texts. */
const text = fc
  .array(
    fc.constantFrom(
      "<item>",
      "</item>",
      "  <item>\n",
      "</item>\n",
      '<entry xml:lang="en">',
      "</entry>",
      "<![CDATA[",
      "]]>",
      "<!--",
      "-->",
      "</channel>",
      '<a title="use <item> … </item> here">',
      "&lt;item&gt;",
      '"items": [',
      "plain",
      "\n",
      "\t",
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

const entry: fc.Arbitrary<FeedEntry> = fc.record({
  id: fc.uuid().map((id) => `urn:uuid:${id}` as const),
  title: text,
  summary: text,
  url: fc.constant("https://press.example/en/releases/x"),
  lang: fc.constant("en"),
  author: text,
  html: text,
  published: fc.integer({ min: 0, max: 4_000_000_000 }),
  updated: fc.integer({ min: 0, max: 4_000_000_000 }),
  translations: fc.constant([]),
  attachments: fc.array(
    fc.record({ url: fc.constant("https://press.example/a.pdf"), type: text, title: text }),
    { maxLength: 1 },
  ),
  categories: fc.array(fc.record({ scheme: text, term: text, label: text }), { maxLength: 1 }),
}) as never;

const addresses = {
  rss: "https://press.example/feed.rss",
  atom: "https://press.example/feed.atom",
  json: "https://press.example/feed.json",
};

function feedOf(title: string, entries: FeedEntry[]): Feed {
  return {
    title,
    page: "https://press.example/",
    self: addresses,
    rights: title,
    author: { name: title, url: "https://press.example/" },
    icon: "https://press.example/icon.png",
    updated: 1_000_000_000,
    isArchive: false,
    deleted: [],
    tombstones: [],
    entries,
  } as never;
}

/** The whole entries of an XML feed, as parsed. */
function parsedEntries(xml: string, name: "item" | "entry"): unknown[] {
  const found: XmlElement[] = [];
  const walk = (element: XmlElement): void => {
    if (element.name === name) found.push(element);
    else for (const child of element.children) if (child instanceof XmlElement) walk(child);
  };
  walk(parseXml(xml).root!);
  return found.map((element) => element.toJSON());
}

const writers = {
  rss: { write: writeRss, read: (document: string) => parsedEntries(document, "item") },
  atom: { write: writeAtom, read: (document: string) => parsedEntries(document, "entry") },
  json: {
    write: writeJsonFeed,
    read: (document: string) => (JSON.parse(document) as { items: unknown[] }).items,
  },
};

describe.each(["rss", "atom", "json"] as const)("a delta of %s", (format) => {
  const { write, read } = writers[format];

  it("is well-formed and holds exactly the new entries, whatever the texts contain", () => {
    fc.assert(
      fc.property(text, fc.array(fc.tuple(entry, fc.boolean()), { maxLength: 5 }), (title, entries) => {
        const document = write(
          feedOf(
            title,
            entries.map(([each]) => each),
          ),
        );
        const isNew = entries.map(([, flag]) => flag);
        const delta = onlyNewEntries(document, format, isNew);
        expect(read(delta)).toEqual(read(document).filter((_, index) => isNew[index]));
      }),
      { numRuns: 300 },
    );
  });

  it("of which everything is new is the whole feed", () => {
    fc.assert(
      fc.property(text, fc.array(entry, { maxLength: 3 }), (title, entries) => {
        const document = write(feedOf(title, entries));
        expect(
          onlyNewEntries(
            document,
            format,
            entries.map(() => true),
          ),
        ).toBe(document);
      }),
      { numRuns: 100 },
    );
  });
});
