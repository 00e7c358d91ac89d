/**
 * Takes out what readers must not or cannot get, such as scripts and frames. A link to its address stays, and a
 * remark says so. Nothing is taken out in silence.
 */
import type { Element, ElementContent, Root, RootContent } from "hast";
import { h } from "hastscript";
import { attribute } from "./elements.ts";
import type { Phrases } from "../domain/phrases.ts";
import { AS_DIV, FORM_PARTS, TABLE_PARTS, TAKEN_OUT, VOID } from "./html-names.ts";
import { ADDRESS_CHARS_SHOWN, WORDS_CHARS_SHOWN } from "./limits.ts";

/** A remark about a line of the Markdown. */
export interface Remark {
  /** From 1, the first line of the Markdown. */
  line: number;
  message: string;
}

/** What the walk knows about the elements around a node. */
interface Around {
  inTable: boolean;
  inForm: boolean;
  /** Whether a paragraph may stand here. */
  isFlow: boolean;
}

/** Schemes of links that readers' programs know what to do with. */
export const LINK_SCHEMES = ["http", "https", "mailto", "tel", "sms", "geo", "xmpp"];
const FLOW = new Set(["div", "section", "blockquote", "figure", "li", "td", "th", "dd", "details"]);

/** Changes the tree. `phrases` are those of the text's language. @returns the remarks, in the order of the text */
export function takeOut(tree: Root, phrases: Phrases): Remark[] {
  const remarks: Remark[] = [];
  const report = (node: Element, message: string): void => {
    remarks.push({ line: node.position?.start.line ?? 1, message });
  };

  function contents<T extends RootContent | ElementContent>(nodes: readonly T[], around: Around): T[] {
    return nodes.flatMap((node) => (node.type === "element" ? (element(node, around) as T[]) : [node]));
  }

  function element(node: Element, around: Around): ElementContent[] {
    const { tagName } = node;
    if (VOID.has(tagName) && node.children.length > 0) {
      // In a formula, HTML's parser lets them have children; written as HTML they have none.
      const inside = node.children.splice(0);
      return [...element(node, around), ...contents(inside, around)];
    }
    if (TAKEN_OUT.has(tagName)) return replaced(node, around);
    if (tagName === "img") return image(node);
    if (tagName === "area") return area(node);
    if (FORM_PARTS.has(tagName) && !isTaskBox(node)) {
      if (!around.inForm) report(node, `<${tagName}> is taken out; its words stay`);
      if (tagName === "input") return [];
      const action = attribute(node, "action");
      node.properties = {};
      node.children = [...addressLink(node, action, "", true), ...node.children];
    }
    // A formula has its source as an annotation, which says the same again.
    if (tagName === "semantics") node.children = node.children.filter((child) => !isAnnotation(child));
    const isTable = tagName === "table";
    node.children = contents(node.children, {
      inTable: around.inTable || isTable,
      inForm: around.inForm || FORM_PARTS.has(tagName),
      isFlow: FLOW.has(tagName) || (AS_DIV.has(tagName) && around.isFlow),
    });
    if (tagName === "noscript") return node.children;
    if (tagName === "a" && node.properties["href"] !== undefined) {
      const href = attribute(node, "href").trim();
      if (!isUsable(href)) {
        report(node, `the link to ${shorten(href)} is taken out; its words stay`);
        return node.children;
      }
      // The sanitiser knows schemes in lower case only.
      node.properties["href"] = href.replace(/^[a-z]+:/i, (scheme) => scheme.toLowerCase());
    }
    if (AS_DIV.has(tagName) || (TABLE_PARTS.has(tagName) && !around.inTable)) {
      // In a paragraph no block may stand.
      if (!around.isFlow) return apart(node.children);
      node.tagName = "div";
    }
    if (tagName === "xmp") node.tagName = "pre";
    if (tagName === "ol" || tagName === "li") keepNumbering(node);
    return [node];
  }

  function replaced(node: Element, { isFlow }: Around): ElementContent[] {
    const address = addressOf(node);
    const label = { video: phrases.video, audio: phrases.audio }[node.tagName] ?? phrases.embedded;
    const link =
      node.tagName === "script" || node.tagName === "link" ? [] : addressLink(node, address, label, isFlow);
    const words = shorten(wordsOf(node), WORDS_CHARS_SHOWN);
    const kept =
      link.length > 0 ? `a link to ${shorten(address)} stays` : `its address is ${shorten(address)}`;
    report(
      node,
      `<${node.tagName}> is taken out` +
        (words === "" ? "" : `, with “${words}”`) +
        (address === "" ? "" : `; ${kept}`),
    );
    return link;
  }

  function image(node: Element): ElementContent[] {
    const source = attribute(node, "src");
    if (isUsable(source, ["http", "https"]) && source !== "") return [node];
    const alt = attribute(node, "alt");
    report(
      node,
      `an image that no reader can load (${shorten(source) || "without an address"}) is taken out`,
    );
    return alt === "" ? [] : [{ type: "text", value: alt }];
  }

  function area(node: Element): ElementContent[] {
    const href = attribute(node, "href");
    report(node, "<area> is taken out");
    return href === "" || !isUsable(href) ? [] : apart([h("a", { href }, attribute(node, "alt") || href)]);
  }

  function addressLink(node: Element, address: string, label: string, isFlow: boolean): ElementContent[] {
    if (address === "" || !isUsable(address)) return [];
    const title = attribute(node, "title") || label;
    const text = title === "" ? address : `${title}${phrases.colon}${address}`;
    const link = h("a", { href: address }, text);
    return isFlow ? [h("p", link)] : apart([link]);
  }

  tree.children = contents(tree.children, { inTable: false, inForm: false, isFlow: true });
  return remarks;
}

