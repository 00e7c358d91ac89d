/**
 * Where a Markdown text names what it links and shows, so that the command line can put other addresses there.
 */
import type { Definition, Html, Image, Link } from "mdast";
import { mendHtml } from "./mend-source.ts";
import { parseMarkdown, type Patch, walkMarkdown } from "./parse.ts";
import { offsetsOf } from "./stray-marks.ts";

/** A target of a link, an image, a definition or an attribute of HTML. */
export interface LinkTarget {
  /** Without Markdown's and HTML's escapes; percent-escapes stay. */
  target: string;
  /** The line of the text, from 1. */
  line: number;
  /** Its place in the text; undefined where it is spread over lines in a way that cannot be replaced. */
  place?: Pick<Patch, "start" | "end">;
}

/** All targets of a text, in its order. */
export function linkTargets(markdown: string): LinkTarget[] {
  // As it is rendered: without this, `<word` would swallow the links behind it.
  const { source, tree, toOriginal } = mendHtml(markdown);
  const targets: LinkTarget[] = [];
  const add = (target: string, at: number, raw: string | undefined) => {
    const start = toOriginal(at);
    const line = markdown.slice(0, start).split("\n").length;
    const isThere = raw !== undefined && markdown.startsWith(raw, start);
    targets.push({
      target,
      line,
      ...(isThere && { place: { start, end: start + raw.length } }),
    });
  };
  walkMarkdown(tree, (node) => {
    if (node.type === "html") {
      for (const { target, raw, start } of attributeTargets(node, source)) add(target, start, raw);
    }
    if (node.type !== "link" && node.type !== "image" && node.type !== "definition") return;
    if (node.position === undefined) return;
    const found = destinationOf(node, source);
    add(node.url, found?.start ?? offsetsOf(node).start, found?.raw);
  });
  return targets;
}

/** What may be a target: behind a link, a definition, or an attribute of HTML. One per address in `srcset`. */
const CANDIDATE = /\]\(\s*<?|\]:\s*<?|\s(?:src|href|poster|data)\s*=\s*["']?|srcset()/gi;
/** An address with a scheme, or from the root, the query or the fragment of the page. */
const WHOLE_ADDRESS = /^(?:[a-z][a-z0-9+.-]*:|[/#?])/i;

/**
 * Whether a text may have a target that is a path from the text itself. It never misses one, and it spares most texts
 * the parser: a folder may hold a hundred thousand.
 */
export function mayHavePaths(markdown: string): boolean {
  for (const match of markdown.matchAll(CANDIDATE)) {
    const after = match.index + match[0].length;
    if (match[1] !== undefined || !WHOLE_ADDRESS.test(markdown.slice(after, after + 100))) return true;
  }
  return false;
}

interface Found {
  raw: string;
  start: number;
}

/** In angle brackets, or without spaces. */
const DESTINATION = /^(\s*)(?:<((?:\\.|[^<>\\\n])*)>|((?:\\.|[^\s\\])*))/;

/** The destination as it is written: the first one that means the node's URL. */
function destinationOf(node: Link | Image | Definition, source: string): Found | undefined {
  const { start, end } = offsetsOf(node);
  const mark = node.type === "definition" ? "]:" : "](";
  const text = source.slice(start, node.type === "definition" ? end : end - 1);
  const lastChild = node.type === "link" ? node.children.at(-1)?.position?.end.offset : undefined;
  for (let at = (lastChild ?? start) - start; ; at += 1) {
    at = text.indexOf(mark, at);
    if (at === -1) return undefined;
    const match = DESTINATION.exec(text.slice(at + 2));
    if (match === null) continue;
    const [, space = "", bracketed, bare = ""] = match;
    const raw = bracketed ?? bare;
    if (raw === "" || meaningOf(raw, bracketed !== undefined) !== node.url) continue;
    return { raw, start: start + at + 2 + space.length + (bracketed === undefined ? 0 : 1) };
  }
}

/** A destination without its escapes and character references. */
function meaningOf(raw: string, isBracketed: boolean): string | undefined {
  const [paragraph] = parseMarkdown(isBracketed ? `[x](<${raw}>)` : `[x](${raw})`).children;
  const link = paragraph?.type === "paragraph" ? paragraph.children[0] : undefined;
  return link?.type === "link" ? link.url : undefined;
}

const ATTRIBUTE = /(\s(?:src|href|poster|data|srcset)\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))/gi;

/** The targets in a piece of HTML, none of its comments. */
function attributeTargets(node: Html, source: string): (Found & { target: string })[] {
  const { start, end } = offsetsOf(node);
  const html = source.slice(start, end).replace(/<!--[^]*?-->/g, (comment) => " ".repeat(comment.length));
  return [...html.matchAll(ATTRIBUTE)].flatMap((match) => {
    const [, name = "", double, single, bare] = match;
    const value = double ?? single ?? bare ?? "";
    const at = start + match.index + name.length + (bare === undefined ? 1 : 0);
    const sources = /srcset/i.test(name) ? [...value.matchAll(/(?<=^|[\s,])[^\s,]\S*?(?=,?(?:\s|$))/g)] : [];
    const parts = /srcset/i.test(name)
      ? // `a.webp 1x`: the second word is a descriptor.
        sources
          .filter(([word]) => !/^[\d.]+[wxh]$/.test(word))
          .map((each) => ({ raw: each[0], offset: each.index }))
      : [{ raw: value, offset: 0 }];
    return parts.map(({ raw, offset }) => ({
      raw,
      start: at + offset,
      target: raw.replaceAll("&amp;", "&").trim(),
    }));
  });
}
