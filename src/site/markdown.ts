/**
 * Renders Markdown to HTML and plain text that are safe to show anywhere.
 */
import type { Element, Root } from "hast";
import { raw } from "hast-util-raw";
import { defaultSchema, sanitize } from "hast-util-sanitize";
import { toHtml } from "hast-util-to-html";
import { toText } from "hast-util-to-text";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { toHast } from "mdast-util-to-hast";
import { gfm } from "micromark-extension-gfm";
import { BLOCK_LINES_MAX, BLOCK_MARKS_MAX, NESTING_MARKS_MAX, TABLE_CELLS_MAX } from "./limits.ts";

/**
 * Stands for the service's address in stored HTML, so that a change of address does not need every release to be
 * rendered again. Nobody can own a name under `.invalid` (RFC 2606).
 */
const PLACEHOLDER_ORIGIN = "https://here.invalid";

const ID_PREFIX = "user-content-";

/**
 * GitHub's list of what HTML from users may contain. Ids get a prefix, so that they cannot clash with those of
 * the page. The elements in `strip` are removed with their content.
 */
const schema: typeof defaultSchema = {
  ...defaultSchema,
  clobberPrefix: ID_PREFIX,
  strip: [
    "script",
    "style",
    "template",
    "iframe",
    "noscript",
    "noembed",
    "noframes",
    "xmp",
    "title",
    "textarea",
  ],
};

export type Rendering = { ok: true; html: string; text: string } | { ok: false; reason: string };

/**
 * Renders the Markdown of one release.
 *
 * @param markdown CommonMark with GFM; raw HTML in it is parsed and sanitised
 * @param path of the release's page. Relative links are resolved against it, because a feed gives them no base
 * @returns `html` without script, style, event handlers or `]]>`, for {@link withBaseUrl}, and `text` with empty
 *   lines between paragraphs; or the reason why the Markdown is refused
 */
export function renderMarkdown(markdown: string, path: string): Rendering {
  const reason = checkMarkdownComplexity(markdown);
  if (reason !== undefined) return { ok: false, reason };
  try {
    const tree = toSafeTree(markdown);
    makeUrlsAbsolute(tree, PLACEHOLDER_ORIGIN + path);
    return {
      ok: true,
      // `]]>` would end a CDATA section. In HTML both spellings are the same text.
      html: toHtml(tree).replaceAll("]]>", "]]&gt;").trim(),
      text: toText(tree).trim(),
    };
  } catch (error) {
    // Elements are nested deeper than the parser's stack.
    if (error instanceof RangeError) return TOO_DEEP;
    throw error;
  }
}

function toSafeTree(markdown: string): Root {
  const parsed = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const unsafe = toHast(parsed, { allowDangerousHtml: true, clobberPrefix: "" });
  return sanitize(raw(unsafe), schema) as Root; // the sanitised tree of a root is a root
}

const TOO_DEEP: Rendering = {
  ok: false,
  reason: "is nested too deeply; split its elements",
};

/** Puts the service's current address into rendered HTML. */
export function withBaseUrl(html: string, baseUrl: string): string {
  return html.replaceAll(`="${PLACEHOLDER_ORIGIN}/`, `="${baseUrl}/`);
}

const URL_PROPERTIES = ["href", "src", "cite", "longDesc"] as const;

function makeUrlsAbsolute(node: Root | Element, base: string): void {
  for (const child of node.children) {
    if (child.type !== "element") continue;
    for (const name of URL_PROPERTIES) {
      const value = child.properties[name];
      if (typeof value !== "string") continue;
      const target = value.startsWith("#") ? `#${ID_PREFIX}${value.slice(1)}` : value;
      const url = URL.parse(target, base);
      if (url) child.properties[name] = url.href;
      else delete child.properties[name];
    }
    makeUrlsAbsolute(child, base);
  }
}

/*
 * Limits on Markdown. The parser takes quadratic time in the marks of one paragraph, the lines of one list and
 * the depth of nesting, and a table has columns times rows cells. Without limits a few kilobytes could block
 * the service for a minute.
 */

/** The marks of quotes and lists at the start of a line, and its indentation. */
const NESTING = new RegExp(`^(?:[\\s>*+-]|\\d{1,9}[.)]){${NESTING_MARKS_MAX}}`, "m");
/** Opening tags. Each may be inside the one before. */
const OPENED = /<[a-z]/gi;
const MARKS = /[*_~[\]|<]/g;

/** @returns what is too much and what to do about it; undefined for ordinary texts */
export function checkMarkdownComplexity(markdown: string): string | undefined {
  if (NESTING.test(markdown)) return "is nested too deeply; split quotes and lists";
  for (const block of markdown.split(/\n[^\S\n]*\n/)) {
    const lines = block.split("\n");
    if (lines.length > BLOCK_LINES_MAX) {
      return `has a block of ${lines.length} lines; the limit is ${BLOCK_LINES_MAX}. Add blank lines.`;
    }
    if (count(block, MARKS) > BLOCK_MARKS_MAX) {
      return `has a paragraph with more than ${BLOCK_MARKS_MAX} marks such as * _ [ ] | <; split it`;
    }
    const columns = Math.max(...lines.map((line) => count(line, /\|/g)));
    if (columns * lines.length > TABLE_CELLS_MAX) {
      return `has a table of more than ${TABLE_CELLS_MAX} cells; attach it as a file`;
    }
  }
  return count(markdown, OPENED) > BLOCK_MARKS_MAX
    ? `has more than ${BLOCK_MARKS_MAX} HTML elements; write it in Markdown`
    : undefined;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
