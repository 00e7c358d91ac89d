/**
 * What the search of the manual looks through: the text below each heading.
 */
import type { ElementContent } from "hast";
import { addressOf, type ManualPage } from "./frame.ts";
import { textOfElement } from "./markdown.ts";

/** Characters of one entry: the fields of the longest object, or a long section, at its beginning. */
const ENTRY_CHARS_MAX = 1_000;

export interface Entry {
  /** The address of the heading. */
  at: string;
  page: string;
  /** Left out for the beginning of a page. */
  heading?: string;
  text: string;
}

export function searchIndex(pages: readonly ManualPage[]): Entry[] {
  return pages.flatMap((page) => {
    const entries: Entry[] = [{ at: addressOf(page), page: page.title, text: "" }];
    for (const node of page.content) {
      const id = headingId(node);
      if (id !== undefined) {
        entries.push({ at: `${addressOf(page)}#${id}`, page: page.title, heading: plain(node), text: "" });
        continue;
      }
      const last = entries.at(-1);
      if (last !== undefined) last.text = `${last.text} ${plain(node)}`.trim().slice(0, ENTRY_CHARS_MAX);
    }
    return entries;
  });
}

function headingId(node: ElementContent): string | undefined {
  if (node.type !== "element" || !/^h[23]$/.test(node.tagName)) return undefined;
  const { id } = node.properties;
  return typeof id === "string" ? id : undefined;
}

/** With a space between cells and paragraphs. */
function plain(node: ElementContent): string {
  const parts =
    "children" in node && node.type === "element" && isBlock(node.tagName)
      ? node.children.map(plain).join(" ")
      : textOfElement(node);
  return parts.replaceAll(/\s+/g, " ").trim();
}

function isBlock(tag: string): boolean {
  return /^(?:div|table|thead|tbody|tr|td|th|ul|ol|li)$/.test(tag);
}
