/**
 * RSS 2.0, by the `feed` package with its input made safe.
 *
 * `feed` writes through xml-js, which ends CDATA at a second `]]>`, un-escapes text that is already
 * escaped and leaves `<` in attributes as it is. So no markup character ever reaches it: each is
 * replaced by a control character, which no text of ours can hold (domain/text.ts), and becomes the
 * hexadecimal reference that the W3C validator recommends once the document is written.
 */
import { type Extension, Feed as Rss } from "feed";
import { formatInstant } from "../domain/dates.ts";
import { sanitizeText } from "../domain/text.ts";
import { feedLinks, relatedLinks } from "./atom.ts";
import { type Feed, type FeedEntry, GENERATOR } from "./feed.ts";

const STAND_INS: Record<string, string> = { "&": "\u0001", "<": "\u0002", ">": "\u0003", '"': "\u0004" };
const REFERENCES: Record<string, string> = {
  "\u0001": "&#x26;",
  "\u0002": "&#x3C;",
  "\u0003": "&#x3E;",
  "\u0004": "&#x22;",
};

/** The RSS 2.0 document of a feed: a pure function of it. */
export function writeRss(feed: Feed): string {
  const rss = new Rss({
    id: feed.page,
    title: guarded(feed.title),
    description: guarded(feed.title),
    link: feed.page,
    ...(feed.lang === undefined ? {} : { language: feed.lang }),
    // Never left out: `feed` would put the clock there.
    updated: new Date((feed.updated ?? 0) * 1000),
    docs: "https://www.rssboard.org/rss-specification",
    generator: GENERATOR,
    copyright: guarded(feed.rights),
    image: feed.icon,
    // Declares Atom's namespace; the links themselves are below.
    feedLinks: { rss: guarded(feed.self.rss) },
  });
  // `feed` parses these addresses, which makes of a stand-in what it is in an address: `%01`.
  const link = { _text: guarded(feed.page) };
  rss.addExtension({ name: "link", objects: link });
  rss.addExtension({
    name: "image",
    objects: { title: { _text: guarded(feed.title) }, url: { _text: guarded(feed.icon) }, link },
  });
  rss.addExtension({ name: "atom:link", objects: elements(feedLinks(feed, "rss").map(linked)) });
  if (feed.isArchive)
    rss.addExtension({ name: "fh:archive", objects: { _attributes: { "xmlns:fh": HISTORY } } });
  for (const entry of feed.entries) addEntry(rss, feed, entry);
  const written = rss.rss2().replace('encoding="utf-8"', 'encoding="UTF-8"');
  const restored = Object.entries(REFERENCES).reduce(
    (text, [standIn, reference]) => text.replaceAll(standIn, reference),
    written,
  );
  // An empty feed was never updated; leaving the date out is the one thing `feed` cannot do.
  return feed.updated === undefined
    ? restored.replace(/\s*<lastBuildDate>[^<]*<\/lastBuildDate>/, "")
    : restored;
}

const HISTORY = "http://purl.org/syndication/history/1.0";
const MEDIA = "http://search.yahoo.com/mrss/";

function addEntry(rss: Rss, feed: Feed, entry: FeedEntry): void {
  rss.addItem({
    // `feed` writes titles as CDATA, in which a reference is no reference: see the extension below.
    title: "",
    id: guarded(entry.id),
    link: entry.url,
    date: new Date(entry.published * 1000),
    // HTML by RSS 2.0, so a plain summary is escaped as such; stand-ins keep it out of CDATA's reach.
    description: asHtml(sanitizeText(entry.summary)),
    // Never empty: without content `feed` leaves out the namespace that dc:creator needs.
    content: sanitizeText(entry.html).replaceAll("]]>", "]]&gt;") || "<p></p>",
    category: entry.categories.map(({ scheme, label }) => ({
      name: guarded(label),
      domain: guarded(scheme),
    })),
    extensions: [
      { name: "title", objects: { _text: guarded(entry.title) } },
      { name: "link", objects: { _text: guarded(entry.url) } },
      // An author without an e-mail address is no valid RSS author.
      { name: "dc:creator", objects: { _text: guarded(feed.author.name) } },
      { name: "dc:language", objects: { _text: entry.lang } },
      // RSS itself cannot say that an item was changed.
      { name: "atom:updated", objects: { _text: formatInstant(entry.updated) } },
      ...some("atom:link", relatedLinks(entry).map(linked)),
      ...some("enclosure", entry.attachments.map(enclosure)),
      ...some("media:content", entry.image === undefined ? [] : [mediaContent(entry.image)]),
    ],
  });
}

/** `feed` declares one element; xml-js writes a list of them as well. */
function elements(objects: readonly object[]): Extension["objects"] {
  return objects as unknown as Extension["objects"];
}

function some(name: string, objects: readonly object[]): Extension[] {
  return objects.length === 0 ? [] : [{ name, objects: elements(objects) }];
}

function linked(attributes: Record<string, string | number | undefined>): object {
  return {
    _attributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, guarded(String(value))]),
    ),
  };
}

/** A length must be there; 0 says that it is not known (RSS Advisory Board, best practices). */
function enclosure({ url, type, size }: FeedEntry["attachments"][number]): object {
  return { _attributes: { url: guarded(url), length: size ?? 0, type: guarded(type) } };
}

/** Media RSS has no field for alternative text; readers take the description for it. */
function mediaContent({ url, alt, credit, caption }: NonNullable<FeedEntry["image"]>): object {
  const plain = (text: string) => ({ _attributes: { type: "plain" }, _text: guarded(text) });
  return {
    _attributes: { "xmlns:media": MEDIA, url: guarded(url), medium: "image" },
    ...(caption === undefined ? {} : { "media:title": plain(caption) }),
    ...(alt === "" ? {} : { "media:description": plain(alt) }),
    ...(credit === undefined ? {} : { "media:credit": { _text: guarded(credit) } }),
  };
}

function guarded(text: string): string {
  return sanitizeText(text).replace(/[&<>"]/g, (character) => STAND_INS[character] ?? "");
}

/** Text as HTML, safe inside CDATA because no `>` is left. */
function asHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
