/**
 * The page of a release's history: what happened to it, newest first, and what each edition changed.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import { formatInstant } from "../domain/dates.ts";
import type { DiffPart } from "../domain/difference.ts";
import type { FieldDifference, HistoryEntry, HistoryKind, ReleaseHistory } from "../domain/history.ts";
import { fill, type Phrases } from "../domain/phrases.ts";
import { permanentPath, type ReleaseView } from "../domain/release.ts";
import type { Site } from "../domain/site.ts";
import { instantInWords, phrasesIn } from "../i18n/phrases.ts";
import { pageHtml } from "./layout.ts";
import { listOfLanguage } from "./release-page.ts";

/** @param release a killed one without its content */
export function historyPage(
  release: ReleaseView,
  { entries, hasEarlier }: ReleaseHistory,
  path: string,
  site: Site,
): string {
  const phrases = phrasesIn(release.lang, site);
  const isKilled = release.status === "killed";
  const heading = phrases.history.title;
  return pageHtml(
    {
      title: isKilled ? heading : `${heading}${phrases.colon}${release.title}`,
      lang: release.lang,
      permanentPath: permanentPath(release.id),
      list: listOfLanguage(release.lang, site),
      // Nothing is at the address of a killed release.
      ...(isKilled ? {} : { path }),
      main: [
        h("h1", heading),
        h("p", isKilled ? phrases.killed : h("a", { href: release.url }, release.title)),
        h(
          "ol",
          { className: ["history"] },
          entries.map((entry) => h("li", entryElements(entry, release, phrases, site))),
        ),
        hasEarlier && !isKilled
          ? h("p", h("a", { href: `/api/v1/releases/${release.id}/editions` }, phrases.history.earlier))
          : null,
      ],
    },
    site,
  );
}

function entryElements(
  entry: HistoryEntry,
  { lang }: ReleaseView,
  phrases: Phrases,
  site: Site,
): (Element | null)[] {
  const { kind, at, edition, note, reason, fields, more } = entry;
  const number = edition === undefined ? "" : fill(phrases.history.edition, { number: String(edition) });
  return [
    h("h2", [kindName(kind, phrases), ...(number === "" ? [] : [` · ${number}`])]),
    h(
      "p",
      { className: ["facts"] },
      h("time", { dateTime: formatInstant(at) }, instantInWords(at, lang, site)),
    ),
    // Marks of direction in an office's words end with them.
    note === undefined ? null : h("p", [`${phrases.note}${phrases.colon}`, h("bdi", note)]),
    reason === undefined ? null : h("p", [`${phrases.reason}${phrases.colon}`, h("bdi", reason)]),
    ...fields.flatMap((field) => fieldElements(field, phrases)),
    more === undefined ? null : h("p", h("a", { href: more }, phrases.history.more)),
  ];
}

function kindName(kind: HistoryKind, phrases: Phrases): string {
  switch (kind) {
    case "withdrawn":
      return phrases.withdrawnMark;
    case "killed":
      return phrases.history.removed;
    case "published":
    case "corrected":
    case "revised":
    case "reinstated":
      return phrases.history[kind];
  }
}

function fieldElements(field: FieldDifference, phrases: Phrases): Element[] {
  const parts: DiffPart[] =
    "parts" in field
      ? field.parts
      : [
          { op: "delete", text: field.from },
          { op: "insert", text: field.to },
        ];
  const shown = parts.filter(({ text }) => text !== "");
  return [
    h("h3", fieldName(field.name, phrases)),
    h(
      "p",
      { className: ["difference"] },
      shown.flatMap((part) => partElements(part, phrases)),
    ),
  ];
}

/** Screen readers read no `<ins>` and `<del>`, so hidden words say what they mean. */
function partElements({ op, text }: DiffPart, { history }: Phrases): (Element | string)[] {
  if (op === "equal") return [text];
  const [name, said] = op === "insert" ? ["ins", history.added] : ["del", history.deleted];
  return [h(name ?? "ins", [h("span", { className: ["unseen"] }, ` ${said} `), text])];
}

function fieldName(name: FieldDifference["name"], phrases: Phrases): string {
  const { history, facets } = phrases;
  switch (name) {
    case "title":
      return history.headline;
    case "summary":
    case "date":
    case "image":
      return history[name];
    case "body":
      return history.text;
    case "slug":
      return history.address;
    case "lang":
      return history.language;
    case "group":
      return phrases.otherLanguages;
    case "type":
      return facets.types;
    case "topics":
    case "people":
    case "organisations":
    case "places":
      return facets[name];
    case "source":
    case "attachments":
      return phrases[name];
  }
}
