/**
 * Control characters of a content file: readers do not get them.
 */
import { defined } from "../../domain/defined.ts";
import type { Issue } from "../../domain/issues.ts";
import { firstForbidden } from "../../domain/text.ts";

/** An issue for each field, and each line of the text, with a control character. */
export function controlIssues(fields: unknown, body: string): Issue[] {
  const named = typeof fields === "object" && fields !== null ? Object.entries(fields) : [];
  const inFields = named.flatMap(([name, text]) => issueIn(`/${name}`, text));
  if (firstForbidden(body) === undefined) return inFields;
  const lines = body.split("\n");
  // An issue counts lines without the empty ones before the text.
  const start = lines.findIndex((line) => line.trim() !== "");
  return [...inFields, ...lines.slice(start).flatMap((line, index) => issueIn("/body", line, index + 1))];
}

function issueIn(path: string, text: unknown, line?: number): Issue[] {
  const control = typeof text === "string" ? firstForbidden(text) : undefined;
  if (control === undefined) return [];
  return [
    { path, message: `has the control character ${control}, which is taken out`, ...defined({ line }) },
  ];
}
