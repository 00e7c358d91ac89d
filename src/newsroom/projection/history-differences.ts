/**
 * What each edition changed, for the page of a release's history. The object answers nobody while it compares, so
 * one page compares only so much, the newest editions first. The API has every difference whole, and makes it elsewhere.
 */
import { type DiffPart, diffTexts, unitsCompared } from "../../domain/difference.ts";
import { type EditionContent, isTextField, type TextField } from "../../domain/edition-content.ts";
import { type FieldDifference, type HistoryEntry, type ReleaseHistory } from "../../domain/history.ts";
import { nameOf, type Registry } from "../../domain/registry.ts";
import type { Site } from "../../domain/site.ts";
import { listComma, typeName } from "../../i18n/phrases.ts";
import { mayHoldComments, withoutComments } from "../../markdown/comments.ts";
import type { Sql } from "../../runtime/sql.ts";
import {
  EDITION_BYTES_READ_PER_PAGE,
  HISTORY_COMPARED_UNITS_MAX,
  HISTORY_CONTEXT_UNITS,
  HISTORY_EDITS_MAX,
  HISTORY_ENTRIES_MAX,
  HISTORY_PARSED_UNITS_MAX,
  HISTORY_SHOWN_UNITS_MAX,
} from "../limits.ts";
import { changedFields, publicNumber } from "../store/editions.ts";
import { type EditionTexts, readContent, readHistory, type StoredEntry } from "../store/history.ts";

/** What gives values their names. */
interface Names {
  registry: Registry | undefined;
  site: Site;
}

/** What is left of the limits of one page. */
interface Remaining {
  /** Bytes to read. */
  bytes: number;
  /** UTF-16 units of Markdown to search for comments. */
  parsedUnits: number;
  /** UTF-16 units to compare. */
  units: number;
}

/** @param isKilled the release is killed now: then nothing of its editions is shown but their number and time */
export function releaseHistory(
  { sql, ...names }: { sql: Sql } & Names,
  { id, firstSeen, isKilled }: { id: string; firstSeen: number; isKilled: boolean },
): ReleaseHistory {
  const stored = readHistory(sql, id, HISTORY_ENTRIES_MAX + 1, isKilled);
  const remaining: Remaining = {
    bytes: EDITION_BYTES_READ_PER_PAGE,
    parsedUnits: HISTORY_PARSED_UNITS_MAX,
    units: HISTORY_COMPARED_UNITS_MAX,
  };
  let last: { edition: number; texts: EditionTexts } | undefined;
  const read = (edition: number): EditionTexts | undefined => {
    if (last?.edition === edition) return last.texts;
    if (remaining.bytes <= 0) return undefined;
    const texts = readContent(sql, id, edition);
    if (texts === undefined) return undefined;
    remaining.bytes -= texts.bytes;
    last = { edition, texts };
    return texts;
  };
  const toEntry = ({ entry, compared }: StoredEntry): HistoryEntry => {
    if (compared === undefined || isKilled) return { ...entry, fields: [] };
    const after = read(compared.after);
    const before = read(compared.before);
    const difference =
      before === undefined || after === undefined
        ? { fields: [], isWhole: false }
        : differenceBetween(before, after, remaining, names);
    const [from, to] = [compared.before, compared.after].map((edition) => publicNumber(edition, firstSeen));
    return {
      ...entry,
      fields: difference.fields,
      ...(difference.isWhole ? {} : { more: `/api/v1/releases/${id}/editions/${from}/diff/${to}` }),
    };
  };
  return {
    entries: stored.slice(0, HISTORY_ENTRIES_MAX).map(toEntry),
    hasEarlier: stored.length > HISTORY_ENTRIES_MAX,
  };
}

/** Two texts that are compared; undefined if finding them takes too long. */
type Compared = [older: string, newer: string] | undefined;

/** What people read; where that is the same, the Markdown, in which a link or a mark may differ. */
function bodiesOf(before: EditionTexts, after: EditionTexts, remaining: Remaining): Compared {
  if (before.text !== after.text) return [before.text, after.text];
  const [older, newer] = [before, after].map(({ content }) => forReaders(content.body, remaining));
  return older === undefined || newer === undefined ? undefined : [older, newer];
}

/** Without the comments of the office. @returns undefined if finding them takes too long */
function forReaders(body: string, remaining: Remaining): string | undefined {
  if (!mayHoldComments(body)) return body;
  if (body.length > remaining.parsedUnits) return undefined;
  remaining.parsedUnits -= body.length;
  return withoutComments(body);
}

