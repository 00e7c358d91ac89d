/**
 * What a page is, before it has its frame.
 */
import type { Element } from "hast";
import type { Child } from "hastscript";
import { languageOf, type ReleaseList } from "../domain/list.ts";
import type { RegistryFacet } from "../domain/registry.ts";
import type { Site } from "../domain/site.ts";

export interface Page {
  title: string;
  lang: string;
  description?: string;
  /** The title of the list whose feeds the page offers. Left out: the title of the site. */
  feedTitle?: string;
  /** Path of the page. Left out if nothing is there. */
  path?: string;
  /** The permanent path of what the page shows: `/r/ID` of a release. */
  permanentPath?: string;
  /** The list whose feeds the page offers. */
  list: ReleaseList;
  /** The same content in other languages, with absolute URLs. The language menu leads there. */
  alternates?: readonly { lang: string; url: string }[];
  /** More of what programs read about the page. */
  head?: readonly Element[];
  main: Child;
  /** The facet whose index the page is. */
  section?: RegistryFacet;
  /** The page has a search box of its own. */
  hasSearch?: boolean;
  /** Path of the script that the page runs. The content security policy allows only our own. */
  script?: string;
}

/** The language of a list's pages: its own, else the first of the site. */
export function pageLanguage(list: ReleaseList, site: Site): string {
  return languageOf(list) ?? site.languages[0] ?? "en";
}
