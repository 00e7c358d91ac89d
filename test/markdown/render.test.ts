import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withBaseUrl } from "../../src/markdown/addresses.ts";
import { renderMarkdown } from "../../src/markdown/render.ts";

const rendered = (markdown: string) => {
  const rendering = renderMarkdown(markdown, { path: "/en/releases/here", lang: "en" });
  if (!rendering.ok) throw new Error(rendering.reason);
  return rendering;
};
const render = (markdown: string) => withBaseUrl(rendered(markdown).html, "https://press.example");

describe("Markdown", () => {
  it.each([
    ["<script>alert(1)</script>after", "after"],
    ["<img src=x onerror=alert(1)>", '<img src="https://press.example/en/releases/x">'],
    ["[a](javascript:alert(1))", "<p>a</p>"],
    ['<a href="JaVaScRiPt:alert(1)">a</a>', "<p>a</p>"],
    ['<a href="data:text/html,x">a</a>', "<p>a</p>"],
    ['<iframe src="https://x.example/">in</iframe>', ""],
    ['<p style="position:fixed" onclick="x()">a</p>', "<p>a</p>"],
    ["<style>p{}</style>a", "a"],
    ["<svg><script>alert(1)</script></svg>", ""],
    ["<form action=/x><input name=q></form>", ""],
    ["<math><mtext></p><style><img src=x onerror=alert(1)>", ""],
    ["<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", ""],
  ])("%s does no harm", (markdown, expected) => {
    const html = render(markdown);
    expect(html).toContain(expected);
    // Text inside quotation marks is a value and stays one.
    expect(html.replace(/ (?:title|alt)="[^"]*"/g, "")).not.toMatch(
      /<(?:script|style|iframe|svg|form|object|embed)|javascript:|onerror=|onclick=|style=/i,
    );
  });

  it("keeps the usual elements of a statement", () => {
    const html = render(
      "## Head\n\n**Bold** and *soft*\n\n- one\n- two\n\n> said\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<b>raw</b>",
    );
    for (const part of [
      '<h2 id="head">Head</h2>',
      "<strong>Bold</strong>",
      "<li>one</li>",
      "<blockquote>",
      "<td>1</td>",
      "<b>raw</b>",
    ]) {
      expect(html).toContain(part);
    }
  });

  it("makes every URL absolute, also of footnotes", () => {
    const html = render("[a](/en) [b](other) ![c](//cdn.example/c.png) note[^1]\n\n[^1]: The note");
    expect(html).toContain('href="https://press.example/en"');
    expect(html).toContain('href="https://press.example/en/releases/other"');
    expect(html).toContain('src="https://cdn.example/c.png"');
    expect(html).toContain('href="https://press.example/en/releases/here#user-content-fn-1"');
    expect(html).toContain('id="user-content-fn-1"');
  });

  it("gives plain text with empty lines between paragraphs", () => {
    expect(rendered("One **two**.\n\nThree <script>x</script>\n\n- four").text).toBe(
      "One two.\n\nThree\n\nfour",
    );
  });

  it.each([
    ["quotes within quotes", `${">".repeat(5_000)} x`],
    [
      "lists within lists",
      Array.from({ length: 800 }, (_, depth) => `${" ".repeat(depth * 2)}- x`).join("\n"),
    ],
    ["lists on one line", `${"- ".repeat(10_000)}x`],
    ["numbers on one line", "1. ".repeat(10_000)],
    ["elements within elements", `${"<div>".repeat(3_000)}x`],
    ["elements without end", "<b>".repeat(10_000)],
    ["a table of a million cells", `${"|a".repeat(5_000)}\n${"|-".repeat(5_000)}\n${"|\n".repeat(5_000)}`],
    ["emphasis without end", "*a* ".repeat(200_000)],
    ["emphasis within emphasis", `${"*".repeat(6_000)}a${"*".repeat(6_000)}`],
    ["headings without a breath", "a\n=\n".repeat(10_000)],
    ["a list without end", "- a\n".repeat(20_000)],
    ["brackets", "[".repeat(100_000)],
  ])("says so, and does not try, when it holds %s", (_name, markdown) => {
    expect(renderMarkdown(markdown, { path: "/", lang: "en" })).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^(?:is|has) /),
    });
  });

  it("accepts a long ordinary text", () => {
    const paragraph = "The **Ministers** met [here](https://x.example/) and _agreed_. ".repeat(10);
    const long = `${paragraph}\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`.repeat(300);
    expect(renderMarkdown(long, { path: "/", lang: "en" }).ok).toBe(true);
  });

  it("never contains script and never ends a CDATA section, whatever the input", () => {
    const part = fc.constantFrom(
      "<",
      ">",
      "script",
      "/",
      " on",
      "error=",
      "a",
      "'",
      '"',
      "]]>",
      "javascript:",
      "(",
      ")",
      "[",
      "]",
      "![",
      "\n",
      "<!--",
      "-->",
      "<svg",
      "<style>",
      "`",
      "&lt;",
      "href=",
      "<a ",
      "<img ",
      "src=x",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 24 }), (parts) => {
        const html = render(parts.join(""));
        expect(html).not.toContain("]]>");
        const tags = html.match(/<[^>]*>/g) ?? [];
        for (const tag of tags)
          expect(tag).not.toMatch(/^<(?:script|style|svg|iframe)|\son\w+=|(?:href|src)="javascript/i);
      }),
      { numRuns: 500 },
    );
  });
});