/** @param remaining is reduced by what the comparison takes */
function differenceBetween(
  before: EditionTexts,
  after: EditionTexts,
  remaining: Remaining,
  names: Names,
): { fields: FieldDifference[]; isWhole: boolean } {
  let shownUnits = HISTORY_SHOWN_UNITS_MAX;
  let isWhole = true;
  const [older, newer] = [before.content, after.content];
  const fields = changedFields(older, newer).flatMap((name): FieldDifference[] => {
    if (!isTextField(name)) {
      const [from, to] = [older, newer].map((content) =>
        cut(valueInWords(name, content, names), HISTORY_SHOWN_UNITS_MAX / 10),
      ) as [string, string];
      return [{ name, from, to }];
    }
    const texts: Compared =
      name === "body" ? bodiesOf(before, after, remaining) : [older[name] ?? "", newer[name] ?? ""];
    // Only a comment of the office differs.
    if (texts !== undefined && texts[0] === texts[1]) return [];
    const parts = texts && compare(...texts, newer.lang, remaining);
    const shown = parts === undefined ? undefined : excerpt(parts, shownUnits);
    if (shown?.isWhole !== true) isWhole = false;
    if (shown === undefined) return [];
    shownUnits -= shown.parts.reduce((sum, { text }) => sum + text.length, 0);
    return [{ name, parts: shown.parts }];
  });
  return { fields, isWhole };
}

function compare(before: string, after: string, lang: string, remaining: Remaining): DiffPart[] | undefined {
  const units = unitsCompared(before, after);
  if (units > remaining.units) return undefined;
  remaining.units -= units;
  return diffTexts(before, after, lang, { editsMax: HISTORY_EDITS_MAX });
}

/** The changes with a line of unchanged text around each; as many as fit. */
function excerpt(parts: readonly DiffPart[], unitsMax: number): { parts: DiffPart[]; isWhole: boolean } {
  const shown: DiffPart[] = [];
  let units = 0;
  for (const [index, { op, text: whole }] of parts.entries()) {
    const text = op === "equal" ? context(whole, index === 0, index === parts.length - 1) : whole;
    if (units + text.length > unitsMax) {
      const start = op === "equal" ? "" : cut(text, unitsMax - units);
      return { parts: start === "" ? shown : [...shown, { op, text: start }], isWhole: false };
    }
    units += text.length;
    shown.push({ op, text });
  }
  return { parts: shown, isWhole: true };
}

/** Unchanged text, without what is far from both neighbours. */
function context(text: string, isFirst: boolean, isLast: boolean): string {
  const start = isFirst ? 0 : HISTORY_CONTEXT_UNITS;
  const end = isLast ? 0 : HISTORY_CONTEXT_UNITS;
  if (text.length <= start + end + 1) return text;
  // No half of a character, and no half of a word where spaces are between them.
  const tail = end === 0 ? "" : text.slice(-end).replace(/^(?:\S*(?=\s)|[\udc00-\udfff])/, "");
  const first = start === 0 ? "" : head(text, start).replace(/(?<=\s)\S*$/, "");
  return `${first}…${tail}`;
}

function cut(text: string, units: number): string {
  return text.length <= units ? text : units <= 0 ? "" : `${head(text, units)}…`;
}

/** The first units, but no half of a character. */
function head(text: string, units: number): string {
  return text.slice(0, units).replace(/[\ud800-\udbff]$/, "");
}

/** The value of a field as a person reads it; "" if there is none. */
function valueInWords(
  name: Exclude<keyof EditionContent, TextField>,
  content: EditionContent,
  { registry, site }: Names,
): string {
  switch (name) {
    case "type":
      return typeName(content.type, content.lang, registry, site);
    case "topics":
    case "people":
    case "organisations":
    case "places":
      return content[name]
        .map((slug) => nameOf(registry, name, slug, content.lang))
        .join(listComma(content.lang));
    case "attachments":
      return content.attachments.map(({ title, file, url }) => title ?? nameOfFile(file) ?? url).join(", ");
    case "image":
      return [content.image?.alt, nameOfFile(content.image?.file) ?? content.image?.url]
        .filter(Boolean)
        .join(", ");
    case "lang":
    case "slug":
    case "group":
    case "date":
    case "source":
      return content[name] ?? "";
  }
}

/** `SHA256/report.pdf` → `report.pdf` */
function nameOfFile(file: string | undefined): string | undefined {
  return file?.slice(file.indexOf("/") + 1);
}
