/**
 * Markdown as readers may see it: without the comments that its authors wrote for each other.
 */
import { commentEnd, offsetsOf } from "./stray-marks.ts";
import { mendHtml } from "./mend-source.ts";
import { applyPatches, type Patch, walkMarkdown } from "./parse.ts";
import { findUnused, isCommentDefinition } from "./unused-definitions.ts";

/** Removes HTML comments and `[//]: # (…)`, but none in code. What is shown of the text stays as it is. */
export function withoutComments(markdown: string): string {
  let source = markdown;
  // Removing a comment can make another one of what is around it.
  for (;;) {
    const patches = commentPatches(source);
    if (patches.length === 0) return source;
    source = applyPatches(source, patches).trimEnd();
  }
}

/** Whether Markdown must be parsed to know its comments: that takes long, and few texts have any. */
export function mayHoldComments(source: string): boolean {
  return source.includes("<!--") || /^[\s>*+-]*\[[^\]]*\]:/m.test(source);
}

function commentPatches(source: string): Patch[] {
  if (!mayHoldComments(source)) return [];
  // As it is rendered: what is a comment there may be code to a parser that takes `<!word` for HTML.
  const { source: mended, tree, toOriginal } = mendHtml(source);
  const patches: Patch[] = [];
  const add = ({ start, end }: Range) =>
    patches.push(wholeLines(source, { start: toOriginal(start), end: toOriginal(end) }));
  walkMarkdown(tree, (node) => {
    if (node.type === "html") commentsIn(mended, offsetsOf(node)).forEach(add);
    if (node.type === "image" || node.type === "imageReference") {
      if (node.alt?.includes("<!--")) commentsIn(mended, offsetsOf(node)).forEach(add);
    }
  });
  for (const node of findUnused(tree)) {
    if (node.type === "definition" && isCommentDefinition(node)) add(offsetsOf(node));
  }
  return patches;
}

interface Range {
  start: number;
  end: number;
}

function commentsIn(source: string, { start, end }: Range): Range[] {
  const ranges: Range[] = [];
  const html = source.slice(start, end);
  for (let at = html.indexOf("<!--"); at !== -1;) {
    const until = commentEnd(html, at);
    if (until === -1) break;
    ranges.push({ start: start + at, end: start + until });
    at = html.indexOf("<!--", until);
  }
  return ranges;
}

/** A range that fills its lines goes with them: an empty line would end a paragraph. */
function wholeLines(source: string, { start, end }: Range): Patch {
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = source.indexOf("\n", end);
  const before = source.slice(start === 0 ? 0 : lineStart, start);
  const after = source.slice(end, lineEnd === -1 ? undefined : lineEnd);
  if (before.trim() !== "" || after.trim() !== "") return { start, end, text: "" };
  return { start: start - before.length, end: lineEnd === -1 ? source.length : lineEnd + 1, text: "" };
}
