/**
 * Links and images of a text that name files beside it: the service does not have them.
 */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { displayPath } from "../paths.ts";
import type { ContentFile } from "./content-file.ts";
import type { FileIssue } from "./file-issue.ts";

/** The targets of Markdown's links, images and definitions, and of HTML's attributes. */
const TARGET =
  /\]\(\s*(?:<([^>\n]*)>|([^\s)]+))|^ {0,3}\[[^\]\n]+\]:\s*<?([^\s>]+)|\b(?:src|href)\s*=\s*["']([^"'\n]+)/gm;
/** A path from the file itself, with the ending of a file. Without one it may be the slug of another release. */
const LOCAL = /^(?![a-z][a-z0-9+.-]*:|[/#?])[^?#]*\.[a-z0-9]{1,5}(?=$|[?#])/i;
const CODE = /^( {0,3})(`{3,}|~{3,})[^\n]*\n(?:[^\n]*\n)*? {0,3}\2[^\n]*$|`[^`\n]+`/gm;

/** A warning for each, with its line. */
export function localLinks({ file, release, issueAt }: ContentFile): FileIssue[] {
  const text = release.body.replace(CODE, (code) => code.replace(/[^\n]/g, " "));
  return [...text.matchAll(TARGET)].flatMap((match) => {
    const target = match.slice(1).find((part) => part !== undefined) ?? "";
    const path = LOCAL.exec(target)?.[0];
    if (path === undefined) return [];
    const found = existsSync(resolve(dirname(file), decoded(path)));
    const line = text.slice(0, match.index).split("\n").length + (match[0].startsWith("\n") ? 1 : 0);
    const message = found
      ? `${target} is a file beside this one, which is not published: readers find nothing there; link to its URL`
      : `there is no ${displayPath(resolve(dirname(file), decoded(path)))}: readers find nothing at ${target}`;
    return [issueAt({ path: "/body", line, message })];
  });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
