import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rendered } from "./rendered.ts";

describe("words in angle brackets", () => {
  it.each([
    "We <inaudible> that. <Applause> and a<b and c>d end",
    "According to <Reuters> talks",
    "Dear <title> <name>, of <address> at <time>",
    "<inaudible>",
    "<p and then words",
    "a </Reuters> b </b and c>",
    "<?php echo 1 ?> <![CDATA[words]]> <!DOCTYPE html>",
    "<i think so>",
  ])("stay as they are typed: %s", (line) => {
    expect(rendered(line).text).toBe(line);
    expect(rendered(`<div>\n${line}\n</div>`).text).toBe(line);
    expect(rendered(`> <div>\n> ${line}\n> </div>`).text).toBe(line);
    expect(rendered(line).remarks).toEqual([]);
  });

  it("leave the Markdown around them to Markdown", () => {
    const { html } = rendered("<inaudible>\n**bold** and `<b and c>`");
    expect(html).toContain("<strong>bold</strong>");
    expect(html).toContain("<code>&#x3C;b and c></code>");
  });
});

describe("an element that never ends", () => {
  it.each([
    "<!-- ",
    "<script>",
    "<template>",
    "<title>",
    "<textarea>",
    "<style>",
    "<svg>",
    "<select>",
    "<pre>",
  ])("%s hides nothing", (open) => {
    for (const before of ["", "Before ", "> ", "- "]) {
      const { text, html } = rendered(`${before}${open}first words\n\nThen **more** words.\n\n## End`);
      expect(text).toContain("first words");
      expect(text).toContain("Then more words.");
      expect(html).toContain("<strong>more</strong>");
      expect(html).toContain('<h2 id="end">End</h2>');
    }
  });

  it("is taken out alone if it has an address", () => {
    const { text, remarks } = rendered('<iframe src="https://v.example/x">\n\nMore.');
    expect(text).toBe("Embedded content: https://v.example/x\n\nMore.");
    expect(remarks).toHaveLength(1);
  });
});

describe("what Markdown drops in silence", () => {
  it("is kept: cells beyond the head of a table", () => {
    expect(rendered("| a | b |\n|--|--|\n| 1 | 2 | three |").text).toBe("a\tb\n1\t2\tthree");
  });

  it("is named: footnotes and definitions that nothing refers to", () => {
    const { remarks } = rendered("Text[^1].\n\n[^1]: Note\n[^2]: Lost\n\n[Reuters]: says");
    expect(remarks).toEqual([
      expect.stringMatching(/^4: .*\[\^2\]/),
      expect.stringMatching(/^6: .*\[Reuters\]: says/),
    ]);
  });
});

it("stays where a tag would have an attribute with an equals sign apart", () => {
  expect(rendered("<b word =?>and").text).toContain("word");
});

const piece = fc.constantFrom(
  ..."<inaudible>|<Reuters>|</Reuters>|<b and c>|<b|<p |<|>|</|<!--|<script>|</script>|<style>|</style>|<template>|</template>|<title>|</title>|<textarea>|</textarea>|<xmp>|</xmp>|<noscript>|</noscript>|<iframe src=https://x.example/>|</iframe>|<video src=/v.mp4>|</video>|<object data=/o.pdf>|</object>|<svg>|</svg>|<math>|</math>|<select>|</select>|<option>|<table>|</table>|<tr>|<td>|</td>|<caption>|<form action=/f>|</form>|<input name=q>|<button>|</button>|<div>|</div>|<p>|</p>|<b>|</b>|<pre>|</pre>|<address>|<frameset>|<plaintext>|<body>|</body>|<head>|</head>|<html>|<image>|<ol>|<li>|<a href=/x>|</a>|<annotation>|<![CDATA[|]]>|<?php|?>|<!DOCTYPE|<o:p>|</o:p>|`|*|**|_|~~|[|]|[^1]|: |\n[^1]: |\n> |\n- |\n1. |\n2021. |\n# |\n    |\n```\n| | |\n| a | b |\n|---|---|\n| |\n\n|\n|\\|&lt;|\"|'|=|/".split(
    /(?<!\n)\|(?! [ab-]|---|\n)/,
  ),
);

describe("every word of a text", () => {
  it("is in the plain text or in a remark, whatever is around it", () => {
    const words = fc.array(fc.tuple(piece, piece, fc.boolean()), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(words, (parts) => {
        const markdown = parts
          .map(([before, after, isApart], index) => `${before}${isApart ? " " : ""}word${index}x ${after}`)
          .join("");
        // What is in a comment is nobody's business.
        fc.pre(!/<!--[^]*-->/.test(markdown));
        const { text, remarks } = rendered(markdown);
        const shown = text + remarks.join("\n");
        const lost = parts.flatMap((_, index) => (shown.includes(`word${index}x`) ? [] : [`word${index}x`]));
        expect({ lost, markdown }).toEqual({ lost: [], markdown });
      }),
      { numRuns: 3_000 },
    );
  });
});