function isAnnotation(node: ElementContent): boolean {
  return node.type === "element" && node.tagName.startsWith("annotation");
}

/** Keeps words from those before and after. */
function apart(nodes: readonly ElementContent[]): ElementContent[] {
  return [{ type: "text", value: " " }, ...nodes, { type: "text", value: " " }];
}

/** The address of what an element shows. */
function addressOf(node: Element): string {
  const { src, data, href } = node.properties;
  const own = src ?? data ?? (node.tagName === "link" || node.tagName === "base" ? href : undefined);
  if (typeof own === "string") return own;
  for (const child of node.children) {
    const found = child.type === "element" && child.tagName !== "img" ? addressOf(child) : "";
    if (found !== "") return found;
  }
  return "";
}

/** The box of a task list, which Markdown makes. */
function isTaskBox({ tagName, properties }: Element): boolean {
  return tagName === "input" && properties["type"] === "checkbox" && Boolean(properties["disabled"]);
}

/** Whether an address is relative, or has one of the schemes. */
export function isUsable(address: string, schemes: readonly string[] = LINK_SCHEMES): boolean {
  // As browsers read it: without white space and controls.
  const scheme = /^([^/?#:]*):/.exec(address.replace(/[\p{Cc}\s]/gu, ""))?.[1]?.toLowerCase();
  return (scheme === undefined || schemes.includes(scheme)) && URL.canParse(address, "https://here.invalid/");
}

const LIST_TYPES: Record<string, string> = {
  decimal: "1",
  "upper-alpha": "A",
  "upper-latin": "A",
  "lower-alpha": "a",
  "lower-latin": "a",
  "upper-roman": "I",
  "lower-roman": "i",
};

/** Numbers and letters of a list mean something in a legal text, and styles do not stay. */
function keepNumbering(list: Element): void {
  const style = /list-style(?:-type)?\s*:[^;]*?([a-z]+(?:-[a-z]+)?)\s*(?:;|$)/i.exec(
    attribute(list, "style"),
  );
  const type = LIST_TYPES[style?.[1]?.toLowerCase() ?? ""];
  if (type !== undefined) list.properties["type"] = type;
}

/** The text in an element, without that of its scripts. */
function wordsOf(node: Element): string {
  const nodes = node.tagName === "template" && node.content ? node.content.children : node.children;
  return nodes
    .map((child) => (child.type === "text" ? child.value : child.type === "element" ? wordsOf(child) : ""))
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
}

function shorten(text: string, chars = ADDRESS_CHARS_SHOWN): string {
  return text.length <= chars ? text : `${text.slice(0, chars).toWellFormed()}…`;
}
