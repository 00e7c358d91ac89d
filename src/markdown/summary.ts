/**
 * The summary of a release without one: the first sentence of its first paragraph of prose, or two if the first is
 * short.
 */
import type { Element, ElementContent, Root } from "hast";
import { oneLine } from "../domain/text.ts";
import { attribute, isFootnoteMark, textOf } from "./elements.ts";
import { listMarkers } from "./list-markers.ts";
import { ITEM_GRAPHEMES, PROSE_GRAPHEMES, SHORT_SENTENCE_GRAPHEMES, SUMMARY_GRAPHEMES } from "./limits.ts";
import { plainText } from "./plain-text.ts";
import { sentencesOf } from "./sentences.ts";

/** `item`: of a numbered list; `aside`: of another list, or a quotation; `other`: a heading, a table … */
interface Block {
  kind: "prose" | "item" | "aside" | "other";
  text: string;
}

/** @returns "" for a text without words */
export function deriveSummary(tree: Root, lang: string): string {
  const blocks: Block[] = [];
  collect(tree, "prose", blocks);
  const firstOf = (kind: Block["kind"], isFit: (text: string) => boolean) =>
    blocks.findIndex((block) => block.kind === kind && isFit(block.text));
  const prose = firstOf("prose", (text) => isProse(text, lang));
  // Speeches often number their paragraphs, which makes them items of a list.
  const item = firstOf("item", (text) => isProse(text, lang) && !isShort(text, ITEM_GRAPHEMES, lang));
  const isNumbered = item !== -1 && (prose === -1 || item < prose);
  const order = [
    isNumbered ? item : prose,
    ...(["prose", "item", "aside"] as const).map((kind) => firstOf(kind, () => true)),
    0,
  ];
  const first = order.find((index) => index !== -1) ?? 0;
  const from = blocks[first];
  if (from === undefined) return "";
  const following = blocks.slice(first + 1);
  const stop = following.findIndex(({ kind, text }) => kind !== from.kind || !isProse(text, lang));
  return summaryOf(
    [from, ...following.slice(0, stop === -1 ? undefined : stop)].map(({ text }) => text),
    lang,
  );
}

/** The first sentences, as many as fit. */
export function summaryOf(paragraphs: readonly string[], lang: string): string {
  let summary = "";
  for (const paragraph of paragraphs) {
    // Only the beginning, because segmenting a megabyte takes milliseconds.
    const sentences = sentencesOf(paragraph.slice(0, SUMMARY_GRAPHEMES * 20), lang);
    for (const [index, sentence] of sentences.entries()) {
      const separator = index === 0 && summary !== "" ? " " : "";
      const longer = summary + separator + sentence;
      if (summary !== "" && graphemes(longer.trim(), SUMMARY_GRAPHEMES + 1) > SUMMARY_GRAPHEMES) {
        return summary.trim();
      }
      summary = longer;
      if (graphemes(summary.trim(), SHORT_SENTENCE_GRAPHEMES) >= SHORT_SENTENCE_GRAPHEMES) {
        return cutAtWord(summary.trim(), SUMMARY_GRAPHEMES, lang);
      }
    }
  }
  return cutAtWord(summary.trim(), SUMMARY_GRAPHEMES, lang);
}

const TRANSPARENT = new Set(["div", "details", "article", "main"]);
const SET_APART = new Set(["ul", "blockquote"]);

/** The blocks of a text, in order. Headings, tables, captions, code and footnotes are none. */
function collect(parent: Root | Element, kind: Block["kind"], blocks: Block[]): void {
  let inline = "";
  const endInline = (): void => {
    if (inline.trim() !== "") blocks.push({ kind, text: clean(inline) });
    inline = "";
  };
  for (const child of parent.children) {
    if (child.type === "text") inline += child.value;
    if (child.type !== "element") continue;
    if (!BLOCKS.has(child.tagName)) {
      if (!isFootnoteMark(child)) inline += wordsOf(child);
      continue;
    }
    endInline();
    if (child.tagName === "section" && child.properties["dataFootnotes"] !== undefined) continue;
    if (child.tagName === "p") {
      // A picture alone is no prose.
      const text = textOf(child).trim() === "" ? "" : clean(wordsOf(child));
      if (text !== "") blocks.push({ kind: isLinkAlone(child) ? "other" : kind, text });
    } else if (child.tagName === "ol") collectNumbered(child, blocks);
    else if (SET_APART.has(child.tagName)) collect(child, "aside", blocks);
    else if (child.tagName === "li" || child.tagName === "section" || TRANSPARENT.has(child.tagName))
      collect(child, kind, blocks);
    else blocks.push({ kind: "other", text: clean(plainText({ type: "root", children: [child] })) });
  }
  endInline();
}

/** A number that is a year, and not that of an item, belongs to the sentence. */
function collectNumbered(list: Element, blocks: Block[]): void {
  for (const [item, marker] of listMarkers(list)) {
    const at = blocks.length;
    collect(item, "item", blocks);
    const block = blocks[at];
    if (block !== undefined && /^\d{3}/.test(marker)) block.text = `${marker} ${block.text}`;
  }
}

