/**
 * The expected items and feeds, computed from the answers of the API.
 */
import { dayOf, parseInstant } from "../../src/domain/dates.ts";
import { dayInWords, phrasesIn } from "../../src/i18n/phrases.ts";
import { fill, sentence } from "../../src/domain/phrases.ts";
import type { ReleaseView } from "../../src/domain/release.ts";
import { documentUrl, type Format, type MatrixDocument, type MatrixList } from "./matrix-lists.ts";
import { SITE } from "./matrix-site.ts";
import type { ParsedEnclosure, ParsedFeed, ParsedItem } from "./parsed-feed.ts";

export function expectedItem(release: ReleaseView, format: Format): Required<ParsedItem> {
  const { image, source } = release;
  const phrases = phrasesIn(release.lang);
  const banner = `${sentence(phrases.withdrawn, phrases)}${phrases.reason}${phrases.colon}${release.reason ?? ""}`;
  const isWithdrawn = release.status === "withdrawn";
  const summary = isWithdrawn ? `${banner} – ${release.summary}` : release.summary;
  return {
    id: `urn:uuid:${release.id}`,
    title: isWithdrawn ? `${phrases.withdrawnMark}${phrases.colon}${release.title}` : release.title,
    // In RSS, the summary is HTML.
    summary: format === "rss" ? asHtml(summary, "&lt;", "&amp;") : summary,
    html: directed(
      [...(isWithdrawn ? [banner] : []), ...(release.note === undefined ? [] : [noteOf(release)])]
        .map((text) => `<p><strong>${asHtml(text, "&#x3C;", "&#x26;")}</strong></p>\n`)
        .concat(release.content.html)
        .join(""),
      release.lang,
    ),
    link: release.url,
    published: release.published,
    updated: release.updated,
    language: release.lang,
    creator: SITE.PUBLISHER,
    categories: [
      release.names.types[release.type] ?? phrases.types[release.type as keyof typeof phrases.types],
      ...release.topics.map((topic) => release.names.topics[topic] ?? ""),
    ],
    related: [
      ...release.translations.map(({ lang, url }) => ({ lang, url })),
      ...(source === undefined ? [] : [{ url: source }]),
      ...(release.history === undefined ? [] : [{ url: release.history }]),
    ],
    imageUrl: image?.url,
    imageAlt: image?.alt,
    imageCredit: image?.credit,
    imageCaption: image?.caption,
    enclosures: enclosedIn(release.attachments, format).map((attachment) =>
      expectedEnclosure(attachment, format),
    ),
  };
}

/** Content of a language that is written from right to left says so. */
function directed(html: string, lang: string): string {
  return ["ar", "he", "fa", "ur"].includes(lang) ? `<div dir="rtl">${html}</div>` : html;
}

function noteOf({ note, corrected, lang }: ReleaseView): string {
  const phrases = phrasesIn(lang);
  const day = dayInWords(dayOf(parseInstant(corrected ?? "") ?? 0, SITE.TIME_ZONE), lang);
  const updatedOn = sentence(fill(phrases.updated, { date: day }), phrases);
  return `${updatedOn}${phrases.note}${phrases.colon}${note}`;
}

/** RSS has one enclosure: the first sound or film, else the first attachment. */
function enclosedIn(attachments: ReleaseView["attachments"], format: Format): ReleaseView["attachments"] {
  if (format !== "rss") return attachments;
  const played = attachments.filter(({ type }) => /^(?:audio|video)/.test(type));
  return [...played, ...attachments].slice(0, 1);
}

/** RSS requires a length, 0 if it is unknown, and has no field for a title. */
function expectedEnclosure(
  { url, type, size, title }: ReleaseView["attachments"][number],
  format: Format,
): ParsedEnclosure {
  return format === "rss" ? { url, type, length: size ?? 0 } : { url, type, length: size, title };
}

/** Escapes text like the two HTML writers of the service. */
function asHtml(text: string, less: string, ampersand: string): string {
  const end = less === "&lt;" ? "&gt;" : ">";
  return text
    .replaceAll("&", ampersand)
    .replaceAll("<", less)
    .replaceAll(">", end)
    .replaceAll("]]>", "]]&gt;");
}

export function expectedFeed(
  list: MatrixList,
  { format, archive, older, newer, url }: MatrixDocument,
  origin: string,
): Required<Omit<ParsedFeed, "items">> {
  const at = (number: number | undefined) =>
    number === undefined ? undefined : documentUrl(list, format, origin, number);
  return {
    title: list.title,
    page: `${origin}${list.path || "/"}${list.query ?? ""}`,
    self: url,
    language: list.language,
    rights: `© ${SITE.PUBLISHER}`,
    icon: `${origin}/icon.png`,
    generator: "communique",
    isArchive: archive !== undefined,
    current: archive === undefined ? undefined : documentUrl(list, format, origin),
    previousArchive: at(older),
    nextArchive: at(newer),
  };
}
