/**
 * Finds in the HTML of a Markdown text what is no HTML, so that it can be shown as the text that it is: words in
 * angle brackets, and elements and comments that never end and would hide all that follows.
 */
import type { Nodes, Parents, Root } from "mdast";
import {
  BOOLEAN_ATTRIBUTES,
  isHtmlElement,
  mayStayOpen,
  RAW_TEXT,
  TABLE_PARTS,
  VOID,
  WITH_ADDRESS,
} from "./html-names.ts";
import { type Patch, walkMarkdown } from "./parse.ts";

/** A run of HTML in the source. */
interface Fragment {
  start: number;
  source: string;
  /** The paragraph or other block that holds it; a block of HTML is its own. */
  block: object;
  isBlock: boolean;
}

type Mark =
  | { kind: "start"; at: number; end: number; name: string; attributes: string }
  | { kind: "end"; at: number; end: number; name: string }
  | { kind: "stray"; at: number; hidesRest: boolean };

const ATTRIBUTE = String.raw`\s+([^\s"'<>/=]+)(\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>${"`"}]+))?`;
const TAG = new RegExp(String.raw`<(/?)([a-z][^\s/>"'=<]*)((?:${ATTRIBUTE})*)\s*/?>`, "iy");
const OPEN_TAG = /<[a-z][^<>`]*=\s*[^\s"'<>`]*$/i;
const OPEN_TAG_CHARS_MAX = 1_000;
const INLINE_PARENTS = new Set(["emphasis", "strong", "delete", "link", "linkReference"]);

/**
 * The changes that make text of what is no HTML. They keep the lines. Where the start of a block of HTML changes,
 * Markdown reads the rest of it differently: parse again, and call this again.
 *
 * @param all also look behind such a start
 */
export function strayPatches(tree: Root, source: string, all: boolean): Patch[] {
  const fragments = htmlFragments(tree, source);
  const marks = fragments.map(({ source }) => marksOf(source));
  const ends = new Map<string, number>();
  const endsInBlock = new Map<object, Map<string, number>>();
  for (const [index, fragment] of fragments.entries()) {
    for (const mark of marks[index] ?? []) {
      if (mark.kind !== "end") continue;
      const position = fragment.start + mark.at;
      ends.set(mark.name, position);
      const inBlock = endsInBlock.get(fragment.block) ?? new Map<string, number>();
      endsInBlock.set(fragment.block, inBlock.set(mark.name, position));
    }
  }
  const patches: Patch[] = [];
  let foreignUntil = -1;
  let tablesFrom = Infinity;
  for (const [index, { start, block, isBlock }] of fragments.entries()) {
    for (const mark of marks[index] ?? []) {
      const at = start + mark.at;
      if (at < foreignUntil && mark.kind !== "stray") continue;
      const lastEnd = (name: string) => (RAW_TEXT.has(name) ? endsInBlock.get(block) : ends)?.get(name) ?? -1;
      if (mark.kind === "start" && isTag(mark) && lastEnd(mark.name) < at && canStandAlone(mark)) {
        patches.push({ start: start + mark.end, end: start + mark.end, text: `</${mark.name}>` });
        continue;
      }
      if (mark.kind === "start" && isTag(mark) && (mayStayOpen(mark.name) || lastEnd(mark.name) > at)) {
        if (mark.name === "svg" || mark.name === "math") foreignUntil = lastEnd(mark.name);
        if (mark.name === "table") tablesFrom = Math.min(tablesFrom, at);
        if (!TABLE_PARTS.has(mark.name) || (at > tablesFrom && at < lastEnd("table"))) continue;
      }
      // The parser of HTML drops a cell without a table, and glues its words to those of the next.
      if (
        mark.kind !== "stray" &&
        TABLE_PARTS.has(mark.name) &&
        !(at > tablesFrom && at < lastEnd("table"))
      ) {
        patches.push({ start: at, end: start + mark.end, text: " " });
        if (isBlock && mark.at === 0 && !all) break;
        continue;
      }
      if (mark.kind === "end" && isHtmlElement(mark.name)) continue;
      patches.push({ start: at, end: at + 1, text: "&lt;" });
      // The reference would complete a tag: `<b x=<y>`.
      const open = isBlock ? null : OPEN_TAG.exec(source.slice(Math.max(0, at - OPEN_TAG_CHARS_MAX), at));
      if (open !== null)
        patches.push({ start: at - open[0].length, end: at - open[0].length + 1, text: "&lt;" });
      const changesBlock = isBlock && (mark.at === 0 || (mark.kind === "stray" && mark.hidesRest));
      if (changesBlock && !all) break;
    }
  }
  return patches;
}

