import { describe, expect, it } from "vitest";
import { withImageSizes } from "../../src/markdown/image-sizes.ts";
import { renderMarkdown } from "../../src/markdown/render.ts";

const HASH = "a".repeat(64);
const sized = (markdown: string) => {
  const rendered = renderMarkdown(markdown, { path: "/en/releases/x", lang: "en" });
  if (!rendered.ok) throw new Error(rendered.reason);
  return withImageSizes(rendered.html, ({ name }) =>
    name === "unknown.svg" ? undefined : { width: 640, height: 480 },
  ).replaceAll(`https://here.invalid/files/${HASH}/`, "");
};

describe("the images of a text", () => {
  it.each([
    [
      `![a > b](/files/${HASH}/c.png "d")`,
      '<img src="c.png" alt="a > b" title="d" width="640" height="480">',
    ],
    [
      `<img alt="x" width="320" src="/files/${HASH}/c.png">`,
      '<img alt="x" width="320" src="c.png" height="240">',
    ],
    [`<img height="48" src="/files/${HASH}/c.png">`, '<img height="48" src="c.png" width="64">'],
    [`<img width="1" height="2" src="/files/${HASH}/c.png">`, '<img width="1" height="2" src="c.png">'],
    [`<img width="50%" src="/files/${HASH}/c.png">`, '<img width="50%" src="c.png">'],
    [`![a](/files/${HASH}/unknown.svg)`, '<img src="unknown.svg" alt="a">'],
    ["![a](https://b.example/c.png)", '<img src="https://b.example/c.png" alt="a">'],
    [`\`<img src="https://here.invalid/files/${HASH}/c.png">\``, "&#x3C;img"],
  ])("have their size: %s", (markdown, html) => {
    expect(sized(markdown)).toContain(html);
  });
});
