/**
 * Fields that got into the text, as below a second `---`: an `embargo` there keeps nobody from reading.
 */
import type { Issue } from "../../domain/issues.ts";
import { frontMatter } from "../../domain/release.ts";

const FIELDS: ReadonlySet<string> = new Set(Object.keys(frontMatter.shape));
const MARK = /^---[ \t]*$/;
/** A field, an item of a list, a comment, an indented or an empty line. */
const LIKE_YAML = /^(?:[A-Za-z]+[ \t]*:(?:\s|$)|- |#|\s|$)/;

/**
 * @param body Markdown without empty lines before it
 * @returns an issue for a text that begins like front matter and has a line `---` before or after that
 */
export function secondFrontMatter(body: string): Issue[] {
  const lines = body.split("\n");
  const start = lines.findIndex((line) => line.trim() !== "" && !MARK.test(line));
  const end = lines.findIndex((line, index) => index > start && MARK.test(line));
  if (start === -1 || (start === 0 && end === -1)) return [];
  const first = fieldIn(lines[start] ?? "");
  const between = lines.slice(start, end === -1 ? lines.length : end);
  const isYaml = between.every((line) => LIKE_YAML.test(line));
  const found = isYaml
    ? between.findIndex((line) => FIELDS.has(fieldIn(line).toLowerCase()))
    : FIELDS.has(first)
      ? 0
      : -1;
  if (found === -1) return [];
  const name = fieldIn(between[found] ?? "");
  const message = `begins with \`${name}:\`, which looks like a field, and readers would see it: move it up, above the line --- that ends the fields; a text that must begin so can have \`**${name}:**\``;
  return [{ path: "/body", line: start + found + 1, message }];
}

function fieldIn(line: string): string {
  return /^([A-Za-z]+)[ \t]*:(?:\s|$)/.exec(line)?.[1] ?? "";
}
