import * as fc from "fast-check";
import { expect, test } from "vitest";
import { paragraphsToMarkdown } from "../../../src/cli/import/markdown-text.ts";
import { renderMarkdown } from "../../../src/markdown/render.ts";

/** The text of the rendered page, and its elements. */
function asRead(paragraphs: string[]): { text: string; elements: string[] } {
  const rendering = renderMarkdown(paragraphsToMarkdown(paragraphs), {
    path: "/en/releases/x",
    lang: "en",
  });
  if (!rendering.ok) throw new Error(rendering.reason);
  const { html, text } = rendering;
  return { text, elements: [...html.matchAll(/<([a-z0-9]+)/g)].map(([, name]) => name ?? "") };
}

test.each([
  "1. is a number, not a list",
  "- is a dash",
  "+ is a plus",
  "# is a number sign",
  "> is a sign",
  "* is an asterisk, and *this* and **that** too",
  "_ is a line, _so_ are __these__, and snake_case_words",
  "< is less, <b>bold</b> and <script>alert(1)</script>",
  "&amp; and &copy; and &#60; were typed like this",
  "[one] [two](three) ![four](five) [^1]: note",
  "a backslash \\ and \\* two \\\\",
  "`code` and ```fences```",
  "~one~ and ~~two~~",
  "| a | b |",
  "===",
  "---",
  "***",
  "[ ] not a task",
  "«Հայաստան» — “Armenia’s” 'own' \"words\" „Wort“",
  "see www.mfa.am, https://www.mfa.am/en/a_b_c?x=1&y=(2). or write to press_office@mfa.am",
  "5 < 6 && 7 > 3",
  ":smile: @everyone #tag",
])("reads back as it was: %s", (paragraph) => {
  const { text, elements } = asRead(["Before.", paragraph, "After."]);
  expect(text).toBe(`Before.\n\n${paragraph}\n\nAfter.`);
  expect(elements.filter((name) => name !== "a")).toEqual(["p", "p", "p"]);
});

test.each(Array.from("։。؟،।！？»”"))("an address ends before %s", (mark) => {
  expect(paragraphsToMarkdown([`See https://mfa.example/hy${mark} Next.`])).toBe(
    `See <https://mfa.example/hy>${mark} Next.\n`,
  );
});

test("all paragraphs render exactly as their text", () => {
  const piece = fc.oneof(
    fc.constantFrom(...Array.from("*_`~[]()<>#+-=|!&;\\:.\"'{}@/1a b\tя։«»")),
    fc.constantFrom(
      "1. ",
      "- ",
      "> ",
      "# ",
      "&amp;",
      "<b>",
      "</b>",
      "<!--",
      "http://",
      "https://x.am/",
      "www.",
      "a@b.am",
      "]:",
      "](",
      "```",
      "\n",
    ),
    fc.string({ unit: "grapheme", maxLength: 3 }),
  );
  const paragraph = fc
    .array(piece, { minLength: 1, maxLength: 12 })
    .map((pieces) =>
      pieces
        .join("")
        // As the importer passes them: one line, without control characters, trimmed.
        .replace(/[\p{Cc}\p{Cs}\s]+/gu, " ")
        .trim(),
    )
    .filter((text) => text !== "");
  fc.assert(
    fc.property(fc.array(paragraph, { minLength: 1, maxLength: 3 }), (paragraphs) => {
      const { text, elements } = asRead(paragraphs);
      expect(text).toBe(paragraphs.join("\n\n"));
      expect(elements.filter((name) => name !== "a")).toEqual(paragraphs.map(() => "p"));
    }),
    { numRuns: 2_000 },
  );
});
