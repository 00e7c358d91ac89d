/**
 * Feeds as parsers see them that we did not write.
 *
 * A field that a parser, or its format, has no place for is left out altogether; one that it has a place
 * for and found nothing in is undefined. So what is told can be compared whole, and nothing passes only
 * because an adapter forgot to look.
 */

export interface ParsedItem {
  id: string | undefined;
  title: string | undefined;
  html: string | undefined;
  link: string | undefined;
  published: string | undefined;
  summary?: string | undefined;
  updated?: string | undefined;
  language?: string | undefined;
  creator?: string | undefined;
  /** Labels. */
  categories?: string[];
  /** In other languages, and, without a language, where the text was taken from. */
  related?: { lang?: string | undefined; url: string | undefined }[];
  imageUrl?: string | undefined;
  imageAlt?: string | undefined;
  imageCredit?: string | undefined;
  imageCaption?: string | undefined;
  enclosures?: ParsedEnclosure[];
}

export interface ParsedEnclosure {
  url: string | undefined;
  type: string | undefined;
  length: number | undefined;
  title?: string | undefined;
}

export interface ParsedFeed {
  title: string | undefined;
  /** Of people: the list's. */
  page?: string | undefined;
  self?: string | undefined;
  language?: string | undefined;
  rights?: string | undefined;
  icon?: string | undefined;
  generator?: string | undefined;
  isArchive?: boolean;
  current?: string | undefined;
  previousArchive?: string | undefined;
  nextArchive?: string | undefined;
  items: ParsedItem[];
}

export type Parser = (document: string) => Promise<ParsedFeed>;
