/**
 * Separates a copied text into title, date and paragraphs, and removes lines of the page around it.
 */
import { oneLine } from "../../domain/text.ts";
import { readDateLine, type ReadDate } from "./date-line.ts";
import { isEmbargoLine, isLabel } from "./labels.ts";
import { isPageChrome } from "./page-chrome.ts";

/** A line of the copied file, numbered from 1, without white space around it. */
export interface TextLine {
  number: number;
  text: string;
}

/** A guess or an omission that the user should check. */
export interface Remark {
  line: number;
  message: string;
  /** A person must decide before the text is published: its file becomes a draft. */
  isDoubt?: true;
}

export interface CopiedText {
  title: TextLine;
  /** Lines above the title that say what kind of text follows. */
  labels: string[];
  date?: ReadDate;
  /** One line for each paragraph. */
  paragraphs: string[];
  remarks: Remark[];
}

/** Lines at the top, and at the bottom, that may be the date. */
const DATE_LINES_TOP = 5;
const DATE_LINES_BOTTOM = 3;
/** Columns of hard-wrapped text at most; a paragraph on one line is longer. */
const WRAP_COLUMNS_MAX = 100;
/** Lines of one title, their characters together, and characters of one that is rather a sentence of the text. */
const TITLE_LINES_MAX = 3;
const TITLE_CHARS_JOINED_MAX = 250;
const TITLE_CHARS_DOUBTFUL = 200;
/** `Madrid, 1 de diciembre de 2020` */
const PLACE_BEFORE_DATE = /^\p{Lu}[\p{L} .'’-]{1,40},\s+(.+)$/u;
/** Words of a last line that is more likely a button than a sentence. */
const BUTTON_WORDS_MAX = 4;

/** The lines of a file; blank lines are "". */
export function linesOf(text: string): TextLine[] {
  return text.split("\n").map((line, index) => ({ number: index + 1, text: line.trim() }));
}

/**
 * @param lang the language of the text, for its date
 * @returns undefined if no line can be the title
 */
export function readCopiedText(all: readonly TextLine[], lang: string): CopiedText | undefined {
  const remarks: Remark[] = [];
  let lines = trimPageChrome(all, remarks);
  const dated = findDate(lines, lang);
  if (dated !== undefined) {
    lines = lines.filter((line) => line !== dated.line);
    if (dated.read.doubt !== undefined) {
      remarks.push({ line: dated.line.number, message: `the date ${dated.read.doubt}`, isDoubt: true });
    }
  }
  // Around the date and below the title there can be more lines of the page.
  const { labels, rest: titled } = takeLabels(trimPageChrome(lines, remarks), remarks);
  const { title, below } = takeTitle(titled, remarks);
  if (title === undefined) return undefined;
  const rest = trimPageChrome(below, remarks);
  if (dated === undefined) {
    const message = "no date was found: add `date` to the new file";
    remarks.push({ line: title.number, message, isDoubt: true });
  }
  remarks.push(...suspects(rest));
  return {
    title: { ...title, text: oneLine(title.text) },
    labels,
    ...(dated !== undefined && { date: dated.read }),
    paragraphs: paragraphsOf(rest, remarks),
    remarks,
  };
}

/** Takes labels off the top, as long as a title follows. */
function takeLabels(
  lines: readonly TextLine[],
  remarks: Remark[],
): { labels: string[]; rest: readonly TextLine[] } {
  const labels: string[] = [];
  let rest = lines;
  for (;;) {
    const [first, ...others] = rest;
    const next = others.findIndex(({ text }) => text !== "");
    const title = others[next]?.text ?? "";
    if (first === undefined || title === "") return { labels, rest };
    const isEmbargo = isEmbargoLine(first.text);
    if (!isEmbargo && !isLabel(first.text)) return { labels, rest };
    if (!isEmbargo && looksLikeSentence(title)) {
      const message = `“${first.text}” is taken for the title, but says only what the text is: write a title`;
      remarks.push({ line: first.number, message, isDoubt: true });
      return { labels, rest };
    }
    labels.push(first.text);
    const message = isEmbargo
      ? `“${first.text}” is left out: add \`embargo\` to the new file before you publish it`
      : `“${first.text}” is a label, not the title: left out`;
    remarks.push({ line: first.number, message, ...(isEmbargo && { isDoubt: true }) });
    rest = others.slice(next);
  }
}

/** The first line, with the lines right below it up to the next blank one where they look like one title. */
function takeTitle(
  lines: readonly TextLine[],
  remarks: Remark[],
): { title: TextLine | undefined; below: readonly TextLine[] } {
  const [first, ...others] = lines;
  if (first === undefined) return { title: undefined, below: [] };
  const gap = lines.findIndex(({ text, number }, index) => text === "" || number !== first.number + index);
  const block = lines.slice(0, gap === -1 ? lines.length : gap);
  const joined = block.map(({ text }) => text).join(" ");
  const isOne =
    gap !== -1 &&
    block.length <= TITLE_LINES_MAX &&
    joined.length <= TITLE_CHARS_JOINED_MAX &&
    block.every(({ text }) => !/[.!?։。]["”»]?$/u.test(text));
  if (block.length > 1 && gap !== -1) {
    const last = first.number + block.length - 1;
    remarks.push({
      line: first.number,
      message: isOne
        ? `lines ${first.number} to ${last} are taken for the title: correct it if it ends earlier`
        : `only line ${first.number} is taken for the title: add the next line if the title continues there`,
      ...(!isOne && { isDoubt: true }),
    });
  }
  const title = isOne ? { ...first, text: joined } : first;
  if (looksLikeSentence(title.text)) {
    remarks.push({
      line: first.number,
      message: "this was taken for the title, but looks like a sentence of the text: check it",
      isDoubt: true,
    });
  }
  return { title, below: isOne ? lines.slice(block.length) : others };
}

/** Titles are short and end without a full stop. */
function looksLikeSentence(text: string): boolean {
  return text.length > TITLE_CHARS_DOUBTFUL || /\p{L}{3}[.։。]$/u.test(text);
}

/** Removes lines of the page, and blank lines, from both ends. */
function trimPageChrome(lines: readonly TextLine[], remarks: Remark[]): TextLine[] {
  const isOutside = ({ text }: TextLine): boolean => text === "" || isPageChrome(text);
  const begins = lines.findIndex((line) => !isOutside(line));
  const first = begins === -1 ? lines.length : begins;
  const last = lines.findLastIndex((line) => !isOutside(line));
  for (const line of [...lines.slice(0, first), ...lines.slice(last + 1)]) {
    if (line.text !== "") {
      remarks.push({
        line: line.number,
        message: `“${line.text}” belongs to the page, not to the text: left out`,
      });
    }
  }
  return lines.slice(first, last + 1);
}

function findDate(lines: readonly TextLine[], lang: string): { line: TextLine; read: ReadDate } | undefined {
  const written = lines.filter(({ text }) => text !== "");
  for (const line of [
    ...written.slice(0, DATE_LINES_TOP),
    ...written.slice(DATE_LINES_TOP).slice(-DATE_LINES_BOTTOM),
  ]) {
    const [, date = ""] = PLACE_BEFORE_DATE.exec(line.text) ?? [];
    const read = readDateLine(line.text, lang) ?? readDateLine(date, lang);
    if (read !== undefined) return { line, read };
  }
  return undefined;
}

/** Lines that are kept but may belong to the page. */
function suspects(lines: readonly TextLine[]): Remark[] {
  const last = lines.at(-1);
  return lines
    .filter((line) => {
      if (isPageChrome(line.text)) return true;
      const words = line.text.split(/\s+/).length;
      return line === last && words <= BUTTON_WORDS_MAX && !/[\p{P}\p{N}]$/u.test(line.text);
    })
    .map(({ number, text }) => ({
      line: number,
      message: `“${text}” was kept but looks like a part of the page: remove it if it is not part of the text`,
      isDoubt: true,
    }));
}

/** Blank lines separate paragraphs. Lines without one between them are a wrapped paragraph, or one paragraph each. */
function paragraphsOf(lines: readonly TextLine[], remarks: Remark[]): string[] {
  const blocks: TextLine[][] = [[]];
  for (const line of lines) {
    if (line.text === "") blocks.push([]);
    else blocks.at(-1)?.push(line);
  }
  const wrapped = isWrapped(blocks);
  return blocks.flatMap((block) => {
    const [first] = block;
    if (first === undefined) return [];
    if (wrapped || block.length === 1) return [block.map(({ text }) => text).join(" ")];
    const until = first.number + block.length - 1;
    remarks.push({
      line: first.number,
      message: `lines ${first.number} to ${until} have no blank line between them: each became a paragraph`,
    });
    return block.map(({ text }) => text);
  });
}

/** Whether most lines end only because the next word would not have fitted. */
function isWrapped(blocks: readonly TextLine[][]): boolean {
  const width = Math.max(0, ...blocks.flat().map(({ text }) => text.length));
  if (width > WRAP_COLUMNS_MAX) return false;
  const breaks = blocks.flatMap((block) =>
    block.slice(1).map((next, index) => {
      const [word = ""] = next.text.split(/\s/);
      return (block[index]?.text.length ?? 0) + 1 + word.length > width;
    }),
  );
  return breaks.filter((forced) => forced).length > breaks.length * 0.8;
}
