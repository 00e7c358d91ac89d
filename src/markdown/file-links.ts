/**
 * The files of the service that a text links or shows.
 */
import type { Root } from "hast";
import { FILES_PREFIX } from "../domain/file.ts";
import { addressesIn, PLACEHOLDER_ORIGIN } from "./addresses.ts";
import { walkElements } from "./elements.ts";

/** A link to something under `/files/`, where only files are. */
export interface FileLink {
  /** Of the URL, percent-encoded. */
  path: string;
  /** The line of the Markdown, from 1. */
  line: number;
}

/** @param tree with absolute addresses */
export function fileLinks(tree: Root): FileLink[] {
  const links: FileLink[] = [];
  const start = PLACEHOLDER_ORIGIN + FILES_PREFIX;
  walkElements(tree, (element) => {
    for (const address of addressesIn(element)) {
      if (!address.startsWith(start)) continue;
      links.push({ path: new URL(address).pathname, line: element.position?.start.line ?? 1 });
    }
  });
  return links;
}
