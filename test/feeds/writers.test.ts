import { parseXml, XmlElement } from "@rgrove/parse-xml";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sanitizeText } from "../../src/domain/text.ts";
import { writeAtom } from "../../src/feeds/atom.ts";
import { entriesIn, entryUrn, type Feed, type FeedEntry } from "../../src/feeds/feed.ts";
import { writeJsonFeed } from "../../src/feeds/json-feed.ts";
import { writeRss } from "../../src/feeds/rss.ts";

/** Any characters, and those that have broken feeds before. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc
    .array(
      fc.constantFrom(
        "]]>",
        "<![CDATA[",
        "&amp;",
        "&",
        "<",
        ">",
        '"',
        "'",
        "\u0008",
        "\u0001",
        "\uffff",
        "\ud800",
        "&#x26;",
        "<script>",
        "Հ",
        "😀",
        "\u2028",
        "-->",
        "%3C",
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
);

const webUrl = fc.webUrl({ withQueryParameters: true });
const addresses = {
  rss: "https://press.example/en/feed.rss",
  atom: "https://press.example/en/feed.atom",
  json: "https://press.example/en/feed.json",
};

const wholeEntry = {
  id: fc.uuid().map(entryUrn),
  title: text,
  summary: text,
  url: fc.webUrl({ withQueryParameters: true }),
  lang: fc.constantFrom("en", "hy", "ru", "zh-Hant"),
  author: text,
  html: text,
  published: fc.integer({ min: 0, max: 4_000_000_000 }),
  updated: fc.integer({ min: 0, max: 4_000_000_000 }),
  translations: fc.array(
    fc.record({ lang: fc.constantFrom("hy", "ru"), url: fc.webUrl({ withQueryParameters: true }) }),
    { maxLength: 2 },
  ),
  categories: fc.array(fc.record({ scheme: fc.webUrl(), term: text, label: text }), { maxLength: 3 }),
  attachments: fc.array(
    fc.record(
      { url: webUrl, type: fc.constantFrom("application/pdf", "image/png"), title: text, size: fc.nat() },
      { requiredKeys: ["url", "type"] },
    ),
    { maxLength: 3 },
  ),
  note: text,
  history: fc.record({ url: webUrl, title: text }),
  source: webUrl,
  image: fc.record({ url: webUrl, alt: text, credit: text, caption: text }, { requiredKeys: ["url", "alt"] }),
};
const { note: _note, history: _history, source: _source, image: _image, ...alwaysThere } = wholeEntry;
const entry = fc.record(wholeEntry, {
  requiredKeys: Object.keys(alwaysThere) as (keyof typeof alwaysThere)[],
}) satisfies fc.Arbitrary<FeedEntry>;

const feed: fc.Arbitrary<Feed> = fc.record(
  {
    title: text,
    lang: fc.constantFrom("en", "hy"),
    page: fc.constant("https://press.example/en"),
    self: fc.constant(addresses),
    current: fc.constant(addresses),
    isArchive: fc.boolean(),
    previousArchive: fc.constant(addresses),
    nextArchive: fc.constant(addresses),
    rights: text,
    icon: fc.constant("https://press.example/icon.png"),
    deleted: fc.array(fc.record({ id: fc.uuid().map(entryUrn), at: fc.nat(), reason: text }), {
      maxLength: 2,
    }),
    tombstones: fc.array(
      entry.map((each) => ({ ...each, removed: { reason: each.summary } })),
      { maxLength: 2 },
    ),
    author: fc.record({ name: text, url: fc.constant("https://press.example/") }),
    updated: fc.integer({ min: 0, max: 4_000_000_000 }),
    entries: fc.array(entry, { maxLength: 4 }),
  },
  {
    requiredKeys: [
      "title",
      "updated",
      "page",
      "self",
      "current",
      "isArchive",
      "author",
      "rights",
      "icon",
      "deleted",
      "tombstones",
      "entries",
    ],
  },
);

const children = (parent: XmlElement, name: string) =>
  parent.children.filter((child): child is XmlElement => child instanceof XmlElement && child.name === name);
const textOf = (parent: XmlElement, name: string) => children(parent, name)[0]?.text;
const rootOf = (xml: string) => {
  const { root } = parseXml(xml);
  if (root === null) throw new Error("no root element");
  return root;
};
/** XML parsers normalise line ends. */
const read = (written: string) => sanitizeText(written);

