/**
 * The YAML between the two `---` lines of a content file, with the line of every field kept.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";

/** A content file's text, taken apart but not understood. Lines are those of the file, from 1. */
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

/** A parsed front matter and where its fields stand. */
export interface LocatedFields {
  fields: unknown;
  /** The line of the value at a path of keys, or of the nearest thing around it that is there. */
  lineOf: (path: readonly string[]) => number;
}

// A byte order mark is what some editors put first; it belongs to no field.
const OPENING = /^\uFEFF?---[ \t]*\r?\n/;
const CLOSING = /^---[ \t]*(?:\r?\n|$)/m;

/** @returns the two parts, or the fault that keeps them from being told apart */
export function splitFrontMatter(text: string): SplitText | YamlFault {
  const opening = OPENING.exec(text)?.[0];
  if (opening === undefined) {
    return { line: 1, message: "must begin with front matter: a line ---, the fields, and a line ---" };
  }
  const rest = text.slice(opening.length);
  const closing = CLOSING.exec(rest);
  if (closing === null) {
    return { line: 1, message: "has front matter that never ends: put a line --- behind the last field" };
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
 * @param example a line such as there should be, for whoever wrote none
 * @returns the fields as plain data, or all that is wrong with the YAML
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
    message: `is no valid YAML: ${plainYamlMessage(error.code, error.message)}`,
  }));
  if (broken.length > 0) return broken;
  if (!isMap(document.contents)) {
    return [{ line: split.yamlLine, message: `must have its fields one a line, as in \`${example}\`` }];
  }
  try {
    return {
      fields: document.toJS({ maxAliasCount: 100 }) as unknown,
      lineOf: (path) => lineAt(offsetOf(document, path)),
    };
  } catch (error) {
    // Aliases that multiply, or that point nowhere.
    const reason = error instanceof Error ? error.message : String(error);
    return [{ line: split.yamlLine, message: `is no valid YAML: ${reason}` }];
  }
}

/** `/image/alt` → `["image", "alt"]`: a JSON Pointer's keys. */
export function keysOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Where in the YAML the value at `path` begins, by its key if it has one. */
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
  if (code === "DUPLICATE_KEY") return "the same field stands here a second time";
  if (code === "BLOCK_AS_IMPLICIT_KEY" || code === "MULTILINE_IMPLICIT_KEY") {
    return "a text with a colon needs quotation marks around it";
  }
  return message;
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}
