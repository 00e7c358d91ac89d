/**
 * Parses the YAML between the two `---` lines of a content file, and keeps the line of every field.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";

/** The two parts of a content file, not yet parsed. Lines count from the start of the file, from 1. */
export interface SplitText {
  yaml: string;
  yamlLine: number;
  body: string;
  bodyLine: number;
}

export interface YamlFault {
  line: number;
  message: string;
}

/** The fields of a front matter and their lines. */
export interface LocatedFields {
  fields: unknown;
  /** The line of the value at a path of keys; if it is missing, of the nearest value around it. */
  lineOf: (path: readonly string[]) => number;
}

// Some editors write a byte order mark first.
const OPENING = /^\uFEFF?---[ \t]*\r?\n/;
const CLOSING = /^---[ \t]*(?:\r?\n|$)/m;

/** @returns the two parts, or the reason why they cannot be separated */
export function splitFrontMatter(text: string): SplitText | YamlFault {
  const opening = OPENING.exec(text)?.[0];
  if (opening === undefined) {
    return { line: 1, message: "must begin with front matter: a line ---, the fields, and another line ---" };
  }
  const rest = text.slice(opening.length);
  const closing = CLOSING.exec(rest);
  if (closing === null) {
    return { line: 1, message: "has front matter without an end: add a line --- after the last field" };
  }
  const yaml = rest.slice(0, closing.index);
  return {
    yaml,
    yamlLine: 2,
    body: rest.slice(closing.index + closing[0].length),
    bodyLine: 3 + newlines(yaml),
  };
}

/**
 * @param example a valid line, for the message about missing fields
 * @returns the fields as plain data, or all faults of the YAML
 */
export function parseFields(
  split: Pick<SplitText, "yaml" | "yamlLine">,
  example = "title: …",
): LocatedFields | YamlFault[] {
  const counter = new LineCounter();
  const document = parseDocument(split.yaml, { lineCounter: counter, prettyErrors: false });
  const lineAt = (offset: number): number => counter.linePos(offset).line + split.yamlLine - 1;

  const broken = [...document.errors, ...document.warnings].map((error) => ({
    line: lineAt(error.pos[0]),
    message: `is not valid YAML: ${plainYamlMessage(error.code, error.message)}`,
  }));
  if (broken.length > 0) return broken;
  if (!isMap(document.contents)) {
    return [{ line: split.yamlLine, message: `must have one field per line, as in \`${example}\`` }];
  }
  try {
    return {
      fields: document.toJS({ maxAliasCount: 100 }) as unknown,
      lineOf: (path) => lineAt(offsetOf(document, path)),
    };
  } catch (error) {
    // Aliases that expand without limit, or that refer to nothing.
    const reason = error instanceof Error ? error.message : String(error);
    return [{ line: split.yamlLine, message: `is not valid YAML: ${reason}` }];
  }
}

/** The keys of a JSON Pointer: `/image/alt` → `["image", "alt"]`. */
export function keysOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

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
    return "text that contains a colon needs quotation marks around it";
  }
  return message;
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}
