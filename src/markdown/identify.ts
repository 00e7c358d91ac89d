/**
 * Headings and ids: a page has one h1, which is the title of the release, and every heading has an id, so that
 * links lead to it.
 */
import type { Element, Root } from "hast";
import { ID_PREFIX } from "./limits.ts";
import { textOf, walkElements } from "./elements.ts";

/**
 * Ids that the page has itself (site/layout.ts), and names that scripts look for first, which an element with such
 * an id could hide. Other names cannot be hidden: forms and `name` do not leave the renderer.
 */
const RESERVED = new Set(
  "main __proto__ constructor prototype window document location self top parent cookie domain".split(" "),
);

/** The id in HTML of what a text calls `id`. The same in every release, so that links between them work. */
export function safeId(id: string): string {
  return RESERVED.has(id.toLowerCase()) ? ID_PREFIX + id : id;
}

/** `Annex I: Names` → `annex-i-names`, in any script; "" for a heading without letters and digits. */
export function idOf(heading: string): string {
  return heading
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\s-]/gu, "")
    .trim()
    .replace(/[\s-]+/g, "-");
}

/**
 * Moves the levels of headings below h1 and gives ids. Changes the tree.
 *
 * @returns the ids as the text calls them: a link in the text leads to one of them
 */
export function identify(tree: Root): ReadonlySet<string> {
  const elements: Element[] = [];
  walkElements(tree, (element) => elements.push(element));
  const headings = elements.filter(({ tagName }) => /^h[1-6]$/.test(tagName));
  if (headings.some(({ tagName }) => tagName === "h1")) {
    for (const heading of headings) heading.tagName = `h${Math.min(6, Number(heading.tagName[1]) + 1)}`;
  }
  const taken = new Set<string>();
  for (const { tagName, properties } of elements) {
    // Old texts have `<a name="annex">`.
    const given = properties["id"] ?? (tagName === "a" ? properties["name"] : undefined);
    delete properties["name"];
    delete properties["id"];
    if (typeof given !== "string" || /^$|\s/.test(given) || taken.has(given)) continue;
    taken.add(given);
    properties["id"] = safeId(given);
  }
  for (const heading of headings) {
    if (heading.properties["id"] !== undefined) continue;
    const id = unique(idOf(textOf(heading)), taken);
    if (id === "") continue;
    taken.add(id);
    heading.properties["id"] = safeId(id);
  }
  return taken;
}

function unique(id: string, taken: ReadonlySet<string>): string {
  if (id === "" || !taken.has(id)) return id;
  let number = 2;
  while (taken.has(`${id}-${number}`)) number += 1;
  return `${id}-${number}`;
}
