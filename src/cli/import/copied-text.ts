/**
 * Text as somebody copied it from a page: which line is the title, which the date, which are the
 * paragraphs, and which are not the text's at all.
 */
import { oneLine } from "../../domain/text.ts";
import { readDateLine, type ReadDate } from "./date-line.ts";
import { isPageChrome } from "./page-chrome.ts";

/** A line of the copied file, from 1, without white space around it. */
export interface TextLine {
  number: number;
  text: string;
}

/** Something that whoever imports should know. */
export interface Remark {
  line: number;
  message: string;
}

export interface CopiedText {
  title: TextLine;
  date?: ReadDate;
  /** One line each. */
  paragraphs: string[];
  remarks: Remark[];
}

/** Lines at the top among which the date is looked for, and at the bottom. */
const DATE_LINES_TOP = 5;
const DATE_LINES_BOTTOM = 3;
/** Columns that no hard-wrapped text exceeds; paragraphs on one line each are longer. */
const WRAP_COLUMNS_MAX = 100;
/** Words of a last line that is rather a button's than a sentence. */
const BUTTON_WORDS_MAX = 4;

/** The file's lines, blank ones as "". */
export function linesOf(text: string): TextLine[] {
  return text.split("\n").map((line, index) => ({ number: index + 1, text: line.trim() }));
}

/**
 * @param lang of the text, for its date
 * @returns undefined if nothing is left that could be a title
 */
export function readCopiedText(all: readonly TextLine[], lang: string): CopiedText | undefined {
  const remarks: Remark[] = [];
  let lines = trimPageChrome(all, remarks);
  const dated = findDate(lines, lang);
  if (dated !== undefined) {
    lines = lines.filter((line) => line !== dated.line);
    if (dated.read.doubt !== undefined) {
      remarks.push({ line: dated.line.number, message: `the date ${dated.read.doubt}` });
    }
  }
  // What stood around the date line and below the title can be the page's, too.
  const [title, ...below] = trimPageChrome(lines, remarks);
  if (title === undefined) return undefined;
  const rest = trimPageChrome(below, remarks);
  if (dated === undefined) {
    remarks.push({ line: title.number, message: "no date was found: write `date` into the new file" });
  }
  remarks.push(...suspects(rest));
  return {
    title: { ...title, text: oneLine(title.text) },
    ...(dated !== undefined && { date: dated.read }),
    paragraphs: paragraphsOf(rest, remarks),
    remarks,
  };
}

/** Drops the page's lines from both ends; blank ones with them. */
function trimPageChrome(lines: readonly TextLine[], remarks: Remark[]): TextLine[] {
  const isOutside = ({ text }: TextLine): boolean => text === "" || isPageChrome(text);
  const begins = lines.findIndex((line) => !isOutside(line));
  const first = begins === -1 ? lines.length : begins;
  const last = lines.findLastIndex((line) => !isOutside(line));
  for (const line of [...lines.slice(0, first), ...lines.slice(last + 1)]) {
    if (line.text !== "") {
      remarks.push({ line: line.number, message: `“${line.text}” is the page's, not the text's: left out` });
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
    const read = readDateLine(line.text, lang);
    if (read !== undefined) return { line, read };
  }
  return undefined;
}

/** Lines that stay, and perhaps should not. */
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
      message: `“${text}” looks like the page's, and was kept: take it out if it is not the text's`,
    }));
}

/** Blank lines part paragraphs. Lines without one between them are a wrapped paragraph or one each. */
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
      message: `lines ${first.number} to ${until} have no empty line between them: each became a paragraph`,
    });
    return block.map(({ text }) => text);
  });
}

/** Whether lines end where the next word would not have fitted, and not where a thought does. */
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
