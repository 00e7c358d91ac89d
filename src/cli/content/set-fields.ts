/**
 * Changes fields in the front matter of a content file; every other byte stays.
 */
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { parseFrontMatter } from "./front-matter.ts";

/**
 * @param changes the new values; undefined removes a field. A field that is new comes last
 * @returns undefined if the front matter cannot be read, or its layout has no place for a line
 */
export function setFields(
  text: string,
  changes: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const parsed = parseFrontMatter(text);
  if (Array.isArray(parsed)) return undefined;
  const fields = parsed.fields as Record<string, unknown>;
  const head = text.slice(0, text.length - parsed.body.length).split("\n");
  const closing = parsed.bodyLine - 2;
  const lineEnd = head[0]?.endsWith("\r") === true ? "\r" : "";
  const keyLines = Object.keys(fields).map((name) => parsed.lineOf([name]));

  const removed = new Set<number>();
  for (const name of Object.keys(changes).filter((name) => name in fields)) {
    const first = parsed.lineOf([name]);
    const next = Math.min(closing + 1, ...keyLines.filter((line) => line > first));
    // Comments above the next field belong to that.
    let last = next - 1;
    while (last > first && /^\s*(?:#.*)?$/.test(head[last - 1] ?? "")) last -= 1;
    for (let line = first; line <= last; line += 1) removed.add(line - 1);
  }
  const added = Object.entries(changes).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${asYamlText(value)}${lineEnd}`],
  );
  const kept = head.slice(0, closing).filter((_, index) => !removed.has(index));
  const result = [...kept, ...added, ...head.slice(closing)].join("\n") + parsed.body;

  const again = parseFrontMatter(result);
  const wanted = Object.fromEntries(
    Object.entries({ ...fields, ...changes }).filter(([, value]) => value !== undefined),
  );
  const isAsWanted =
    !Array.isArray(again) && again.body === parsed.body && isDeepStrictEqual(again.fields, wanted);
  return isAsWanted ? result : undefined;
}

/** In quotation marks if YAML reads it as something other than this text, such as the slug 2024. */
export function asYamlText(value: string): string {
  try {
    return parse(value) === value ? value : JSON.stringify(value);
  } catch {
    return JSON.stringify(value);
  }
}
