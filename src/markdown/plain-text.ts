/**
 * Writes rendered HTML as plain text: empty lines between paragraphs, numbers of lists, tabs between cells.
 */
import type { Element, ElementContent, Root, RootContent } from "hast";
import { listMarkers } from "./list-markers.ts";

/** Blocks with an empty line around them. */
const PARAGRAPHS = new Set(
  "p h1 h2 h3 h4 h5 h6 blockquote pre figure table ul ol dl hr section details".split(" "),
);
/** Blocks on lines of their own. */
const LINES = new Set("div li dt dd tr caption figcaption summary thead tbody tfoot".split(" "));

export function plainText(tree: Root): string {
  const writer = new TextWriter();
  for (const child of tree.children) write(child, writer, false);
  return writer.text.trim();
}

/** Collects text. Spaces and line ends are written only where text follows. */
class TextWriter {
  text = "";
  #lineEnds = 0;
  #space = "";
  #prefix = "";

  /** At least this many line ends before the next text. */
  breakLine(lineEnds: number): void {
    this.#lineEnds = Math.max(this.#lineEnds, lineEnds);
    this.#space = "";
  }

  addLineEnd(): void {
    this.breakLine(this.#lineEnds + 1);
  }

  /** Stands before the next text, on its line. */
  setPrefix(prefix: string): void {
    this.#prefix = prefix;
  }

  write(text: string): void {
    if (text === "") return;
    const separator = this.#lineEnds > 0 ? "\n".repeat(this.#lineEnds) : this.#space;
    this.text += (this.text === "" ? "" : separator) + this.#prefix + text;
    this.#lineEnds = 0;
    this.#space = "";
    this.#prefix = "";
  }

  /** Text in which white space only separates words. No-break spaces are none of it. */
  writeFlow(text: string): void {
    for (const part of text.split(/([ \t\n\f\r]+)/)) {
      if (/^[ \t\n\f\r]/.test(part)) this.#space = " ";
      else this.write(part);
    }
  }
}

function write(node: RootContent, writer: TextWriter, isInItem: boolean): void {
  if (node.type === "text") writer.writeFlow(node.value);
  if (node.type !== "element" || node.properties["dataFootnoteBackref"] !== undefined) return;
  const { tagName } = node;
  if (tagName === "br") return writer.addLineEnd();
  if (node.properties["dataFootnoteRef"] !== undefined) return writer.write(`[${preformatted(node)}]`);
  const isList = tagName === "ul" || tagName === "ol";
  // A list in a list stays with its item.
  const lineEnds =
    PARAGRAPHS.has(tagName) && !(isList && isInItem) ? 2 : LINES.has(tagName) || isList ? 1 : 0;
  if (lineEnds > 0) writer.breakLine(lineEnds);
  if (tagName === "pre") writer.write(preformatted(node).replace(/^\n|\s+$/g, ""));
  else if (tagName === "tr") writer.write(row(node));
  else if (tagName === "ol") writeNumbered(node, writer);
  else for (const child of node.children) write(child, writer, isInItem || isList);
  if (lineEnds > 0) writer.breakLine(lineEnds);
}

function writeNumbered(list: Element, writer: TextWriter): void {
  const markers = listMarkers(list);
  for (const child of list.children) {
    const marker = child.type === "element" ? markers.get(child) : undefined;
    writer.breakLine(1);
    if (marker !== undefined) writer.setPrefix(`${marker} `);
    write(child, writer, true);
    writer.setPrefix("");
  }
}

function row(node: Element): string {
  return node.children
    .filter((child) => child.type === "element")
    .map((cell) => {
      const writer = new TextWriter();
      for (const child of cell.children) write(child, writer, false);
      return writer.text.replace(/\s*\n\s*/g, " ");
    })
    .join("\t")
    .trimEnd();
}

function preformatted(node: ElementContent): string {
  if (node.type === "text") return node.value;
  if (node.type !== "element") return "";
  return node.tagName === "br" ? "\n" : node.children.map(preformatted).join("");
}
