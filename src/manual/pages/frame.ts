/**
 * The frame of every page of the manual.
 */
import type { Element, ElementContent } from "hast";
import { toHtml } from "hast-util-to-html";
import { h } from "hastscript";

export interface ManualPage {
  /** `/docs/NAME`; "" is `/docs` itself. */
  name: string;
  title: string;
  /** The heading of its part of the menu. */
  part: string;
  content: ElementContent[];
}

export function addressOf({ name }: Pick<ManualPage, "name">): string {
  return name === "" ? "/docs" : `/docs/${name}`;
}

/** @param pages all of them, in order */
export function pageHtml(page: ManualPage, pages: readonly ManualPage[]): string {
  const at = pages.indexOf(page);
  const document = h(null, [
    { type: "doctype" },
    h("html", { lang: "en" }, [
      h("head", [
        h("meta", { charSet: "utf-8" }),
        h("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
        h("title", page.name === "" ? "Manual" : `${page.title} – Manual`),
        h("link", { rel: "stylesheet", href: "/style.css" }),
        h("link", { rel: "stylesheet", href: "/docs/manual.css" }),
        h("link", { rel: "icon", href: "/icon.png" }),
        h("script", { src: "/docs/search.js", defer: true }),
      ]),
      h("body", { className: ["manual"] }, [
        h("a", { className: ["skip"], href: "#main" }, "Skip to the text"),
        header(),
        h("div", { className: ["columns"] }, [
          menu(page, pages),
          h("main", { id: "main" }, [
            h("h1", page.title),
            ...page.content,
            neighbours(pages[at - 1], pages[at + 1]),
          ]),
        ]),
        h("footer", [
          h("p", [
            "For programs: ",
            h("a", { href: "/openapi.json" }, "the OpenAPI document"),
            ". For people: ",
            h("a", { href: "/" }, "the texts of this site"),
            ".",
          ]),
        ]),
      ]),
    ]),
  ]);
  return `${toHtml(document)}\n`;
}

/** The script shows the search, which does nothing without it. */
function header(): Element {
  return h("header", [
    h("div", { className: ["masthead"] }, [
      h("p", { className: ["site"] }, h("a", { href: "/docs" }, "Manual")),
      h("form", { className: ["find"], role: "search", id: "search", hidden: true }, [
        h("label", { htmlFor: "words" }, "Search the manual"),
        h("input", { type: "search", id: "words", name: "q", autoComplete: "off", maxLength: 100 }),
        h("button", { type: "submit" }, "Go"),
        h("p", { id: "tally", role: "status" }),
        h("ol", { id: "found" }),
      ]),
    ]),
  ]);
}

function menu(page: ManualPage, pages: readonly ManualPage[]): Element {
  const parts = [...Map.groupBy(pages, ({ part }) => part)];
  return h("nav", { className: ["menu"], ariaLabel: "Pages of the manual" }, [
    h("details", { open: true }, [
      h("summary", "Pages"),
      ...parts
        .map(([part, own]) => [
          h("p", part),
          h(
            "ul",
            own.map((each) =>
              h(
                "li",
                h(
                  "a",
                  { href: addressOf(each), ariaCurrent: each === page ? "page" : undefined },
                  each.title,
                ),
              ),
            ),
          ),
        ])
        .flat(),
    ]),
  ]);
}

function neighbours(before: ManualPage | undefined, after: ManualPage | undefined): Element {
  return h("nav", { className: ["neighbours"], ariaLabel: "Neighbours" }, [
    before === undefined ? null : h("a", { rel: ["prev"], href: addressOf(before) }, `← ${before.title}`),
    after === undefined ? null : h("a", { rel: ["next"], href: addressOf(after) }, `${after.title} →`),
  ]);
}

/** A block of code, which the keyboard can scroll. */
export function codeBlock(text: string, language: string): Element {
  return h("pre", { tabIndex: 0 }, h("code", { className: [`language-${language}`] }, text));
}

/** @param rows cells as text or elements */
export function table(head: readonly string[], rows: readonly (string | ElementContent[])[][]): Element {
  return h("div", { className: ["wide"], role: "group", ariaLabel: head.join(", "), tabIndex: 0 }, [
    h("table", [
      h(
        "thead",
        h(
          "tr",
          head.map((each) => h("th", { scope: "col" }, each)),
        ),
      ),
      h(
        "tbody",
        rows.map((row) =>
          h(
            "tr",
            row.map((cell) => h("td", cell)),
          ),
        ),
      ),
    ]),
  ]);
}

/** Text with `code` in it. */
export function inline(text: string): ElementContent[] {
  return text
    .split("`")
    .map((part, index): ElementContent => (index % 2 === 1 ? h("code", part) : { type: "text", value: part }))
    .filter((node) => node.type !== "text" || node.value !== "");
}
