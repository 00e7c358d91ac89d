import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkTargets, mayHavePaths } from "../../src/markdown/link-targets.ts";
import { applyPatches } from "../../src/markdown/parse.ts";

/** The text with each target replaced by its number. */
function numbered(markdown: string): string {
  const patches = linkTargets(markdown).flatMap(({ place }, index) =>
    place === undefined ? [] : [{ ...place, text: `#${index}` }],
  );
  return applyPatches(markdown, patches);
}

const targets = (markdown: string) => linkTargets(markdown).map(({ target }) => target);

describe("the targets of a text", () => {
  it.each([
    ["[a](b.pdf)", "[a](#0)"],
    ['![a](b.jpg "A (title) with ](x)")', '![a](#0 "A (title) with ](x)")'],
    ["[a]( <b c.pdf> 'title' )", "[a]( <#0> 'title' )"],
    ["[a](b(1).pdf)", "[a](#0)"],
    ["[a](b\\(1.pdf) and [c](d&amp;e.pdf)", "[a](#0) and [c](#1)"],
    ["[![a](b.jpg)](c.pdf)", "[![a](#1)](#0)"],
    ["![a [b](c.pdf) d](e.jpg)", "![a [b](c.pdf) d](#0)"],
    ["[b.pdf](b.pdf)", "[b.pdf](#0)"],
    ["[a][x]\n\n[x]: b.pdf 'T'\n[y]: <c d.pdf>", "[a][x]\n\n[x]: #0 'T'\n[y]: <#1>"],
    ["> - one\n>   [a](b.pdf)\n> - [c](d.pdf)", "> - one\n>   [a](#0)\n> - [c](#1)"],
    ["| a |\n|---|\n| [a](b.pdf) |", "| a |\n|---|\n| [a](#0) |"],
    ["a[^1]\n\n[^1]: See [b](c.pdf).", "a[^1]\n\n[^1]: See [b](#0)."],
    ['<img alt="x" src="a.jpg"> <a href=\'b.pdf\'>B</a>', '<img alt="x" src="#0"> <a href=\'#1\'>B</a>'],
    ["<a href=b.pdf>B</a>", "<a href=#0>B</a>"],
    ['<img srcset="a.jpg 1x, b,c.jpg 2x" src="a.jpg">', '<img srcset="#0 1x, #1 2x" src="#2">'],
    ["<inaudible> [a](b.pdf) <word", "<inaudible> [a](#0) <word"],
    [
      "`[a](b.pdf)` and\n\n    [c](d.pdf)\n\n```\n[e](f.pdf)\n```",
      "`[a](b.pdf)` and\n\n    [c](d.pdf)\n\n```\n[e](f.pdf)\n```",
    ],
    ['<!-- [a](b.pdf) <img src="c.jpg"> -->', '<!-- [a](b.pdf) <img src="c.jpg"> -->'],
  ])("are found where they stand: %s", (markdown, expected) => {
    expect(numbered(markdown)).toBe(expected);
  });

  it("are what Markdown means by them", () => {
    expect(targets("[a](b\\(1.pdf) [c](d&amp;e.pdf) [f](<g h.pdf>) <img src='i&amp;j.jpg'>")).toEqual([
      "b(1.pdf",
      "d&e.pdf",
      "g h.pdf",
      "i&j.jpg",
    ]);
  });

  it("have their lines, and no place where it cannot be replaced", () => {
    expect(linkTargets("One.\n\n> [a\n> b](c.pdf)\n\n<p>\n<img\n src='d.jpg'>")).toMatchObject([
      { target: "c.pdf", line: 4 },
      { target: "d.jpg", line: 8 },
    ]);
  });
});

describe("a text without paths", () => {
  it.each([
    "Plain text, [a](https://example.org/b.pdf), [c](/d), [e](#f), <https://example.org>, mail@example.org.",
    '<a href="https://example.org/b.pdf">B</a> and [x]: text',
    "[x]: https://example.org/b.pdf\n\n[a][x]",
  ])("is found without the parser: %s", (markdown) => {
    expect(mayHavePaths(markdown.replace(" and [x]: text", ""))).toBe(false);
  });

  it("is never one that has a path", () => {
    const part = fc.constantFrom(
      ..."[ ] ( ) : < > ! \n = \" ' a.jpg b.pdf https: // # \\ &#97; <img src= href= srcset= > - ` | ^1".split(
        " ",
      ),
      " ",
      "[a](",
      "\n[x]: ",
      "<img ",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const markdown = parts.join("");
        const paths = targets(markdown).filter((target) => !/^(?:[a-z][a-z0-9+.-]*:|[/#?]|$)/i.test(target));
        if (paths.length > 0) expect([markdown, mayHavePaths(markdown)]).toEqual([markdown, true]);
      }),
      { numRuns: 2_000 },
    );
  });
});
