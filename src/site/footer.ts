/**
 * The foot of every page: its feeds, and who publishes the site.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { queryOfFilter } from "../domain/filter.ts";
import { addressOf, FEED_FORMATS, type ReleaseList } from "../domain/list.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { FEED_LABELS } from "../feeds/feed.ts";
import { phrasesIn } from "../i18n/wording.ts";

/** Where people subscribe to what they choose. */
export const SUBSCRIBE_PATH = "/subscribe";

/** The page to subscribe, filled in with what a list narrows to. */
function subscribePath({ filter }: ReleaseList): string {
  const query = new URLSearchParams(queryOfFilter(filter)).toString();
  return query === "" ? SUBSCRIBE_PATH : `${SUBSCRIBE_PATH}?${query}`;
}

/** @param page with the list whose feeds it offers */
export function siteFooter({ lang, list }: { lang: string; list: ReleaseList }, site: Site): Element {
  const phrases = phrasesIn(lang, site);
  const { publisher, contact, links } = textsIn(site, lang);
  const { licence } = site;
  const label = (text: string) => `${text}${phrases.colon}`.trimEnd();
  return h("footer", [
    h("p", { className: ["publisher"] }, publisher),
    row(contactParts(contact), label(phrases.contact)),
    row(
      [
        ...links.map(({ text, url }) => h("a", { href: url }, text)),
        ...(licence === undefined ? [] : [h("a", { rel: ["license"], href: licence }, phrases.licence)]),
      ],
      undefined,
      "offers",
    ),
    row(
      [
        ...FEED_FORMATS.map((format) => h("a", { href: addressOf({ list, format }) }, FEED_LABELS[format])),
        h("a", { href: "/feeds" }, phrases.allFeeds),
        h("a", { href: subscribePath(list), rel: ["nofollow"] }, phrases.subscribe.title),
      ],
      label(phrases.feeds),
      "offers",
    ),
  ]);
}

function contactParts({ name, address, email, phone }: ReturnType<typeof textsIn>["contact"]) {
  return [
    name,
    address,
    email === undefined ? undefined : h("a", { href: `mailto:${email}` }, email),
    // The plus sign of a number stays in front of it in languages that are written from right to left.
    phone === undefined
      ? undefined
      : h("a", { href: `tel:${phone.replaceAll(/[^+\d]/g, "")}`, dir: "ltr" }, phone),
  ].filter((part) => part !== undefined);
}

/** A line of the footer, which breaks between its parts. Nothing if there are none. */
function row(parts: readonly (string | Element)[], label?: string, className?: string): Element | null {
  if (parts.length === 0) return null;
  const shown = label === undefined ? parts : [label, ...parts];
  return h(
    "ul",
    { className: className === undefined ? undefined : [className] },
    shown.map((part) => h("li", part)),
  );
}
