/**
 * Reads the elements of an XML document.
 */
import { XmlElement } from "@rgrove/parse-xml";

export function elementsIn(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => child instanceof XmlElement);
}

export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return elementsIn(element).filter((child) => child.name === name);
}

/** The text of the first child with a name. */
export function textIn(element: XmlElement, name: string): string | undefined {
  return childrenOf(element, name)[0]?.text;
}
