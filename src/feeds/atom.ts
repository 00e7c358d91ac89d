/**
 * Atom 1.0 (RFC 4287) with archives (RFC 5005), deletions (RFC 6721) and Media RSS. This writer is our own,
 * because the Atom of the `feed` package has unescaped titles, no `xml:lang` and the current time.
 */
import { formatInstant } from "../domain/dates.ts";
import { type Feed, type FeedEntry, GENERATOR } from "./feed.ts";
import { escapeXml } from "../domain/text.ts";

type Attributes = Record<string, string | number | undefined>;

/** Writes a feed as Atom. The same feed always gives the same bytes. */
export function writeAtom(feed: Feed): string {
  const namespaces = {
    xmlns: "http://www.w3.org/2005/Atom",
    "xmlns:fh": feed.isArchive ? "http://purl.org/syndication/history/1.0" : undefined,
    "xmlns:at": feed.deleted.length > 0 ? "http://purl.org/atompub/tombstones/1.0" : undefined,
    "xmlns:media": feed.entries.some(({ image }) => image) ? "http://search.yahoo.com/mrss/" : undefined,
    "xml:lang": feed.lang,
  };
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<feed${attributes(namespaces)}>`,
    // The same id for every archive, because they are parts of one feed.
    `  ${element("id", feed.page)}`,
    `  ${element("title", feed.title)}`,
    ...(feed.description === undefined ? [] : [`  ${element("subtitle", feed.description)}`]),
    `  ${element("updated", formatInstant(feed.updated))}`,
    ...(feed.isArchive ? ["  <fh:archive/>"] : []),
    ...feedLinks(feed).map((link) => `  ${emptyElement("link", link)}`),
    "  <author>",
    `    ${element("name", feed.author.name)}`,
    `    ${element("uri", feed.author.url)}`,
    "  </author>",
    `  ${element("rights", feed.rights)}`,
    `  ${element("generator", GENERATOR)}`,
    `  ${element("icon", feed.icon)}`,
    ...feed.deleted.flatMap(({ id, at, reason }) => [
      `  <at:deleted-entry${attributes({ ref: id, when: formatInstant(at) })}>`,
      ...(reason === "" ? [] : [`    ${element("at:comment", reason)}`]),
      "  </at:deleted-entry>",
    ]),
    ...feed.entries.flatMap((entry) => entryLines(entry, feed.author)),
    "</feed>",
    "",
  ];
  return lines.join("\n");
}

/** The links between the documents of a feed. RSS uses them too. */
export function feedLinks(feed: Feed, format: "atom" | "rss" = "atom"): Attributes[] {
  const type = `application/${format}+xml`;
  const to = (rel: string, addresses: Feed["self"] | undefined) =>
    addresses === undefined ? [] : [{ rel, type, href: addresses[format] }];
  return [
    ...to("self", feed.self),
    ...(feed.hub === undefined ? [] : [{ rel: "hub", href: feed.hub }]),
    ...(format === "atom" ? [{ rel: "alternate", type: "text/html", href: feed.page }] : []),
    ...(feed.isArchive ? to("current", feed.current) : []),
    ...to("prev-archive", feed.previousArchive),
    ...to("next-archive", feed.nextArchive),
    // RFC 4946
    ...(feed.licence === undefined ? [] : [{ rel: "license", href: feed.licence }]),
  ];
}

/** The other links of an entry. It has only one `alternate`: of two, half the readers take the last. */
export function relatedLinks(entry: FeedEntry): Attributes[] {
  return [
    ...entry.translations.map(({ lang, url }) => ({
      rel: "related",
      hreflang: lang,
      type: "text/html",
      href: url,
    })),
    ...(entry.source === undefined ? [] : [{ rel: "related", href: entry.source }]),
    // The W3C validator does not know `version-history` (RFC 5829).
    ...(entry.history === undefined
      ? []
      : [{ rel: "related", type: "text/html", title: entry.history.title, href: entry.history.url }]),
  ];
}

function entryLines(entry: FeedEntry, { name, url }: Feed["author"]): string[] {
  return [
    `  <entry${attributes({ "xml:lang": entry.lang })}>`,
    `    ${element("id", entry.id)}`,
    `    ${element("title", entry.title)}`,
    // Without one, the entry has the author of the feed.
    ...(entry.author === name
      ? []
      : [
          "    <author>",
          `      ${element("name", entry.author)}`,
          `      ${element("uri", url)}`,
          "    </author>",
        ]),
    `    ${emptyElement("link", { rel: "alternate", type: "text/html", href: entry.url })}`,
    ...relatedLinks(entry).map((link) => `    ${emptyElement("link", link)}`),
    ...entry.attachments.map(
      ({ url, type, title, size }) =>
        `    ${emptyElement("link", { rel: "enclosure", type, length: size, title, href: url })}`,
    ),
    `    ${element("published", formatInstant(entry.published))}`,
    `    ${element("updated", formatInstant(entry.updated))}`,
    ...entry.categories.map(
      ({ scheme, term, label }) => `    ${emptyElement("category", { scheme, term, label })}`,
    ),
    `    ${element("summary", entry.summary)}`,
    `    <content type="html">${escapeXml(entry.html)}</content>`,
    ...imageLines(entry),
    "  </entry>",
  ];
}

/** Media RSS has no field for alternative text; readers use the description. */
function imageLines({ image }: FeedEntry): string[] {
  if (image === undefined) return [];
  const { url, type, width, height } = image;
  const plain = (name: string, text: string | undefined) =>
    text === undefined || text === "" ? [] : [`      <${name} type="plain">${escapeXml(text)}</${name}>`];
  return [
    `    <media:content${attributes({ url, medium: "image", type, width, height })}>`,
    ...plain("media:title", image.caption),
    ...plain("media:description", image.alt),
    ...(image.credit === undefined ? [] : [`      ${element("media:credit", image.credit)}`]),
    "    </media:content>",
  ];
}

function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

function emptyElement(name: string, given: Attributes): string {
  return `<${name}${attributes(given)}/>`;
}

function attributes(given: Attributes): string {
  return Object.entries(given)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${escapeXml(String(value))}"`]))
    .join("");
}
