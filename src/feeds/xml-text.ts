/**
 * Text in XML documents of our own writing: Atom and OPML.
 */
import { carriable } from "../domain/text.ts";

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Safe both as element text and between double quotes. */
export function xml(text: string): string {
  return carriable(text).replace(/[&<>"]/g, (character) => ESCAPES[character] ?? "");
}
