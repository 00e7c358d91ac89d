/**
 * Plain paragraphs as Markdown that reads back as the very same characters.
 */
import type { PhrasingContent, Root } from "mdast";
import { gfmToMarkdown } from "mdast-util-gfm";
import { toMarkdown, type Options } from "mdast-util-to-markdown";

// Left to themselves these become links anyway; as `<https://…>` they need no backslashes inside.
const ADDRESS = /https?:\/\/[^\s<>\\|"«»“”]+[^\s<>\\|"«»“”.,;:!?'’()[\]*_~`]/g;

// GFM makes links of what looks like the start of one, and then takes the backslashes of other escapes
// into the address; mdast-util-gfm only escapes starts that plain text follows.
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
 * @returns Markdown with a line end behind the last paragraph
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
  for (const match of text.matchAll(ADDRESS)) {
    found.push({ type: "text", value: text.slice(end, match.index) });
    found.push({ type: "link", url: match[0], children: [{ type: "text", value: match[0] }] });
    end = match.index + match[0].length;
  }
  found.push({ type: "text", value: text.slice(end) });
  return found;
}
