import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutComments } from "../../src/markdown/comments.ts";
import { rendered } from "./rendered.ts";

describe("Markdown for readers", () => {
  it.each([
    ["a <!-- c --> b", "a  b"],
    ["a\n<!-- c -->\nb", "a\nb"],
    ["a\n\n<!-- c\n\nd -->\n\nb", "a\n\n\nb"],
    ["a\n\n[//]: # (secret)\n\nb", "a\n\n\nb"],
    ["> <!-- c\n> d -->\n> b", "> \n> b"],
    ["- a <!-- c -->\n- b", "- a \n- b"],
    ["![a <!-- c --> b](/u.png)", "![a  b](/u.png)"],
    ["| a <!-- c --> |\n|---|", "| a  |\n|---|"],
    ["a <!<!-- x -->-- y --> b", "a  b"],
  ])("has no comments: %s", (markdown, expected) => {
    expect(withoutComments(markdown)).toBe(expected);
  });

  it.each([
    "`<!-- code -->`",
    "```html\n<!-- code -->\n```",
    "a\n\n    <!-- code -->",
    "a \\<!-- text -->",
    "a <!-- never ends",
    "[used]: # (title)\n\n[used]",
    '[a](/u "<!-- title -->")',
  ])("keeps code and what readers see: %s", (markdown) => {
    expect(withoutComments(markdown)).toBe(markdown);
  });

  it("never holds a comment, and loses no word that readers see, whatever is around it", () => {
    const around = fc.constantFrom(
      "",
      " ",
      "\n",
      "\n\n",
      "> ",
      "- ",
      "1. ",
      "# ",
      "    ",
      "`",
      "**",
      "[",
      "](/x)",
      "![",
      "<div>",
      "</div>",
      "<p>",
      "<b>",
      "<x>",
      "<",
      "<!",
      "--",
      "->",
      "-->",
      "|",
      "\n```\n",
      "\n| a |\n|---|\n| ",
    );
    const part = fc.oneof(
      fc.tuple(fc.constant("shown"), around, around),
      fc.tuple(fc.constant("hidden"), around, around),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
        const markdown = parts
          .map(([kind, before, after], index) =>
            kind === "shown" ? `${before}word${index}x${after}` : `${before}<!-- word${index}x -->${after}`,
          )
          .join("");
        const source = withoutComments(markdown);
        const before = rendered(markdown);
        const shown = before.text + before.html + before.remarks.join("\n");
        const isPublic = (index: number) => shown.includes(`word${index}x`);
        const leaked = parts.flatMap((_, index) =>
          source.includes(`word${index}x`) && !isPublic(index) ? [index] : [],
        );
        expect({ leaked, markdown }).toEqual({ leaked: [], markdown });
      }),
      { numRuns: 2_000 },
    );
  });
});