function htmlFragments(tree: Root, source: string): Fragment[] {
  const fragments: Fragment[] = [];
  const blocks = new Map<Parents, object>();
  walkMarkdown(tree, (node, parent) => {
    const block = INLINE_PARENTS.has(parent.type) ? (blocks.get(parent) ?? parent) : parent;
    if ("children" in node) blocks.set(node, INLINE_PARENTS.has(node.type) ? block : node);
    if (node.type !== "html") return;
    const { start, end } = offsetsOf(node);
    const isBlock = isFlow(parent);
    // The source, and not the value: in a quote the value has lost the marks at the start of its lines.
    fragments.push({ start, source: source.slice(start, end), block: isBlock ? node : block, isBlock });
  });
  return fragments;
}

/** The start and the end of a node in the source, in UTF-16 units. */
export function offsetsOf(node: Nodes): { start: number; end: number } {
  return { start: node.position?.start.offset ?? 0, end: node.position?.end.offset ?? 0 };
}

function isFlow({ type }: Parents): boolean {
  return type === "root" || type === "blockquote" || type === "listItem" || type === "footnoteDefinition";
}

/** Each `<` of a fragment, but for those in comments and tags. */
function marksOf(html: string): Mark[] {
  const marks: Mark[] = [];
  let hasCommentEnd = true;
  for (let at = html.indexOf("<"); at !== -1;) {
    let end = at + 1;
    if (html.startsWith("<!--", at)) {
      const found: number = hasCommentEnd ? commentEnd(html, at) : -1;
      hasCommentEnd = found !== -1;
      if (hasCommentEnd) end = found;
      else marks.push({ kind: "stray", at, hidesRest: true });
    } else {
      TAG.lastIndex = at;
      const [tag, slash, name = "", attributes = ""] = TAG.exec(html) ?? [];
      if (tag === undefined) marks.push({ kind: "stray", at, hidesRest: false });
      else {
        end = at + tag.length;
        const lower = name.toLowerCase();
        // An end tag with attributes is text: `</b and more>`.
        if (slash === "/" && attributes !== "") marks.push({ kind: "stray", at, hidesRest: false });
        else if (slash === "/") marks.push({ kind: "end", at, end, name: lower });
        else marks.push({ kind: "start", at, end, name: lower, attributes });
      }
    }
    at = html.indexOf("<", end);
  }
  return marks;
}

/** Where the comment that starts at `at` ends by the rules of HTML; -1 if it does not. */
export function commentEnd(html: string, at: number): number {
  const short = /^<!--(?:-?>)/.exec(html.slice(at, at + 6))?.[0];
  if (short !== undefined) return at + short.length;
  const plain = html.indexOf("-->", at + 4);
  const odd = html.indexOf("--!>", at + 4);
  if (odd !== -1 && (plain === -1 || odd < plain)) return odd + 4;
  return plain === -1 ? -1 : plain + 3;
}

/** Whether HTML knows the element, and its attributes are none that are only words. */
function isTag({ name, attributes }: Extract<Mark, { kind: "start" }>): boolean {
  if (!isHtmlElement(name)) return false;
  for (const [, attribute = "", value] of attributes.matchAll(new RegExp(ATTRIBUTE, "g"))) {
    const isPlain = value === undefined && !/^(?:data|aria)-./i.test(attribute);
    if (isPlain && !BOOLEAN_ATTRIBUTES.has(attribute.toLowerCase())) return false;
    // `a <b and c =d> e`: nobody writes an attribute so.
    if (value !== undefined && /^\s+=\s*[^\s"']/.test(value)) return false;
  }
  return true;
}

/** An open element with an address is taken out alone, and what follows stays. */
function canStandAlone({ name, attributes }: Extract<Mark, { kind: "start" }>): boolean {
  return !VOID.has(name) && WITH_ADDRESS.has(name) && /\s(?:src|data)\s*=/i.test(attributes);
}
