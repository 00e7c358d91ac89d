/**
 * Renders Markdown to HTML and plain text that are safe to show anywhere, and says what it takes out.
 */
import type { Element, Root } from "hast";
import { raw } from "hast-util-raw";
import { toHtml } from "hast-util-to-html";
import type { Root as MarkdownRoot } from "mdast";
import { toHast } from "mdast-util-to-hast";
import { fill, type Phrases } from "../domain/phrases.ts";
import { phrasesIn } from "../i18n/wording.ts";
import { makeAddressesAbsolute } from "./addresses.ts";
import { checkMarkdownComplexity } from "./complexity.ts";
import { walkElements } from "./elements.ts";
import { type FileLink, fileLinks } from "./file-links.ts";
import { identify } from "./identify.ts";
import { ID_PREFIX, REMARKS_MAX } from "./limits.ts";
import { parseMended } from "./mend-source.ts";
import { plainText } from "./plain-text.ts";
import { sanitise } from "./sanitise.ts";
import { deriveSummary } from "./summary.ts";
import { type Remark, takeOut } from "./take-out.ts";
import { unusedDefinitions } from "./unused-definitions.ts";

export type Rendering =
  | {
      ok: true;
      /** Without script, style, event handlers or `]]>`; for `withBaseUrl`. */
      html: string;
      /** With empty lines between paragraphs. */
      text: string;
      /** The first sentence or two of the prose; "" for a text without words. */
      summary: string;
      /** What is taken out of the text, by line. */
      remarks: Remark[];
      /** Links and images under `/files/`. */
      files: FileLink[];
    }
  | { ok: false; reason: string; line?: number };

export interface RenderOptions {
  /** Of the release's page. Relative links are resolved against it, because a feed gives them no base. */
  path: string;
  /** BCP 47. */
  lang: string;
  /** Words of footnotes and of links to what is taken out; left out: ours in this language. */
  phrases?: Phrases;
  /** Of the service: absolute links to its pages follow it when it moves. */
  baseUrl?: string;
}

/**
 * Renders the Markdown of one release.
 *
 * @param markdown CommonMark with GFM; raw HTML in it is parsed and sanitised
 * @returns the reason instead if the Markdown is refused
 */
export function renderMarkdown(
  markdown: string,
  { path, lang, phrases = phrasesIn(lang), baseUrl }: RenderOptions,
): Rendering {
  const excess = checkMarkdownComplexity(markdown);
  if (excess !== undefined) return { ok: false, ...excess };
  try {
    const source = parseMended(markdown);
    const { tree: unsafe, remarks } = toElements(source, markdown, phrases);
    const tree = sanitise(unsafe);
    makeAddressesAbsolute(tree, path, identify(tree), baseUrl);
    return {
      ok: true,
      // `]]>` would end a CDATA section. In HTML both spellings are the same text.
      html: toHtml(tree).replaceAll("]]>", "]]&gt;").trim(),
      text: plainText(tree),
      summary: deriveSummary(tree, lang),
      files: fileLinks(tree),
      remarks: [...remarks, ...unusedDefinitions(source)]
        .sort((a, b) => a.line - b.line)
        .slice(0, REMARKS_MAX),
    };
  } catch (error) {
    // Elements are nested deeper than the parser's stack.
    if (error instanceof RangeError) return TOO_DEEP;
    throw error;
  }
}

const TOO_DEEP: Rendering = {
  ok: false,
  reason: "is nested too deeply; split its elements",
};

/** The elements of a text, without what is taken out. They are not safe yet. */
function toElements(
  source: MarkdownRoot,
  markdown: string,
  phrases: Phrases,
): { tree: Root; remarks: Remark[] } {
  const elements = toHast(source, {
    allowDangerousHtml: true,
    clobberPrefix: ID_PREFIX,
    footnoteLabel: phrases.footnotes,
    footnoteBackLabel: (reference, repeat) =>
      fill(phrases.backToReference, { number: `${reference + 1}${repeat > 1 ? `-${repeat}` : ""}` }),
  });
  // The parser of HTML keeps the text of an open table back until something follows.
  if ("children" in elements) elements.children.push({ type: "comment", value: "" });
  // With a file, elements keep their positions. Only its text is used.
  const tree = raw(elements, { file: { toString: () => markdown } as never }) as Root;
  labelFootnotes(tree, phrases.footnotes);
  return { tree, remarks: takeOut(tree, phrases) };
}

/** A heading for screen readers alone would show in feeds, which lack the page's styles. */
function labelFootnotes(tree: Root, label: string): void {
  walkElements(tree, (element: Element) => {
    if (element.properties["ariaDescribedBy"] !== undefined) delete element.properties["ariaDescribedBy"];
    if (element.properties["dataFootnotes"] === undefined) return;
    element.properties["ariaLabel"] = label;
    element.children = element.children.filter(
      (child) => child.type !== "element" || child.properties["id"] !== "footnote-label",
    );
  });
}