describe("a feed in every format", () => {
  it("is well-formed and complete, whatever its texts contain", () => {
    fc.assert(
      fc.property(feed, (model) => {
        const items = children(children(rootOf(writeRss(model)), "channel")[0]!, "item");
        const entries = children(rootOf(writeAtom(model)), "entry");
        const json = (JSON.parse(writeJsonFeed(model)) as { items: Record<string, string>[] }).items;
        // Atom has deletions in the place of tombstones.
        const [shown, inAtom] = [entriesIn(model, "json"), entriesIn(model, "atom")];
        const expected = (of: readonly FeedEntry[]) => of.map(({ id, title }) => [id, read(title)]);
        expect(items.map((item) => [textOf(item, "guid"), textOf(item, "title")])).toEqual(expected(shown));
        expect(entries.map((item) => [textOf(item, "id"), textOf(item, "title")])).toEqual(expected(inAtom));
        expect(json.map((item) => [item["id"], item["title"]])).toEqual(expected(shown));

        expect(items.map((item) => textOf(item, "link"))).toEqual(shown.map(({ url }) => url));
        expect(entries.map((item) => children(item, "link")[0]?.attributes["href"])).toEqual(
          inAtom.map(({ url }) => url),
        );

        const html = (of: readonly FeedEntry[]) => of.map((each) => read(each.html));
        expect(entries.map((item) => textOf(item, "content"))).toEqual(html(inAtom));
        expect(json.map((item) => item["content_html"])).toEqual(html(shown));
        const inCdata = html(shown).map((each) => each.replaceAll("]]>", "]]&gt;") || "<p></p>");
        expect(items.map((item) => textOf(item, "content:encoded"))).toEqual(inCdata);

        const links = (of: readonly FeedEntry[]) =>
          of.map(({ translations }) => translations.map(({ lang, url }) => [lang, url]));
        const related = (item: XmlElement, name: string) =>
          children(item, name)
            .filter(({ attributes }) => attributes["rel"] === "related" && attributes["hreflang"])
            .map(({ attributes }) => [attributes["hreflang"], attributes["href"]]);
        expect(items.map((item) => related(item, "atom:link"))).toEqual(links(shown));
        expect(entries.map((item) => related(item, "link"))).toEqual(links(inAtom));

        const labels = (of: readonly FeedEntry[]) =>
          of.map(({ categories }) => categories.map(({ label }) => read(label)));
        expect(items.map((item) => children(item, "category").map((category) => category.text))).toEqual(
          labels(shown),
        );
        expect(
          entries.map((item) => children(item, "category").map(({ attributes }) => attributes["label"])),
        ).toEqual(labels(inAtom).map((list) => list.map((label) => label.replace(/[\t\n]/g, " "))));
      }),
      { numRuns: 300 },
    );
  });

  it("has the same bytes when it is built again", () => {
    fc.assert(
      fc.property(feed, (model) => {
        for (const write of [writeRss, writeAtom, writeJsonFeed]) {
          expect(write(structuredClone(model))).toBe(write(model));
        }
      }),
    );
  });

  const EMPTY: Feed = {
    title: "Press releases",
    page: "https://press.example/",
    self: {
      rss: "https://press.example/feed.rss",
      atom: "https://press.example/feed.atom",
      json: "https://press.example/feed.json",
    },
    current: {
      rss: "https://press.example/feed.rss",
      atom: "https://press.example/feed.atom",
      json: "https://press.example/feed.json",
    },
    isArchive: false,
    author: { name: "Press Office", url: "https://press.example/" },
    rights: "© Press Office",
    icon: "https://press.example/icon.png",
    updated: 1_600_000_000,
    deleted: [],
    tombstones: [],
    entries: [],
  };

  it("does not contain the current time, even if nothing was ever published", () => {
    expect(writeRss(EMPTY)).toContain("<lastBuildDate>Sun, 13 Sep 2020 12:26:40 GMT</lastBuildDate>");
    expect(writeAtom(EMPTY)).toContain("<updated>2020-09-13T12:26:40Z</updated>");
  });

  it("has one enclosure in RSS, of sound or film if there is any, and the others as media", () => {
    const attachments = ["application/pdf", "audio/mpeg", "video/mp4"].map((type) => ({
      url: `https://press.example/${type}`,
      type,
      title: `The ${type}`,
      size: 7,
    }));
    const one: FeedEntry = {
      id: "urn:x",
      title: "T",
      summary: "S",
      url: "https://press.example/x",
      lang: "en",
      author: "Press Office",
      html: "",
      published: 1,
      updated: 1,
      attachments,
      translations: [],
      categories: [],
    };
    const rss = writeRss({ ...EMPTY, entries: [one] });
    expect(rss.match(/<enclosure [^>]*>/g)).toEqual([
      '<enclosure url="https://press.example/audio/mpeg" length="7" type="audio/mpeg"/>',
    ]);
    expect(
      [...rss.matchAll(/<media:content [^>]*url="([^"]*)"[^>]*medium="([^"]*)"/g)].map((m) => m.slice(1)),
    ).toEqual([
      ["https://press.example/application/pdf", "document"],
      ["https://press.example/video/mp4", "video"],
    ]);
    expect(rss).toContain('<media:title type="plain">The video/mp4</media:title>');
  });

  it("links the page of a combination, whose address has a query", () => {
    const page = "https://press.example/en?type=speech&topic=csto";
    const channel = children(rootOf(writeRss({ ...EMPTY, page })), "channel")[0]!;
    expect(textOf(channel, "link")).toBe(page);
    expect(textOf(children(channel, "image")[0]!, "link")).toBe(page);
    expect(textOf(rootOf(writeAtom({ ...EMPTY, page })), "id")).toBe(page);
  });

  it("begins with the XML declaration, at byte 0", () => {
    expect(writeRss(EMPTY).startsWith('<?xml version="1.0" encoding="UTF-8"?>')).toBe(true);
    expect(writeAtom(EMPTY).startsWith('<?xml version="1.0" encoding="UTF-8"?>')).toBe(true);
  });

  it("writes markup characters as hexadecimal references, as validators want", () => {
    const model: Feed = {
      ...EMPTY,
      entries: [
        {
          id: "urn:uuid:6f1c0c1e-5d2b-4a53-9d6e-0b6f1a2c9e11",
          attachments: [],
          title: "Q&A <now>",
          summary: "Q&A",
          url: "https://press.example/q?a=1&b=2",
          lang: "en",
          author: "Press Office",
          html: "<p>x</p>",
          published: 0,
          updated: 0,
          translations: [],
          categories: [],
        },
      ],
    };
    expect(writeRss(model)).toContain("<title>Q&#x26;A &#x3C;now&#x3E;</title>");
    expect(writeRss(model)).toContain("<link>https://press.example/q?a=1&#x26;b=2</link>");
    expect(writeRss(model)).toContain("<description><![CDATA[Q&amp;A]]></description>");
    expect(writeAtom(model)).toContain("<title>Q&amp;A &lt;now&gt;</title>");
  });
});
