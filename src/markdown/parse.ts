/**
 * Parses CommonMark with GFM, and walks its tree.
 */
import type { Nodes, Parents, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

export function parseMarkdown(source: string): Root {
  return fromMarkdown(source, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

/** Calls `see` for each node below `parent`, in the order of the text. */
export function walkMarkdown(parent: Parents, see: (node: Nodes, parent: Parents) => void): void {
  for (const node of parent.children) {
    see(node, parent);
    if ("children" in node) walkMarkdown(node, see);
  }
}

/** A change of the source: the characters from `start` to `end` become `text`. */
export interface Patch {
  start: number;
  end: number;
  text: string;
}

/** Applies changes that do not overlap. */
export function applyPatches(source: string, patches: readonly Patch[]): string {
  let patched = "";
  let at = 0;
  for (const { start, end, text } of [...patches].sort((a, b) => a.start - b.start)) {
    patched += source.slice(at, start) + text;
    at = end;
  }
  return patched + source.slice(at);
}

/** Where an offset in the changed source is in the source before. */
export function originalOffset(offset: number, patches: readonly Patch[]): number {
  let longer = 0;
  for (const { start, end, text } of [...patches].sort((a, b) => a.start - b.start)) {
    if (offset <= start + longer) break;
    if (offset < start + longer + text.length) return start;
    longer += text.length - (end - start);
  }
  return offset - longer;
}
