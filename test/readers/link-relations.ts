/**
 * Reads the parsed links of a feed or of an entry.
 */
import type { ParsedEnclosure, ParsedFeed, ParsedItem } from "./parsed-feed.ts";

/** The attributes of a link, or of an enclosure. */
export type Attributes = Partial<Record<string, string | number>>;

/** The links of an archived feed (RFC 5005). */
export function archiveLinks(
  links: readonly Attributes[],
): Pick<ParsedFeed, "self" | "current" | "previousArchive" | "nextArchive"> {
  return {
    self: href(links, "self"),
    current: href(links, "current"),
    previousArchive: href(links, "prev-archive"),
    nextArchive: href(links, "next-archive"),
  };
}

/** The URL of the link with a relation. @throws {Error} if several links have it */
export function href(links: readonly Attributes[], rel: string): string | undefined {
  const [only, ...others] = links.filter((link) => link["rel"] === rel);
  if (others.length > 0) throw new Error(`${others.length + 1} links have rel="${rel}"`);
  return text(only?.["href"]);
}

export function related(links: readonly Attributes[]): NonNullable<ParsedItem["related"]> {
  return links
    .filter(({ rel }) => rel === "related")
    .map((link) => ({ lang: text(link["hreflang"]), url: text(link["href"]) }));
}

export function atomEnclosures(links: readonly Attributes[]): ParsedEnclosure[] {
  return links
    .filter(({ rel }) => rel === "enclosure")
    .map(({ href, title, ...rest }) => ({ ...rssEnclosure({ ...rest, url: href }), title: text(title) }));
}

/** An enclosure of RSS has no title. */
export function rssEnclosure({ url, type, length }: Attributes): ParsedEnclosure {
  return {
    url: text(url),
    type: text(type),
    length: length === undefined ? undefined : Number(length),
  };
}

/** Formats an instant like the API. */
export function instant(text: string | undefined): string | undefined {
  return text === undefined ? undefined : new Date(text).toISOString().replace(".000Z", "Z");
}

function text(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
