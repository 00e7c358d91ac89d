/**
 * Writes plain paragraphs as Markdown that renders exactly these characters.
 */
import { addressLength } from "../../markdown/bare-address.ts";
import type { PhrasingContent, Root } from "mdast";
import { gfmToMarkdown } from "mdast-util-gfm";
import { toMarkdown, type Options } from "mdast-util-to-markdown";

// GFM makes links of these anyway. Written as `<https://…>` they need no backslashes.
const ADDRESS = /https?:\/\/[^\s<>\\|"]+/g;

// GFM turns anything like the start of a URL into a link, which then includes the backslashes of other
// escapes. mdast-util-gfm only escapes starts that plain text follows.
const LINK_STARTS: Options = {
  unsafe: [
    { character: ".", before: "[Ww]{3}", inConstruct: "phrasing" },
    {
      character: ":",
      before: "[Hh][Tt][Tt][Pp][Ss]?|[Mm][Aa][Ii][Ll][Tt][Oo]|[Xx][Mm][Pp][Pp]",
      inConstruct: "phrasing",
    },
    { character: "@", inConstruct: "phrasing" },
  ],
};

/**
 * @param paragraphs one line each, without white space around it
 * @returns Markdown that ends with a line feed
 */
export function paragraphsToMarkdown(paragraphs: readonly string[]): string {
  const root: Root = {
    type: "root",
    children: paragraphs.map((text) => ({ type: "paragraph", children: phrases(text) })),
  };
  return toMarkdown(root, { extensions: [gfmToMarkdown(), LINK_STARTS] });
}

function phrases(text: string): PhrasingContent[] {
  const found: PhrasingContent[] = [];
  let end = 0;
  for (const { 0: match, index } of text.matchAll(ADDRESS)) {
    const address = match.slice(0, addressLength(match)).replace(/[.,;:!?'’()[\]*_~`]+$/, "");
    if (!/^https?:\/\/./.test(address)) continue;
    found.push({ type: "text", value: text.slice(end, index) });
    found.push({ type: "link", url: address, children: [{ type: "text", value: address }] });
    end = index + address.length;
  }
  found.push({ type: "text", value: text.slice(end) });
  return found;
}
