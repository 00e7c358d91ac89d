/**
 * Atom 1.0 (RFC 4287), by our own small writer: the `feed` package's Atom has unescaped titles, no
 * `xml:lang` and a clock.
 */
import { formatInstant } from "../domain/instant.ts";
import { carriable } from "../domain/text.ts";
import { entryUrn, type Feed, type FeedEntry } from "./feed-model.ts";

/** The Atom document of a feed: a pure function of it. */
export function writeAtom(feed: Feed): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom"${language(feed.lang)}>`,
    `  <id>${xml(feed.page)}</id>`,
    `  <title>${xml(feed.title)}</title>`,
    // Required even where nothing was ever published (4.2.15); the epoch is no claim about today.
    `  <updated>${formatInstant(feed.updated ?? 0)}</updated>`,
    `  <link rel="self" type="application/atom+xml" href="${xml(feed.self.atom)}"/>`,
    `  <link rel="alternate" type="text/html" href="${xml(feed.page)}"/>`,
    "  <author>",
    `    <name>${xml(feed.author.name)}</name>`,
    `    <uri>${xml(feed.author.url)}</uri>`,
    "  </author>",
    "  <generator>communique</generator>",
    ...feed.entries.flatMap((entry) => entryLines(entry)),
    "</feed>",
    "",
  ];
  return lines.join("\n");
}

function entryLines(entry: FeedEntry): string[] {
  return [
    `  <entry${language(entry.lang)}>`,
    `    <id>${entryUrn(entry.id)}</id>`,
    `    <title>${xml(entry.title)}</title>`,
    // Exactly one: with two, half the readers take the last.
    `    <link rel="alternate" type="text/html" href="${xml(entry.url)}"/>`,
    ...entry.translations.map(
      ({ lang, url }) =>
        `    <link rel="related" hreflang="${xml(lang)}" type="text/html" href="${xml(url)}"/>`,
    ),
    `    <published>${formatInstant(entry.published)}</published>`,
    `    <updated>${formatInstant(entry.updated)}</updated>`,
    ...entry.categories.map(
      ({ scheme, term, label }) =>
        `    <category scheme="${xml(scheme)}" term="${xml(term)}" label="${xml(label)}"/>`,
    ),
    `    <summary>${xml(entry.summary)}</summary>`,
    `    <content type="html">${xml(entry.html)}</content>`,
    "  </entry>",
  ];
}

function language(tag: string | undefined): string {
  return tag === undefined ? "" : ` xml:lang="${xml(tag)}"`;
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Safe both as element text and between double quotes. */
function xml(text: string): string {
  return carriable(text).replace(/[&<>"]/g, (character) => ESCAPES[character] ?? "");
}
