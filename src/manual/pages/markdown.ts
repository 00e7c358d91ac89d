/**
 * Sections of Markdown files as elements of a page.
 */
import { dirname, join } from "node:path/posix";
import type { Element, ElementContent, Root as Html, RootContent as HtmlContent } from "hast";
import { raw } from "hast-util-raw";
import type { Nodes, Root, RootContent } from "mdast";
import { toHast } from "mdast-util-to-hast";
import { PLACEHOLDER_URL } from "../../http/documents/manual.ts";
import { parseMarkdown } from "../../markdown/parse.ts";
import { slugOf } from "./chapters.ts";

/** A section of a Markdown file, with its heading. */
export interface Section {
  heading: string;
  nodes: RootContent[];
}

/** Where READMEs say that a service of theirs runs. */
const LOCAL_URL = "http://localhost:8787";

/** The sections of a file; what stands before the first heading is none. */
export function sectionsOf(markdown: string): Section[] {
  const sections: Section[] = [];
  for (const node of parseMarkdown(markdown.replaceAll(LOCAL_URL, PLACEHOLDER_URL)).children) {
    if (node.type === "heading" && node.depth <= 2) sections.push({ heading: textOf(node), nodes: [] });
    else sections.at(-1)?.nodes.push(node);
  }
  return sections;
}

export function textOf(node: Nodes): string {
  if ("value" in node) return node.value;
  return "children" in node ? node.children.map((child) => textOf(child)).join("") : "";
}

/**
 * Renders parts of a file.
 *
 * @param file its path, which relative links start from
 * @param linkTo gives the page of a heading or a file of the repository; undefined if the manual has none
 */
export function toElements(
  nodes: readonly RootContent[],
  file: string,
  linkTo: (file: string, hash: string) => string | undefined,
): HtmlContent[] {
  const root: Root = { type: "root", children: [...nodes] };
  const tree = raw(toHast(root, { allowDangerousHtml: true })) as Html;
  tree.children = tree.children.flatMap((child) => adapted(child as ElementContent, file, linkTo));
  return tree.children;
}

/** Gives headings their ids, points links at pages of the manual, and lets wide parts scroll. */
function adapted(
  node: ElementContent,
  file: string,
  linkTo: (file: string, hash: string) => string | undefined,
): ElementContent[] {
  if (node.type !== "element") return [node];
  const children = node.children.flatMap((child) => adapted(child, file, linkTo));
  const element: Element = { ...node, children };
  switch (node.tagName) {
    case "h3":
      return [{ ...element, tagName: "h2", properties: { id: slugOf(textOfElement(node)) } }];
    case "h4":
      return [{ ...element, tagName: "h3", properties: { id: slugOf(textOfElement(node)) } }];
    case "a":
      return linked(element, file, linkTo);
    case "pre":
      return [scrolling(element)];
    case "table":
      return [inScrolling(element)];
    default:
      return [element];
  }
}

function linked(
  element: Element,
  file: string,
  linkTo: (file: string, hash: string) => string | undefined,
): ElementContent[] {
  const href = element.properties["href"];
  if (typeof href !== "string" || /^[a-z]+:/.test(href)) return [element];
  const [path = "", hash = ""] = href.split("#");
  const target = linkTo(path === "" ? file : join(dirname(file), path), hash);
  // What the manual does not hold is of use only with the repository.
  return target === undefined
    ? element.children
    : [{ ...element, properties: { ...element.properties, href: target } }];
}

/** The keyboard must reach what scrolls. */
function scrolling(element: Element): Element {
  return { ...element, properties: { ...element.properties, tabIndex: 0 } };
}

export function inScrolling(table: Element): Element {
  return {
    type: "element",
    tagName: "div",
    properties: { className: ["wide"], role: "group", ariaLabel: "Table", tabIndex: 0 },
    children: [table],
  };
}

export function textOfElement(node: HtmlContent): string {
  if (node.type === "text") return node.value;
  return "children" in node ? node.children.map((child) => textOfElement(child)).join("") : "";
}
