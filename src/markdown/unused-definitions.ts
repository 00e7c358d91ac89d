/**
 * Definitions of links and footnotes that nothing in the text uses: Markdown shows nothing of them.
 */
import type { Definition, FootnoteDefinition, Root } from "mdast";
import { walkMarkdown } from "./parse.ts";
import type { Remark } from "./take-out.ts";

/** `[//]: # (…)` is how Markdown writes a comment. */
export function isCommentDefinition(node: Definition): boolean {
  return node.url === "#" || node.url === "<>" || node.url === "";
}

/** The definitions that no reference uses, and those that repeat one before. */
export function findUnused(tree: Root): (Definition | FootnoteDefinition)[] {
  const used = new Set<string>();
  const seen = new Set<string>();
  const definitions: (Definition | FootnoteDefinition)[] = [];
  walkMarkdown(tree, (node) => {
    if (node.type === "linkReference" || node.type === "imageReference") used.add(`link ${node.identifier}`);
    if (node.type === "footnoteReference") used.add(`note ${node.identifier}`);
    if (node.type === "definition" || node.type === "footnoteDefinition") definitions.push(node);
  });
  return definitions.filter((node) => {
    const key = `${node.type === "definition" ? "link" : "note"} ${node.identifier}`;
    if (!used.has(key) || seen.has(key)) return true;
    seen.add(key);
    return false;
  });
}

export function unusedDefinitions(tree: Root): Remark[] {
  return findUnused(tree)
    .filter((node) => node.type !== "definition" || !isCommentDefinition(node))
    .map((node) => ({
      line: node.position?.start.line ?? 1,
      message:
        node.type === "definition"
          ? `[${node.label ?? node.identifier}]: ${[node.url, node.title].filter(Boolean).join(" ")} is not shown: nothing refers to it. To show it, write \\[`
          : `the footnote [^${node.label ?? node.identifier}] is not shown: nothing refers to it, or it is given twice`,
    }));
}
