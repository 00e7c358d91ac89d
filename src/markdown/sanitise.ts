/**
 * The last guard: only these elements and attributes leave the renderer, whatever came before.
 */
import type { Root } from "hast";
import { defaultSchema, sanitize } from "hast-util-sanitize";
import { LINK_SCHEMES } from "./take-out.ts";

const attributes = defaultSchema.attributes ?? {};

/** GitHub's list of what HTML from users may contain, with what official texts also have. */
const schema: typeof defaultSchema = {
  ...defaultSchema,
  tagNames: [
    ...(defaultSchema.tagNames ?? []),
    ..."abbr bdi bdo caption cite col colgroup dfn figcaption figure mark small time u wbr".split(" "),
  ],
  ancestors: {
    ...defaultSchema.ancestors,
    caption: ["table"],
    colgroup: ["table"],
    col: ["table"],
    source: ["picture"],
  },
  attributes: {
    ...attributes,
    source: ["srcSet", "type", "sizes"],
    img: [...(attributes["img"] ?? []), "srcSet", "sizes"],
    ol: [...(attributes["ol"] ?? []), "type", "reversed"],
    li: [...(attributes["li"] ?? []), "type"],
    section: [...(attributes["section"] ?? []), "ariaLabel"],
  },
  // identify.ts gives ids.
  clobber: [],
  protocols: { ...defaultSchema.protocols, href: LINK_SCHEMES },
  strip: ["script", "style", "template", "iframe", "noembed", "noframes", "title"],
};

export function sanitise(tree: Root): Root {
  return sanitize(tree, schema) as Root; // the sanitised tree of a root is a root
}
