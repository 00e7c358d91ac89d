/**
 * Parses the YAML between the two `---` lines of a content file, and keeps the line of every field.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from "yaml";

/** The front matter and the text of a content file. Lines count from the start of the file, from 1. */
export interface FrontMatter extends LocatedFields {
  body: string;
  bodyLine: number;
}

/** The line of the first field. */
export const FIELDS_LINE = 2;

export interface YamlFault {
  line: number;
  message: string;
}

/** The fields of a front matter and their lines. */
export interface LocatedFields {
  fields: unknown;
  /** The line of the value at a path of keys; if it is missing, of the nearest value around it. */
  lineOf: (path: readonly string[]) => number;
  /** Comments that cut values off. */
  comments: YamlFault[];
}

// Some editors write a byte order mark first.
const OPENING = /^\uFEFF?---[ \t]*\r?\n/;
const CLOSING = /^---[ \t]*(?:\r?\n|$)/m;

/**
 * @param readsCut whether fields are read although comments cut their values off, to find further faults
 * @returns the parts of a content file, or all reasons why they cannot be read
 */
export function parseFrontMatter(text: string, readsCut = false): FrontMatter | YamlFault[] {
  const opening = OPENING.exec(text)?.[0];
  if (opening === undefined) {
    return [
      { line: 1, message: "must begin with front matter: a line ---, the fields, and another line ---" },
    ];
  }
  const rest = text.slice(opening.length);
  const closing = CLOSING.exec(rest);
  if (closing === null) {
    return [{ line: 1, message: "has front matter without an end: add a line --- after the last field" }];
  }
  const yaml = rest.slice(0, closing.index);
  const located = parseFields(yaml, FIELDS_LINE);
  if (Array.isArray(located)) return located;
  if (!readsCut && located.comments.length > 0) return located.comments;
  const body = rest.slice(closing.index + closing[0].length);
  return { ...located, body, bodyLine: FIELDS_LINE + yaml.split("\n").length };
}

/**
 * @param firstLine the line at which the YAML begins
 * @param example a valid line, for the message about missing fields
 * @returns the fields as plain data, or all faults of the YAML
 */
export function parseFields(
  yaml: string,
  firstLine: number,
  example = "title: …",
): LocatedFields | YamlFault[] {
  const counter = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: counter, prettyErrors: false });
  const lineAt = (offset: number): number => counter.linePos(offset).line + firstLine - 1;

  const broken = [...document.errors, ...document.warnings].map((error) => ({
    line: lineAt(error.pos[0]),
    message: `is not valid YAML: ${plainYamlMessage(error.code, error.message)}`,
  }));
  const last = broken.at(-1);
  if (last !== undefined) {
    return [...broken.slice(0, -1), { ...last, message: `${last.message}; other faults may follow` }];
  }
  const comments = commentsBesideValues(yaml).map((offset) => ({ line: lineAt(offset), message: COMMENT }));
  if (!isMap(document.contents)) {
    return [{ line: firstLine, message: `must have one field per line, as in \`${example}\`` }];
  }
  try {
    return {
      fields: document.toJS({ maxAliasCount: 100 }) as unknown,
      lineOf: (path) => lineAt(offsetOf(document, path)),
      comments,
    };
  } catch (error) {
    // Aliases that expand without limit, or that refer to nothing.
    const reason = error instanceof Error ? error.message : String(error);
    return [{ line: firstLine, message: `is not valid YAML: ${reason}` }];
  }
}

const COMMENT =
  "has a comment, which cuts the value off: put the whole value in quotation marks, or the comment on a line of its own";

/**
 * The offsets of comments after a value without quotation marks: ` #` is a comment to YAML, and mostly text to its
 * author.
 */
function commentsBesideValues(yaml: string): number[] {
  // To lex the fields again takes as long as to parse them, and most have no comment.
  if (!/[ \t]#/.test(yaml)) return [];
  const offsets: number[] = [];
  let offset = 0;
  let followsValue = false;
  let isScalar = false;
  for (const token of new Lexer().lex(yaml)) {
    if (MARKS.has(token)) {
      isScalar = token === SCALAR;
      continue;
    }
    if (token.startsWith("#") && !isScalar && followsValue) offsets.push(offset);
    if (token.endsWith("\n")) followsValue = false;
    else if (token.trim() !== "") followsValue = isScalar;
    isScalar = false;
    offset += token.length;
  }
  return offsets;
}

/** The lexer's marks between tokens, which are not in the text. */
const SCALAR = "\u001f";
const MARKS = new Set(["\u0002", "\u0018", SCALAR]);

/** The offset of the value at `path`, or of its key if it has one. */
function offsetOf(document: Document, path: readonly string[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = startOf(node) ?? offset;
    } else {
      break;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Partial<Node> | null | undefined)?.range?.[0];
}

function plainYamlMessage(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "this field is already given above";
  if (code === "BLOCK_AS_IMPLICIT_KEY" || code === "MULTILINE_IMPLICIT_KEY") {
    return "text that contains a colon needs straight quotation marks around it, \" or '";
  }
  if (code === "UNEXPECTED_TOKEN") {
    return "there is text after the closing quotation mark: put \" around a value that contains ', or ' around one that contains \"";
  }
  return message;
}
