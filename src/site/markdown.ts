/**
 * Markdown as people may write it → HTML and text that are safe to show anywhere.
 */
import type { Element, Root } from "hast";
import { toHtml } from "hast-util-to-html";
import { toText } from "hast-util-to-text";
import rehypeRaw from "rehype-raw";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import remarkRehype from "remark-rehype";
import { unified } from "unified";
import { BLOCK_LINES_MAX, BLOCK_MARKS_MAX, NESTING_MARKS_MAX, TABLE_CELLS_MAX } from "./limits.ts";

/**
 * Stands for the service's address in stored HTML, so that a text need not be rendered again when
 * the address changes. `.invalid` can never be anybody's (RFC 2606).
 */
const HERE = "https://here.invalid";

const ID_PREFIX = "user-content-";

/**
 * GitHub's list of what user-written HTML may hold. Ids get a prefix so that they cannot clash with
 * a page's own; elements whose text is no text of the author's go with what is in them.
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

const processor = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype, { allowDangerousHtml: true, clobberPrefix: "" })
  .use(rehypeRaw)
  .use(rehypeSanitize, schema);

export type Rendering = { ok: true; html: string; text: string } | { ok: false; reason: string };

/**
 * Renders the Markdown of one release.
 *
 * @param markdown CommonMark with GFM; raw HTML in it is parsed and sanitised
 * @param path of the release's page, against which relative links are resolved: in a feed they have
 *   no other base
 * @returns `html` without script, style, event handlers or `]]>`, for {@link placeHtml}, and
 *   `text` with empty lines between paragraphs; or, in words, why it cannot be rendered
 */
export function renderMarkdown(markdown: string, path: string): Rendering {
  const reason = checkMarkdownComplexity(markdown);
  if (reason !== undefined) return { ok: false, reason };
  try {
    const tree: Root = processor.runSync(processor.parse(markdown));
    makeUrlsAbsolute(tree, HERE + path);
    return {
      ok: true,
      // In CDATA `]]>` would end the section; in HTML both spellings are the same text.
      html: toHtml(tree).replaceAll("]]>", "]]&gt;").trim(),
      text: toText(tree).trim(),
    };
  } catch (error) {
    // Elements within elements, deeper than the stack of the parser.
    if (error instanceof RangeError) return TOO_DEEP;
    throw error;
  }
}

const TOO_DEEP: Rendering = {
  ok: false,
  reason: "is nested too deeply; take its elements apart",
};

/** Rendered HTML at the address where the service now stands. */
export function placeHtml(html: string, baseUrl: string): string {
  return html.replaceAll(`="${HERE}/`, `="${baseUrl}/`);
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

// FOLDED: Markdown that would cost more than a statement ever does. A parser of Markdown takes quadratic time in the marks of one paragraph, in the lines of one list and in the depth of nesting, and a table has as many cells as its columns times its rows: a few kilobytes can hold a service up for a minute.

/** The marks of quotes and lists in front of a line's text, and its indentation. */
const NESTING = new RegExp(`^(?:[\\s>*+-]|\\d{1,9}[.)]){${NESTING_MARKS_MAX}}`, "m");
/** Elements that are opened, each within the one before as far as anybody knows. */
const OPENED = /<[a-z]/gi;
const MARKS = /[*_~[\]|<]/g;

/** @returns in words what is too much, and the way out; undefined for any text that somebody wrote */
export function checkMarkdownComplexity(markdown: string): string | undefined {
  if (NESTING.test(markdown)) return "is nested too deeply; take quotes and lists apart";
  for (const block of markdown.split(/\n[^\S\n]*\n/)) {
    const lines = block.split("\n");
    if (lines.length > BLOCK_LINES_MAX) {
      return `has ${lines.length} lines without an empty one between; ${BLOCK_LINES_MAX} are the most`;
    }
    if (count(block, MARKS) > BLOCK_MARKS_MAX) {
      return `has a paragraph with more than ${BLOCK_MARKS_MAX} marks such as * _ [ ] | <; break it up`;
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
