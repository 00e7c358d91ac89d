/**
 * What pages say of changes: the link of a release's page to its history, and the mark of a corrected release in a list.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import type { Phrases } from "../domain/phrases.ts";
import type { ReleaseView } from "../domain/release.ts";

/** Null as long as nothing has happened since the publication. */
export function historyLink({ history }: ReleaseView, phrases: Phrases): Element | null {
  return history === undefined
    ? null
    : h("p", { className: ["changes"] }, h("a", { href: history }, phrases.history.title));
}

/** Behind the date and type of a release that readers were notified of again; a withdrawn one has its banner. */
export function correctionMark(
  { history, note, status }: ReleaseView,
  { history: words }: Phrases,
): (Element | string)[] {
  if (history === undefined || note === undefined || status !== "published") return [];
  return [" · ", h("a", { href: history }, words.corrected)];
}
