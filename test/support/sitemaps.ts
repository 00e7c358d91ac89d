/**
 * Reads sitemaps with a parser that we did not write.
 */
import { parseXml, XmlElement } from "@rgrove/parse-xml";
import { expect } from "vitest";
import { BASE_URL, kvBody, newsroomLater, request, settled } from "./service.ts";

export interface SitemapUrl {
  path: string;
  lastmod: string | undefined;
  element: XmlElement;
}

export const elementsIn = (parent: XmlElement, name: string) =>
  parent.children.filter((child): child is XmlElement => child instanceof XmlElement && child.name === name);

/** The entries of a sitemap, or of the index of all. */
function entriesOf(xml: string): SitemapUrl[] {
  const { root } = parseXml(xml);
  if (root === null) throw new Error("the sitemap is empty");
  return [...elementsIn(root, "url"), ...elementsIn(root, "sitemap")].map((element) => ({
    path: (elementsIn(element, "loc")[0]?.text ?? "").replace(BASE_URL, ""),
    lastmod: elementsIn(element, "lastmod")[0]?.text,
    element,
  }));
}

export async function fetchedSitemap(path: string): Promise<SitemapUrl[]> {
  const answer = await request(path);
  expect(answer.status, path).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/xml; charset=utf-8");
  return entriesOf(await answer.text());
}

/** What KV holds, since an isolate remembers its last answer for a moment. Null: it was never requested. */
export async function storedSitemap(path: string): Promise<SitemapUrl[] | null> {
  await settled();
  await newsroomLater(2);
  const xml = await kvBody(path);
  return xml === null ? null : entriesOf(xml);
}