const BLOCKS = new Set(
  "p h1 h2 h3 h4 h5 h6 blockquote pre figure table ul ol dl hr section details div li picture article main".split(
    " ",
  ),
);

/** The text in a node. A picture inside a sentence is its alternative text, so that no hole is left. */
function wordsOf(node: ElementContent): string {
  if (node.type !== "element" || isFootnoteMark(node)) return textOf(node);
  if (node.tagName === "img") return attribute(node, "alt");
  return node.tagName === "br" ? " " : node.children.map(wordsOf).join("");
}

/** On one line, without the number that its author gave a paragraph and set apart. */
function clean(text: string): string {
  return oneLine(text).replace(/^\d{1,3}[.)]\u00a0/, "");
}

/** A paragraph that is only a link, such as one that stays of a video. */
function isLinkAlone({ children }: Element): boolean {
  const [first, ...more] = children.filter((child) => child.type !== "text" || child.value.trim() !== "");
  return first?.type === "element" && first.tagName === "a" && more.length === 0;
}

/** The end of a sentence, in any script, also in quotation marks. */
const SENTENCE_END = /[.!?…։:。！？．।؟۔።၊။។៕]["'”’»›」』)\]]*$/u;
const SALUTATION =
  /^(?:dear|excellenc|your (?:excellenc|majest|highness)|(?:ladies|gentlemen|distinguished|hono[u]?rable|colleagues|friends|mr|madam|mrs|ms)\b|уважаем|дорог|дамы|господ|ваш[еи] превосх|коллеги|друзья|շնորհակալ|հարգարժան|հարգելի|սիրելի|մեծարգո|ձերդ|տիկն|պարոն|mesdames|messieurs|monsieur|madame|chers?\b|chères?\b|excellences|sehr geehrt|liebe|meine damen|estimad|querid|señor|шановн|gentile|egregi|caro|cari\b|senhor|excelent)/iu;

const GREETING =
  /^(?:a very )?(?:good (?:morning|afternoon|evening)|(?:distinguished guests,? )?ladies and gentlemen|excellencies|dear [^.]*|bonjour|bonsoir|guten (?:morgen|tag|abend)|добр[ыо][йе] (?:утро|день|вечер)|здравствуйте|բարև ձեզ)[^.!?]{0,40}[.!,]?$/iu;

/** Whether a paragraph is of sentences, and no heading, label, address or salutation. */
function isProse(text: string, lang: string): boolean {
  if (!/[\p{L}\p{N}]/u.test(text)) return false;
  if (!isShort(text, PROSE_GRAPHEMES, lang))
    return SENTENCE_END.test(text) || sentencesOf(text, lang).length > 1;
  if (!SENTENCE_END.test(text) || text.endsWith(":") || GREETING.test(text)) return false;
  return !(SALUTATION.test(text) && /[!,]["'”’»]*$/u.test(text));
}

function isShort(text: string, limit: number, lang: string): boolean {
  // A character of a script without spaces is about a word.
  const least = /^(?:zh|ja|ko|th|lo|km|my)\b/.test(lang) ? limit / 3 : limit;
  return graphemes(text, least) < least;
}

/** Counts the graphemes of a text, up to `limit`. */
function graphemes(text: string, limit: number): number {
  let seen = 0;
  for (const _ of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)) {
    seen += 1;
    if (seen >= limit) break;
  }
  return seen;
}

/**
 * The first `count` graphemes, cut at a word, with an ellipsis if anything is cut. Where the words of the last part
 * are long or have no spaces, the language's rules say where a word ends; a word that fills the last part is cut.
 */
export function cutAtWord(text: string, count: number, lang: string): string {
  let kept = "";
  let seen = 0;
  let lastSpace = 0;
  const least = Math.floor(count * 0.7);
  for (const { segment } of new Intl.Segmenter(lang, { granularity: "grapheme" }).segment(text)) {
    if (seen === count) {
      const at = lastSpace > 0 ? lastSpace : lastWordEnd(text, kept.length, lang);
      return `${kept.slice(0, at).trimEnd()}…`;
    }
    if (/\s/.test(segment) && seen >= least) lastSpace = kept.length;
    kept += segment;
    seen += 1;
  }
  return text;
}

/** The last place up to `end` where no word is cut; `end` if there is none near it. */
function lastWordEnd(text: string, end: number, lang: string): number {
  // The words around the end only; a word of that length is none.
  const from = Math.max(0, end - WORD_UNITS_MAX);
  let last = end;
  for (const { index } of new Intl.Segmenter(lang, { granularity: "word" }).segment(
    text.slice(from, end + WORD_UNITS_MAX),
  )) {
    if (from + index > end) return last;
    if (index > 0) last = from + index;
  }
  return last;
}

/** UTF-16 units beside the end of a summary in which it looks for the end of a word. */
const WORD_UNITS_MAX = 100;
