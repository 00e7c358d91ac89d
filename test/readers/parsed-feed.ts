/**
 * Feeds as third-party parsers read them.
 *
 * An adapter omits a field that its parser or format does not support. A supported field without a value is
 * undefined. Tests compare all present fields, so an adapter that forgets a field fails a test.
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
  /** Translations and, without a language, the source. */
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
  /** The URL of the HTML page of the list. */
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
