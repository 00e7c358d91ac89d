/**
 * The links from a page of a list to its other pages.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { addressOf, listAddress, type ListPlace, type ReleaseList, yearList } from "../domain/list.ts";
import type { Phrases } from "../domain/phrases.ts";
import type { ArchiveLinks } from "../feeds/build-feed.ts";
import { PAGES_LINKED_MAX } from "./limits.ts";

/**
 * The pages of a list, counted from the newest. Only the newest page has them: it changes whenever an archive is cut,
 * and an archive does not.
 *
 * @param archives their numbers, newest first
 */
export function pageLinks(
  list: ReleaseList,
  archives: readonly number[],
  { pages, older }: Phrases,
  lang: string,
): Element | null {
  const [second] = archives;
  if (second === undefined) return null;
  const written = new Intl.NumberFormat(lang);
  const link = (archive: number, index: number) =>
    h("a", { href: addressOf({ list, archive }) }, written.format(index + 2));
  const shown = archives.slice(0, PAGES_LINKED_MAX).map(link);
  const last = archives.at(-1);
  if (archives.length > PAGES_LINKED_MAX + 1) shown.push(h("span", "…"));
  if (last !== undefined && archives.length > PAGES_LINKED_MAX) shown.push(link(last, archives.length - 1));
  return h("nav", { className: ["neighbours"], ariaLabel: pages.listPages }, [
    h("p", { className: ["numbers"] }, [
      h("a", { href: listAddress(list), ariaCurrent: "page" }, written.format(1)),
      ...shown,
    ]),
    h("a", { rel: ["next"], href: addressOf({ list, archive: second }) }, older),
  ]);
}

/** Links to older and newer releases. After the last archive come the newest releases. */
export function archiveLinks(
  list: ReleaseList,
  { previous, next }: ArchiveLinks,
  { pages, older, newer, newest }: Phrases,
): Element {
  const link = (rel: string, place: Omit<ListPlace, "list">, text: string) =>
    h("a", { rel: [rel], href: addressOf({ list, ...place }) }, text);
  return h("nav", { className: ["neighbours"], ariaLabel: pages.listPages }, [
    next === undefined ? null : link("prev", { archive: next }, newer),
    h("a", { href: listAddress(list) }, newest),
    previous === undefined ? null : link("next", { archive: previous }, older),
  ]);
}

/** The releases of each year, where there are several. They are combinations, which crawlers need not walk. */
export function yearLinks(list: ReleaseList, years: readonly number[], { pages }: Phrases): Element | null {
  if (years.length < 2) return null;
  return h("nav", { className: ["years"], ariaLabel: pages.years }, [
    h("h2", pages.years),
    h(
      "ul",
      years.map((year) =>
        h("li", h("a", { rel: ["nofollow"], href: listAddress(yearList(list, year)) }, String(year))),
      ),
    ),
  ]);
}
