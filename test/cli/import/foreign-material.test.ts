import { expect, test } from "vitest";
import { foreignBytes, foreignText } from "../../../src/cli/import/foreign-material.ts";

const ITEM = "<item><title>The talks went on for two days</title></item>";

test.each([
  [
    "a feed",
    `<?xml version="1.0"?>\n<rss version="2.0"><channel><title>News</title>\n${ITEM}</channel></rss>`,
  ],
  [
    "a feed",
    `\uFEFF<?xml version="1.0"?><!-- made by x --><feed xmlns="http://www.w3.org/2005/Atom"></feed>`,
  ],
  ["a feed", `<rdf:RDF xmlns="http://purl.org/rss/1.0/">${ITEM}</rdf:RDF>`],
  ["a feed", '{ "version": "https://jsonfeed.org/version/1.1", "items": [] }'],
  [
    "an export of WordPress",
    `<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/">${ITEM}</rss>`,
  ],
  ["XML", '<?xml version="1.0"?>\n<visits><visit/></visits>'],
  ["HTML", '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">\n<html><body>Text.</body></html>'],
  ["HTML", "<!--?xml version='1.0'?-->\n<!doctype html><title>x</title>"],
  ["HTML", "<div class='text'>\n<p>The minister met his colleague.</p></div>"],
  ["HTML", "Statement\n\n<p>One.</p>\n<p>Two.</p>\n<p>Three.</p>"],
  ["JSON", '[{ "title": "x" }]'],
  ["front matter", "---\ntitle: The session\ndate: 2020-12-01\n---\n\nText."],
  ["front matter", '+++\ntitle = "The session"\n+++\n\nText.'],
  [
    "an e-mail",
    "From: press@mfa.example\nTo: desk@news.example\nSubject: Statement\nDate: Tue, 1 Dec 2020 10:00:00 +0400\n\nText.",
  ],
  ["an e-mail", "Received: from a\n by b; Tue, 1 Dec 2020\nMessage-ID: <x@y>\n\nText."],
  ["CSV", 'title,date,body\n"The talks, day two",2020-12-01,"One.\nTwo."\nB,2020-12-02,Three.'],
  ["CSV", "Title;Date\nThe talks;2020-12-01"],
])("%s is refused with the way out: %j", (kind, text) => {
  expect(foreignText(text)).toContain(kind);
  expect(foreignText(text)).toMatch(/: (?:copy|put|`import` does not read it yet)/);
});

test.each([
  "Statement by the ministry\n\n1 December 2020\n\nThe minister said: a < b and c > d.",
  "From Yerevan to Berlin: a visit\n\nThe minister went there.",
  "Date: 1 December 2020\nSubject: the summit\n\nThe summit is held.",
  "Minister, president, speaker meet\n\nText, with commas, and more.",
  "---\nA line of dashes came first\n\n---\nText.",
  "[Photo] The minister in Berlin\n\nText.",
  "According to <Reuters> the talks went on.\n\nText.",
])("a copied text is not taken for anything else: %j", (text) => {
  expect(foreignText(text)).toBeUndefined();
  expect(foreignBytes(Buffer.from(text))).toBeUndefined();
});

test.each([
  ["a PDF document", "%PDF-1.7\n"],
  ["a packed document", "PK\u0003\u0004\u0014"],
  ["an old Office document", "\u00d0\u00cf\u0011\u00e0\u00a1"],
  ["Rich Text", "{\\rtf1\\ansi"],
])("%s is named as what it is, not as a wrong encoding", (kind, start) => {
  expect(foreignBytes(Buffer.from(start, "latin1"))).toMatch(new RegExp(`^is .*${kind}.*: copy the text`));
});
