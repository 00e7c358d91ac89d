/**
 * Mends the source before it is rendered: what is no HTML becomes text, and an address ends before the mark that
 * follows it. All changes keep the lines, so that a remark can name them.
 */
import type { Link, List, Nodes, Parents, Root, Table, Text } from "mdast";
import { mendControls } from "../domain/text.ts";
import { addressLength } from "./bare-address.ts";
import { MEND_ROUNDS_MAX } from "./limits.ts";
import { applyPatches, originalOffset, parseMarkdown, type Patch, walkMarkdown } from "./parse.ts";
import { strayPatches } from "./stray-marks.ts";

/** A text whose HTML is mended. */
export interface Mended {
  source: string;
  tree: Root;
  /** The offset in the given Markdown of an offset in `source`. */
  toOriginal: (offset: number) => number;
}

/** Makes text of what is no HTML, until nothing would be lost. */
export function mendHtml(markdown: string): Mended {
  const rounds: Patch[][] = [];
  let source = markdown;
  for (;;) {
    const tree = parseMarkdown(source);
    const isLast = rounds.length + 1 === MEND_ROUNDS_MAX;
    const patches =
      rounds.length < MEND_ROUNDS_MAX && source.includes("<") ? strayPatches(tree, source, isLast) : [];
    if (patches.length === 0) {
      return { source, tree, toOriginal: (offset) => rounds.reduceRight(originalOffset, offset) };
    }
    rounds.push(patches);
    source = applyPatches(source, patches);
  }
}

/** Parses Markdown, mended. */
export function parseMended(markdown: string): Root {
  const { source, tree } = mendHtml(markdown);
  const patches = textPatches(tree, source);
  if (patches.length === 0) return keepWhatMarkdownDrops(tree, source);
  const mended = applyPatches(source, patches);
  return keepWhatMarkdownDrops(parseMarkdown(mended), mended);
}

function textPatches(tree: Root, source: string): Patch[] {
  const patches: Patch[] = [];
  walkMarkdown(tree, (node, parent) => {
    if (node.type === "link" && node.position === undefined) splitLink(node, parent);
    else if (node.type === "link") patches.push(...addressPatch(node, source));
    if (node.type === "text" && parent.type !== "link") patches.push(...controlPatches(node, source));
  });
  return patches;
}

/** A bare address that swallows the mark after it becomes an address in angle brackets, before the mark. */
function addressPatch(link: Link, source: string): Patch[] {
  const [text] = link.children;
  const start = link.position?.start.offset;
  if (start === undefined || text?.type !== "text") return [];
  const written = source.slice(start, link.position?.end.offset);
  if (written !== text.value) return [];
  const length = addressLength(written);
  if (length === written.length) return [];
  const address = written.slice(0, length);
  if (!/^https?:\/\/[^/]/i.test(address) && !/^www\../i.test(address)) return [];
  const mended = /^www/i.test(address) ? `[${address}](<http://${address}>)` : `<${address}>`;
  return [{ start, end: start + length, text: mended }];
}

/** The same for a link that the parser made of text, whose place in the source it does not know. */
function splitLink(link: Link, parent: Parents): void {
  const [text] = link.children;
  if (text?.type !== "text" || link.children.length > 1 || !link.url.endsWith(text.value)) return;
  const length = addressLength(text.value);
  const tail = text.value.slice(length);
  if (tail === "") return;
  link.url = link.url.slice(0, -tail.length);
  text.value = text.value.slice(0, length);
  const siblings = parent.children as Nodes[];
  siblings.splice(siblings.indexOf(link) + 1, 0, { type: "text", value: tail });
}

/** `&#146;` is the apostrophe of Windows-1252. */
function controlPatches(node: Text, source: string): Patch[] {
  const start = node.position?.start.offset;
  if (start === undefined) return [];
  const written = source.slice(start, node.position?.end.offset);
  return [...written.matchAll(/(?<!\\)&#(?:0*(1[2-5]\d)|x0*([89][\da-f]));/gi)].flatMap((match) => {
    const code = match[1] === undefined ? Number.parseInt(match[2] ?? "", 16) : Number(match[1]);
    if (code < 0x80 || code > 0x9f) return [];
    const at = start + match.index;
    return [{ start: at, end: at + match[0].length, text: mendControls(String.fromCharCode(code)) }];
  });
}

function keepWhatMarkdownDrops(tree: Root, source: string): Root {
  walkMarkdown(tree, (node) => {
    if (node.type === "table") keepAllCells(node);
    if (node.type === "list" && node.ordered) keepNumbers(node, source);
    // What looks like a comment here would be public.
    if ((node.type === "image" || node.type === "imageReference") && node.alt)
      node.alt = node.alt.replace(/<!--[\s\S]*?-->/g, "");
  });
  return tree;
}

/** GFM drops the cells of a row that has more than the head of the table. */
function keepAllCells(table: Table): void {
  const columns = Math.max(...table.children.map(({ children }) => children.length));
  table.align ??= [];
  while (table.align.length < columns) table.align.push(null);
}

/**
 * Markdown counts on from the first number. But `2021. gada maijā` and then `5. maijs` are no list to their author.
 * Numbers that are all the same leave the counting to Markdown.
 */
function keepNumbers(list: List, source: string): void {
  const typed = list.children.map(({ position }) =>
    Number.parseInt(source.slice(position?.start.offset, (position?.start.offset ?? 0) + 10), 10),
  );
  let expected = list.start ?? 1;
  for (const [index, item] of list.children.entries()) {
    const number = typed[index] ?? expected;
    if (number !== expected && number !== typed[0] && Number.isFinite(number)) {
      item.data = { ...item.data, hProperties: { value: String(number) } };
      expected = number;
    }
    expected += 1;
  }
}
