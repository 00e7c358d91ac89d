/**
 * Parses RSS and Atom with rss-parser, which keeps the requested elements as xml2js returns them.
 */
import RssParser from "rss-parser";
import {
  atomEnclosures,
  type Attributes,
  archiveLinks,
  instant,
  related,
  rssEnclosure,
} from "./link-relations.ts";
import type { ParsedFeed, ParsedItem } from "./parsed-feed.ts";

/** An element as xml2js returns it: its text, or an object with text, attributes and children. */
type Element = string | { _?: string; $?: Attributes; [name: string]: unknown };

interface Kept {
  attributes?: Attributes;
  generator?: string;
  icon?: string;
  rights?: string;
  archives?: Element[];
  atomLinks?: Element[];
  links?: Element[];
}

interface KeptOfItem extends Kept {
  id?: string;
  creator?: string;
  "content:encoded"?: string;
  language?: string;
  atomUpdated?: string;
  updated?: string;
  allCategories?: Element[];
  enclosures?: Element[];
  media?: Record<string, Element[]> & { $?: Attributes };
}

const asArray = { keepArray: true };

const parser = new RssParser<Kept, KeptOfItem>({
  customFields: {
    feed: [
      ["$", "attributes", asArray],
      ["fh:archive", "archives", asArray],
      ["atom:link", "atomLinks", asArray],
      ["link", "links", asArray],
      "generator",
      "icon",
      "rights",
      // The type allows only single names.
    ] as unknown as (keyof Kept)[],
    item: [
      ["$", "attributes", asArray],
      ["atom:link", "atomLinks", asArray],
      ["atom:updated", "atomUpdated"],
      ["category", "allCategories", asArray],
      ["enclosure", "enclosures", asArray],
      ["link", "links", asArray],
      ["media:content", "media"],
      "updated",
    ] as (keyof KeptOfItem)[],
  },
});

export async function rssParserRss(document: string): Promise<ParsedFeed> {
  const feed = (await parser.parseString(document)) as Awaited<ReturnType<typeof parser.parseString>> &
    Record<"language" | "copyright", string | undefined>;
  return {
    title: feed.title,
    page: feed.link,
    language: feed.language,
    rights: feed.copyright,
    icon: feed.image?.url,
    generator: feed.generator,
    isArchive: feed.archives !== undefined,
    ...archiveLinks(attributesOf(feed.atomLinks)),
    items: feed.items.map((item) => ({
      id: item.guid,
      title: item.title,
      // rss-parser calls the description `content`; the full text is content:encoded.
      summary: item.content,
      html: item["content:encoded"],
      link: item.link,
      published: instant(item.isoDate),
      updated: instant(item.atomUpdated),
      language: item.language,
      creator: item.creator,
      categories: (item.allCategories ?? []).map((category) => textOf(category) ?? ""),
      related: related(attributesOf(item.atomLinks)),
      enclosures: attributesOf(item.enclosures).map(rssEnclosure),
      ...imageOf(item.media),
    })),
  };
}

export async function rssParserAtom(document: string): Promise<ParsedFeed> {
  const feed = await parser.parseString(document);
  return {
    title: feed.title,
    page: feed.link,
    language: languageOf(feed),
    rights: feed.rights,
    icon: feed.icon,
    generator: feed.generator,
    isArchive: feed.archives !== undefined,
    ...archiveLinks(attributesOf(feed.links)),
    items: feed.items.map((item) => ({
      id: item.id,
      title: item.title,
      summary: item.summary,
      html: item.content,
      link: item.link,
      published: instant(item.isoDate),
      updated: instant(item.updated),
      language: languageOf(item),
      categories: attributesOf(item.allCategories).map(({ label }) => String(label)),
      related: related(attributesOf(item.links)),
      enclosures: atomEnclosures(attributesOf(item.links)),
      ...imageOf(item.media),
    })),
  };
}

function attributesOf(elements: readonly Element[] = []): Attributes[] {
  return elements.map((element) => (typeof element === "string" ? {} : (element.$ ?? {})));
}

function textOf(element: Element | undefined): string | undefined {
  return typeof element === "string" ? element : element?._;
}

function languageOf({ attributes }: Kept): string | undefined {
  const language = attributes?.["xml:lang"];
  return language === undefined ? undefined : String(language);
}

function imageOf(
  media: KeptOfItem["media"],
): Pick<ParsedItem, "imageUrl" | "imageAlt" | "imageCredit" | "imageCaption"> {
  const url = media?.$?.["url"];
  return {
    imageUrl: url === undefined ? undefined : String(url),
    imageAlt: textOf(media?.["media:description"]?.[0]),
    imageCredit: textOf(media?.["media:credit"]?.[0]),
    imageCaption: textOf(media?.["media:title"]?.[0]),
  };
}
