import { withBaseUrl } from "../../src/markdown/addresses.ts";
import { renderMarkdown } from "../../src/markdown/render.ts";

/** Renders as the release `/en/releases/here` of https://press.example; remarks as `line: message`. */
export function rendered(markdown: string, lang = "en") {
  const rendering = renderMarkdown(markdown, {
    path: "/en/releases/here",
    lang,
    baseUrl: "https://press.example",
  });
  if (!rendering.ok) throw new Error(rendering.reason);
  return {
    html: withBaseUrl(rendering.html, "https://press.example"),
    text: rendering.text,
    summary: rendering.summary,
    remarks: rendering.remarks.map(({ line, message }) => `${line}: ${message}`),
  };
}
