/**
 * Recognises, by its content, what `import` does not read, and names the way.
 */
import { FIELDS_LINE } from "../content/front-matter.ts";

const COPY = "copy the text that a reader sees into a file";
const ONE_BY_ONE =
  "`import` does not read it yet: open each of its pages, and copy the text into a file of its own";

/** The first bytes of documents that are no text. */
const SIGNATURES: readonly [bytes: string, kind: string][] = [
  ["%PDF-", "a PDF document"],
  ["PK\u0003\u0004", "a packed document, such as a .docx"],
  ["\u00d0\u00cf\u0011\u00e0", "an old Office document"],
  ["{\\rtf", "a document in Rich Text Format"],
];
/** Elements that begin a part of a page. */
const HTML_START =
  /^<(?:!doctype|html|head|body|meta|title|link|script|style|div|p|article|section|main|header|nav|aside|h[1-6]|ul|ol|dl|table|span|figure|img|blockquote|a|b|strong|em|i|br|center|font)\b[^<>]*>/i;
const CLOSED_PART = /<\/(?:p|div|li|h[1-6]|td|article|section|span|a)>/gi;
/** Closed elements that a text about HTML would hardly have. */
const CLOSED_PARTS_MIN = 3;
const MAIL_HEADER = /^(?:[A-Za-z][A-Za-z-]*:\s|[ \t]+\S)/;
const MAIL_ONLY = /^(?:received|return-path|message-id|mime-version|delivered-to|dkim-signature):/im;
/** Records of a table that are compared. */
const RECORDS_COMPARED = 5;

/** @returns what the file is and what to do with it; undefined for text */
export function foreignBytes(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 8)).toString("latin1");
  const kind = SIGNATURES.find(([signature]) => start.startsWith(signature))?.[1];
  return kind === undefined ? undefined : `is ${kind}: ${COPY}`;
}

/** @returns what the text is and what to do with it; undefined for copied text */
export function foreignText(whole: string): string | undefined {
  const text = whole.replace(/^\uFEFF/, "").trimStart();
  return (
    foreignMarkup(text) ??
    foreignJson(text) ??
    foreignFields(text) ??
    foreignMail(text) ??
    (isTable(text) ? `is a table of values (CSV): ${ONE_BY_ONE.replace("pages", "rows")}` : undefined)
  );
}

function foreignMarkup(text: string): string | undefined {
  // Pages that a browser saved may begin with comments.
  const markup = text.replace(/^(?:<!--.*?-->\s*|<\?.*?\?>\s*|<!doctype\s[^>]*>\s*)+/is, "");
  if (/^<(?:rss|feed|rdf:RDF|channel)\b/i.test(markup)) {
    const isWordPress = /wordpress\.org\/export|xmlns:wp=/.test(text);
    return `is ${isWordPress ? "an export of WordPress" : "a feed"}: ${ONE_BY_ONE}`;
  }
  if (HTML_START.test(markup) || /^<!doctype\s+html\b/i.test(text)) return `is HTML: ${COPY}`;
  if (/^<\?xml\b/.test(text) || (text.startsWith("<!--") && markup.startsWith("<"))) {
    return `is XML: ${COPY}`;
  }
  const closed = text.match(CLOSED_PART)?.length ?? 0;
  return closed >= CLOSED_PARTS_MIN ? `holds HTML: ${COPY}` : undefined;
}

function foreignJson(text: string): string | undefined {
  if (!/^[{[]/.test(text)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return /jsonfeed\.org\/version/.test(text) ? `is a feed: ${ONE_BY_ONE}` : `is JSON: ${COPY}`;
}

/** Front matter in YAML or TOML. */
function foreignFields(text: string): string | undefined {
  const [first = "", ...lines] = text.split("\n").map((line) => line.trimEnd());
  if (first !== "---" && first !== "+++") return undefined;
  const end = lines.indexOf(first);
  const hasFields = lines.slice(0, Math.max(end, 0)).some((line) => /^[\w-]+\s*[:=]/.test(line));
  if (!hasFields) return undefined;
  return (
    "has front matter, so it is no copied text: put it into the content folder, and `check` names what is " +
    `missing from line ${FIELDS_LINE} on`
  );
}

function foreignMail(text: string): string | undefined {
  const [head = ""] = text.split(/\n\s*\n/, 1);
  const lines = head.split("\n");
  const isMail =
    /^From \S+@\S+ /.test(text) ||
    (lines.every((line) => MAIL_HEADER.test(line)) &&
      (MAIL_ONLY.test(head) || (/^from:/im.test(head) && /^subject:/im.test(head))));
  return isMail ? `is an e-mail: copy its text, without the headers, into a file` : undefined;
}

/** Whether the first records have as many cells as a header of short names without spaces before them. */
function isTable(text: string): boolean {
  return [",", ";", "\t"].some((separator) => {
    const [header = [], ...records] = recordsOf(text, separator);
    return (
      header.length >= 2 &&
      records.length > 0 &&
      header.every((cell) => /^[\p{L}_][\p{L}\p{N}_. -]{0,39}$/u.test(cell)) &&
      records.every((record) => record.length === header.length)
    );
  });
}

/** The first records of a table. A cell in quotation marks may hold separators and line ends. */
function recordsOf(text: string, separator: string): string[][] {
  const records: string[][] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (const character of `${text.trimEnd()}\n`) {
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) cell += character;
    else if (character === separator || character === "\n") {
      cells.push(cell.replace(/\r$/, ""));
      cell = "";
      if (character === separator) continue;
      records.push(cells);
      cells = [];
      if (records.length === RECORDS_COMPARED) break;
    } else cell += character;
  }
  return records;
}
