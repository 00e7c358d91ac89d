/**
 * Checks RSS 2.0 and the additional rules of the W3C feed validator.
 */
import { parseXml, type XmlElement } from "@rgrove/parse-xml";
import { childrenOf, elementsIn, textIn } from "./xml-elements.ts";

/** RFC 822 with the four-digit year of RFC 2822, and a zone. */
const DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})$/;
const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;

/**
 * @param url from which the document was fetched
 * @returns the violations, each with that URL
 */
export function issuesOfRss(text: string, url: string): string[] {
  const root = parseXml(text).root; // throws unless it is well-formed
  const channel = root && childrenOf(root, "channel")[0];
  if (!root || !channel) return [`${url}: no channel`];
  const items = childrenOf(channel, "item");
  const guids = items.map((item) => textIn(item, "guid"));
  const selfLinks = childrenOf(channel, "atom:link").filter(({ attributes }) => attributes["rel"] === "self");
  const language = textIn(channel, "language");
  const built = textIn(channel, "lastBuildDate");
  return [
    ...check("rss version", root.attributes["version"] === "2.0"),
    ...check("one channel", elementsIn(root).length === 1),
    ...["title", "link", "description"].flatMap((name) =>
      check(name, childrenOf(channel, name).length === 1),
    ),
    ...check("language", language === undefined || LANGUAGE.test(language)),
    ...check("lastBuildDate", items.length === 0 || (built !== undefined && DATE.test(built))),
    ...check(
      "one atom:link with rel=self",
      selfLinks.length === 1 && selfLinks[0]?.attributes["href"] === url,
    ),
    ...check("type of the rel=self link", selfLinks[0]?.attributes["type"] === "application/rss+xml"),
    ...check("unique guids", new Set(guids).size === guids.length),
    ...check("image", imageMatchesChannel(channel)),
    ...undeclaredPrefixes(root, new Set(["xml", "xmlns"])).map((name) => `${name} has no declared namespace`),
    ...titlesIn(text).flatMap((title) => check(`title: ${title}`, /^(?:[^<&]|&#x[\dA-F]+;)*$/.test(title))),
    ...items.flatMap((item) => issuesOfItem(item)),
  ].map((issue) => `${url}: ${issue}`);
}

function issuesOfItem(item: XmlElement): string[] {
  const [guid] = childrenOf(item, "guid");
  const html = textIn(item, "content:encoded") ?? "";
  return [
    ...["title", "link", "description", "guid", "pubDate", "content:encoded", "dc:creator"].flatMap((name) =>
      check(name, childrenOf(item, name).length === 1),
    ),
    ...check("guid is not a permalink", guid?.attributes["isPermaLink"] === "false"),
    ...check("pubDate", DATE.test(textIn(item, "pubDate") ?? "")),
    ...check("link", URL.canParse(textIn(item, "link") ?? "")),
    ...check("no relative URLs", !/ (?:href|src)="(?!https?:|mailto:|tel:)/.test(html)),
    ...check("no script", !/<script|javascript:/i.test(html)),
    ...childrenOf(item, "enclosure").flatMap(({ attributes: { url, length, type } }) => [
      ...check("enclosure's url", URL.canParse(url ?? "")),
      ...check("enclosure's length", /^\d+$/.test(length ?? "")),
      ...check("enclosure's type", /^[\w.+-]+\/[\w.+-]+$/.test(type ?? "")),
    ]),
  ].map((issue) => `${guid?.text}: ${issue}`);
}

/** The validator requires the title and link of the channel. */
function imageMatchesChannel(channel: XmlElement): boolean {
  const [image] = childrenOf(channel, "image");
  if (image === undefined) return true;
  return ["title", "link"].every((name) => textIn(image, name) === textIn(channel, name));
}

/** Titles as written: plain text with hexadecimal references, as the validator recommends. */
function titlesIn(text: string): string[] {
  return [...text.matchAll(/<title>([\s\S]*?)<\/title>/g)].map(([, title = ""]) => title);
}

function undeclaredPrefixes(element: XmlElement, outside: ReadonlySet<string>): string[] {
  const names = Object.keys(element.attributes);
  const declared = names.filter((name) => name.startsWith("xmlns:")).map((name) => name.slice(6));
  const known = new Set([...outside, ...declared]);
  const used = [element.name, ...names].filter((name) => name.includes(":"));
  return [
    ...used.filter((name) => !known.has(name.split(":")[0] ?? "")),
    ...elementsIn(element).flatMap((child) => undeclaredPrefixes(child, known)),
  ];
}

function check(rule: string, holds: boolean): string[] {
  return holds ? [] : [rule];
}
