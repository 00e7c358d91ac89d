/**
 * Walks the elements of rendered HTML.
 */
import type { Element, ElementContent, Root, RootContent } from "hast";

/** Calls `see` for each element, in the order of the text. */
export function walkElements(parent: Root | Element, see: (element: Element) => void): void {
  for (const child of parent.children) {
    if (child.type !== "element") continue;
    see(child);
    walkElements(child, see);
  }
}

/** The text in a node, without the marks of footnotes. */
export function textOf(node: RootContent | ElementContent): string {
  if (node.type === "text") return node.value;
  if (node.type !== "element" || isFootnoteMark(node)) return "";
  return node.tagName === "br" ? " " : node.children.map(textOf).join("");
}

/** A reference to a footnote, or the arrow back to it. */
export function isFootnoteMark({ properties }: Element): boolean {
  return properties["dataFootnoteRef"] !== undefined || properties["dataFootnoteBackref"] !== undefined;
}

/** The value of an attribute; "" if it has none. */
export function attribute({ properties }: Element, name: string): string {
  const value = properties[name];
  return typeof value === "string" ? value : "";
}
