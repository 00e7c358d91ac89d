/**
 * The foot of every page: its feeds, and who publishes the site.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { addressOf, FEED_FORMATS, type ReleaseList } from "../domain/list.ts";
import type { Phrases } from "../domain/phrases.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { FEED_LABELS } from "../feeds/feed.ts";
import { phrasesIn } from "../i18n/wording.ts";

/** @param page with the list whose feeds it offers */
export function siteFooter({ lang, list }: { lang: string; list: ReleaseList }, site: Site): Element {
  const phrases = phrasesIn(lang, site);
  const { publisher, contact, links } = textsIn(site, lang);
  const feeds = FEED_FORMATS.map((format) =>
    h("a", { href: addressOf({ list, format }) }, FEED_LABELS[format]),
  );
  return h("footer", [
    h("p", { className: ["publisher"] }, publisher),
    contactLine(contact, phrases),
    links.length === 0
      ? null
      : h(
          "ul",
          links.map(({ text, url }) => h("li", h("a", { href: url }, text))),
        ),
    h("p", [
      ...dotted([...feeds, h("a", { href: "/feeds" }, phrases.allFeeds)], `${phrases.feeds}${phrases.colon}`),
      ...(site.licence === undefined
        ? []
        : [" · ", h("a", { rel: ["license"], href: site.licence }, phrases.licence)]),
    ]),
  ]);
}

function contactLine(
  { name, address, email, phone }: ReturnType<typeof textsIn>["contact"],
  phrases: Phrases,
): Element | null {
  const parts = [
    name,
    address,
    email === undefined ? undefined : h("a", { href: `mailto:${email}` }, email),
    // The plus sign of a number stays in front of it in languages that are written from right to left.
    phone === undefined
      ? undefined
      : h("a", { href: `tel:${phone.replaceAll(/[^+\d]/g, "")}`, dir: "ltr" }, phone),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? null : h("p", dotted(parts, `${phrases.contact}${phrases.colon}`));
}

function dotted(parts: readonly (string | Element)[], label: string): (string | Element)[] {
  return [label, ...parts.flatMap((part, index) => (index === 0 ? [part] : [" · ", part]))];
}
