/**
 * RSS 2.0, written by the `feed` package from input made safe.
 *
 * `feed` uses xml-js, which ends CDATA at a second `]]>`, unescapes text that is already escaped, and leaves
 * `<` in attributes. So markup characters never reach it. Each is replaced by a control character, which
 * sanitised text cannot contain (domain/text.ts). In the finished document each control character becomes
 * the hexadecimal reference that the W3C validator recommends.
 */
import { type Extension, Feed as Rss } from "feed";
import { formatInstant } from "../domain/dates.ts";
import { defined } from "../domain/defined.ts";
import { sanitizeText } from "../domain/text.ts";
import { feedLinks, relatedLinks } from "./atom.ts";
import { entriesIn, type Feed, type FeedEntry, GENERATOR } from "./feed.ts";

const PLACEHOLDERS: Record<string, string> = { "&": "\u0001", "<": "\u0002", ">": "\u0003", '"': "\u0004" };
const REFERENCES: Record<string, string> = {
  "\u0001": "&#x26;",
  "\u0002": "&#x3C;",
  "\u0003": "&#x3E;",
  "\u0004": "&#x22;",
};

/** Writes a feed as RSS. The same feed always gives the same bytes. */
export function writeRss(feed: Feed): string {
  const rss = new Rss({
    id: feed.page,
    title: protect(feed.title),
    description: protect(feed.description ?? feed.title),
    link: feed.page,
    ...(feed.lang === undefined ? {} : { language: feed.lang }),
    updated: new Date(feed.updated * 1000),
    docs: "https://www.rssboard.org/rss-specification",
    generator: GENERATOR,
    copyright: protect(feed.rights),
    image: feed.icon,
    // Makes `feed` declare Atom's namespace. The links themselves are below.
    feedLinks: { rss: protect(feed.self.rss) },
  });
  // `feed` parses these URLs, which would turn a control character into `%01`.
  const link = { _text: protect(feed.page) };
  rss.addExtension({ name: "link", objects: link });
  rss.addExtension({
    name: "image",
    objects: { title: { _text: protect(feed.title) }, url: { _text: protect(feed.icon) }, link },
  });
  rss.addExtension({ name: "atom:link", objects: elements(feedLinks(feed, "rss").map(linkElement)) });
  if (feed.isArchive)
    rss.addExtension({ name: "fh:archive", objects: { _attributes: { "xmlns:fh": HISTORY } } });
  for (const entry of entriesIn(feed, "rss")) addEntry(rss, entry);
  const written = rss.rss2().replace('encoding="utf-8"', 'encoding="UTF-8"');
  return Object.entries(REFERENCES).reduce(
    (text, [placeholder, reference]) => text.replaceAll(placeholder, reference),
    written,
  );
}

const HISTORY = "http://purl.org/syndication/history/1.0";
const MEDIA = "http://search.yahoo.com/mrss/";

function addEntry(rss: Rss, entry: FeedEntry): void {
  const { enclosed, others } = enclosureOf(entry.attachments);
  const media = [...(entry.image === undefined ? [] : [mediaImage(entry.image)]), ...others.map(mediaFile)];
  rss.addItem({
    // `feed` writes titles as CDATA, where references do not work: the extension below has the title.
    title: "",
    id: protect(entry.id),
    link: entry.url,
    date: new Date(entry.published * 1000),
    // RSS 2.0 takes the description for HTML, so a plain summary is escaped as HTML.
    description: asHtml(sanitizeText(entry.summary)),
    // Never empty: without content `feed` does not declare the namespace that dc:creator needs.
    content: sanitizeText(entry.html).replaceAll("]]>", "]]&gt;") || "<p></p>",
    category: entry.categories.map(({ scheme, label }) => ({
      name: protect(label),
      domain: protect(scheme),
    })),
    extensions: [
      { name: "title", objects: { _text: protect(entry.title) } },
      { name: "link", objects: { _text: protect(entry.url) } },
      // RSS requires an e-mail address in `author`.
      { name: "dc:creator", objects: { _text: protect(entry.author) } },
      { name: "dc:language", objects: { _text: entry.lang } },
      // RSS has no element for the time of a change.
      { name: "atom:updated", objects: { _text: formatInstant(entry.updated) } },
      ...extensionList("atom:link", relatedLinks(entry).map(linkElement)),
      ...extensionList("enclosure", enclosed === undefined ? [] : [enclosure(enclosed)]),
      ...extensionList("media:content", media),
    ],
  });
}

/** The type of `feed` allows one element; xml-js also writes a list. */
function elements(objects: readonly object[]): Extension["objects"] {
  return objects as unknown as Extension["objects"];
}

function extensionList(name: string, objects: readonly object[]): Extension[] {
  return objects.length === 0 ? [] : [{ name, objects: elements(objects) }];
}

function linkElement(attributes: Record<string, string | number | undefined>): object {
  return {
    _attributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, protect(String(value))]),
    ),
  };
}

/**
 * An item has one enclosure: of several, some readers take the first, others the last. Sound and pictures
 * that move come first, because podcast players look for them only there.
 */
function enclosureOf(attachments: FeedEntry["attachments"]) {
  const enclosed = attachments.find(({ type }) => /^(?:audio|video)\//.test(type)) ?? attachments[0];
  return { enclosed, others: attachments.filter((each) => each !== enclosed) };
}

/** The length is required; 0 means unknown (RSS Advisory Board, best practices). */
function enclosure({ url, type, size }: FeedEntry["attachments"][number]): object {
  return { _attributes: { url: protect(url), length: size ?? 0, type: protect(type) } };
}

function mediaFile({ url, type, title, size }: FeedEntry["attachments"][number]): object {
  const medium = /^(audio|video|image)\//.exec(type)?.[1] ?? "document";
  return {
    _attributes: {
      "xmlns:media": MEDIA,
      url: protect(url),
      type: protect(type),
      medium,
      ...(size === undefined ? {} : { fileSize: size }),
    },
    ...(title === undefined ? {} : { "media:title": plain(title) }),
  };
}

function plain(text: string): object {
  return { _attributes: { type: "plain" }, _text: protect(text) };
}

/** Media RSS has no field for alternative text; readers use the description. */
function mediaImage({
  url,
  alt,
  credit,
  caption,
  type,
  width,
  height,
}: NonNullable<FeedEntry["image"]>): object {
  return {
    _attributes: {
      "xmlns:media": MEDIA,
      url: protect(url),
      medium: "image",
      ...defined({ type, width, height }),
    },
    ...(caption === undefined ? {} : { "media:title": plain(caption) }),
    ...(alt === "" ? {} : { "media:description": plain(alt) }),
    ...(credit === undefined ? {} : { "media:credit": { _text: protect(credit) } }),
  };
}

function protect(text: string): string {
  return sanitizeText(text).replace(/[&<>"]/g, (character) => PLACEHOLDERS[character] ?? "");
}

/** Escapes text as HTML. Without any `>` it cannot end CDATA. */
function asHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
