/**
 * RSS 2.0, and what the W3C's feed validator asks of it beyond that.
 */
import { parseXml, type XmlElement } from "@rgrove/parse-xml";
import { childrenOf, elementsIn, textIn } from "./xml-elements.ts";

/** RFC 822 with the four digits of RFC 2822, and a zone. */
const DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})$/;
const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;

/**
 * @param url under which the document was fetched
 * @returns what is wrong with it, each fault with that address
 */
export function faultsOfRss(text: string, url: string): string[] {
  const root = parseXml(text).root; // throws if it is not well-formed
  const channel = root && childrenOf(root, "channel")[0];
  if (!root || !channel) return [`${url}: no channel`];
  const items = childrenOf(channel, "item");
  const guids = items.map((item) => textIn(item, "guid"));
  const selfLinks = childrenOf(channel, "atom:link").filter(({ attributes }) => attributes["rel"] === "self");
  const language = textIn(channel, "language");
  const built = textIn(channel, "lastBuildDate");
  return [
    ...broken("rss version", root.attributes["version"] === "2.0"),
    ...broken("one channel", elementsIn(root).length === 1),
    ...["title", "link", "description"].flatMap((name) =>
      broken(name, childrenOf(channel, name).length === 1),
    ),
    ...broken("language", language === undefined || LANGUAGE.test(language)),
    ...broken("lastBuildDate", items.length === 0 || (built !== undefined && DATE.test(built))),
    ...broken("one atom:link to itself", selfLinks.length === 1 && selfLinks[0]?.attributes["href"] === url),
    ...broken("type of the link to itself", selfLinks[0]?.attributes["type"] === "application/rss+xml"),
    ...broken("no guid twice", new Set(guids).size === guids.length),
    ...broken("image", imageIsSound(channel)),
    ...undeclared(root, new Set(["xml", "xmlns"])).map((name) => `${name} without its namespace`),
    ...titlesIn(text).flatMap((title) => broken(`title: ${title}`, /^(?:[^<&]|&#x[\dA-F]+;)*$/.test(title))),
    ...items.flatMap((item) => faultsOfItem(item)),
  ].map((fault) => `${url}: ${fault}`);
}

function faultsOfItem(item: XmlElement): string[] {
  const [guid] = childrenOf(item, "guid");
  const html = textIn(item, "content:encoded") ?? "";
  return [
    ...["title", "link", "description", "guid", "pubDate", "content:encoded", "dc:creator"].flatMap((name) =>
      broken(name, childrenOf(item, name).length === 1),
    ),
    ...broken("guid is no address", guid?.attributes["isPermaLink"] === "false"),
    ...broken("pubDate", DATE.test(textIn(item, "pubDate") ?? "")),
    ...broken("link", URL.canParse(textIn(item, "link") ?? "")),
    ...broken("no address is relative", !/ (?:href|src)="(?!https?:|mailto:|tel:)/.test(html)),
    ...broken("no script", !/<script|javascript:/i.test(html)),
    ...childrenOf(item, "enclosure").flatMap(({ attributes: { url, length, type } }) => [
      ...broken("enclosure's url", URL.canParse(url ?? "")),
      ...broken("enclosure's length", /^\d+$/.test(length ?? "")),
      ...broken("enclosure's type", /^[\w.+-]+\/[\w.+-]+$/.test(type ?? "")),
    ]),
  ].map((fault) => `${guid?.text}: ${fault}`);
}

/** The validator wants them to be the channel's. */
function imageIsSound(channel: XmlElement): boolean {
  const [image] = childrenOf(channel, "image");
  if (image === undefined) return true;
  return ["title", "link"].every((name) => textIn(image, name) === textIn(channel, name));
}

/** As written: titles are text, and its hexadecimal references are what the validator recommends. */
function titlesIn(text: string): string[] {
  return [...text.matchAll(/<title>([\s\S]*?)<\/title>/g)].map(([, title = ""]) => title);
}

function undeclared(element: XmlElement, outside: ReadonlySet<string>): string[] {
  const names = Object.keys(element.attributes);
  const declared = names.filter((name) => name.startsWith("xmlns:")).map((name) => name.slice(6));
  const known = new Set([...outside, ...declared]);
  const used = [element.name, ...names].filter((name) => name.includes(":"));
  return [
    ...used.filter((name) => !known.has(name.split(":")[0] ?? "")),
    ...elementsIn(element).flatMap((child) => undeclared(child, known)),
  ];
}

function broken(rule: string, holds: boolean): string[] {
  return holds ? [] : [rule];
}
