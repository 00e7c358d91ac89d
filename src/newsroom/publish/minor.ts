/**
 * Whether a change is as small as `minor` says: nobody is notified of it, so it may not alter what a text says.
 */
import { changedWords, type WordChange, wordsIn } from "../../domain/changed-words.ts";
import { dayOf, parseReleaseDate } from "../../domain/dates.ts";
import { contentJson } from "../../domain/edition-content.ts";
import type { Issue } from "../../domain/issues.ts";
import type { PreparedRelease } from "../../domain/release.ts";
import type { Site } from "../../domain/site.ts";
import { dateWords } from "../../i18n/date-words.ts";
import { first, type Sql } from "../../runtime/sql.ts";
import { MINOR_COUNTED_UNITS, MINOR_WORDS_MAX, MINOR_WORDS_MIN, MINOR_WORDS_SHARE } from "../limits.ts";
import { parseContent } from "../store/editions.ts";
import type { ReleaseRow } from "../store/releases.ts";

/** A text that readers see, before and after the change. */
interface ComparedText {
  path: "/title" | "/summary" | "/body";
  before: string;
  after: string;
}

interface StoredEdition {
  edition: number;
  content: string;
  html: string;
  text: string;
  summary: string;
}

interface Judgement {
  issues: Issue[];
  /** Whether the edition is large, and `reallyMinor` says that this is meant. */
  isExcused: boolean;
}

/**
 * Issues of a minor edition that changes more than a few words, a number, the day, or a date or name in the title.
 * None with `reallyMinor`, unless that is left over from the edition before.
 *
 * Compares with the latest edition that readers were notified of, or that was excused. Otherwise a series of small
 * changes could replace the whole text in silence.
 */
export function judgeMinor(
  sql: Sql,
  prepared: PreparedRelease,
  present: ReleaseRow | undefined,
  site: Site,
): Judgement {
  const { input } = prepared;
  const isMinor = input.change === "minor" && present?.status === "published";
  // What was accepted once stays so, also under other settings.
  if (!isMinor || contentJson(input) === present.content) return { issues: [], isExcused: false };
  const announced = first<StoredEdition>(
    sql,
    "SELECT edition, content, html, text, summary FROM editions WHERE release = ? AND edition = ?",
    present.id,
    present.announced,
  );
  if (announced === undefined)
    throw new TypeError(`release ${present.id} lacks edition ${present.announced}`);
  const issues = findLargeChanges(prepared, present, announced, site);
  if (input.reallyMinor !== true || issues.length === 0) return { issues, isExcused: false };
  if (present.isReallyMinor === 0 || (input.note ?? null) !== present.note)
    return { issues: [], isExcused: true };
  return { issues: [leftOverIssue(present)], isExcused: false };
}

function leftOverIssue({ edition }: ReleaseRow): Issue {
  return {
    path: "/reallyMinor",
    message:
      `is left over from edition ${edition}: say in a note of its own what this change is, ` +
      "make it major, or remove the line",
  };
}

function findLargeChanges(
  { input, html, text }: PreparedRelease,
  present: ReleaseRow,
  stored: StoredEdition,
  site: Site,
): Issue[] {
  const before = parseContent(stored.content);
  const since = stored.edition === present.edition ? "" : ` against edition ${stored.edition}`;
  const { lang } = input;
  // A summary that nobody wrote follows the text.
  const { summary } = input;
  const texts: ComparedText[] = [
    { path: "/title", before: before.title, after: input.title },
    { path: "/summary", before: summary === undefined ? "" : stored.summary, after: summary ?? "" },
    { path: "/body", before: stored.text, after: text },
    { path: "/body", before: struckOut(stored.html), after: struckOut(html) },
  ];
  const words = texts.reduce(
    (sum, each) => sum + wordsIn(each.before.slice(0, MINOR_COUNTED_UNITS), lang).length,
    0,
  );
  const allowed = Math.min(MINOR_WORDS_MAX, Math.max(MINOR_WORDS_MIN, Math.floor(words * MINOR_WORDS_SHARE)));
  const found = texts.map((each) => ({ ...each, ...changedWords(each.before, each.after, lang, allowed) }));
  const line = firstDifferentLine(parseContent(present.content).body, input.body);
  const at = (path: string) => (path === "/body" ? { path, line } : { path });
  const grave = found.flatMap(({ path, changes }): Issue[] => {
    const isGrave = path === "/title" ? isNumberDateOrName(lang, site) : hasDigit;
    const named = changes.filter((change) => alteredWords(change, lang).some(isGrave));
    if (named.length === 0) return [];
    const what = path === "/title" ? "a number, a date or a name" : "a number";
    return [
      { ...at(path), message: `changes ${what}${since} (${inWords(named)}), so it is not minor: ${WAY_OUT}` },
    ];
  });
  const issues = [...grave, ...checkDay(before.date, input.date, site)];
  const count = found.reduce((sum, each) => sum + each.count, 0);
  if (count <= allowed) return issues;
  const most = found.reduce((a, b) => (b.count > a.count ? b : a));
  const number = Number.isFinite(count) ? String(count) : `more than ${allowed}`;
  return [
    ...issues,
    {
      ...at(most.path),
      message:
        `changes ${number} words${since} (${inWords(most.changes)}), and a minor change of this text may change at most ` +
        `${allowed}: ${WAY_OUT}`,
    },
  ];
}

/** The words that are struck out: they no longer count, although the text has them. */
function struckOut(html: string): string {
  return [...html.matchAll(/<(del|s|strike)\b[^>]*>(.*?)<\/\1>/gs)]
    .map(([, , words = ""]) => words.replaceAll(/<[^>]*>/g, " "))
    .join("\n");
}

const WAY_OUT = "make it major, with a note, or say reallyMinor: true";

/** A more precise time on the same day is no other date. */
function checkDay(before: string, after: string, { timeZone }: Site): Issue[] {
  const [older, newer] = [before, after].map((text) => {
    const date = parseReleaseDate(text);
    return date?.precision === "day" ? date.day : date && dayOf(date.instant, timeZone);
  });
  if (older === newer) return [];
  return [
    { path: "/date", message: `changes the day (${before} → ${after}), so it is not minor: ${WAY_OUT}` },
  ];
}

/** The words of a change that are not on both sides, whatever their case. */
function alteredWords({ from, to }: WordChange, lang: string): string[] {
  const lower = (words: readonly string[]) => new Set(words.map((word) => word.toLocaleLowerCase(lang)));
  const [older, newer] = [lower(from), lower(to)];
  return [...from, ...to].filter((word) => {
    const folded = word.toLocaleLowerCase(lang);
    return !(older.has(folded) && newer.has(folded));
  });
}

function hasDigit(word: string): boolean {
  return /\p{N}/u.test(word);
}

/** No program knows which words are names. So each word with a capital may be one, or of a script without capitals. */
const MAYBE_NAME = /^(?:\p{Lu}|\p{Lt}|\p{Lo}|\p{scx=Geor})/u;

function isNumberDateOrName(lang: string, site: Site): (word: string) => boolean {
  const dates = dateWords(lang, site);
  return (word) => hasDigit(word) || MAYBE_NAME.test(word) || dates.has(word.toLocaleLowerCase(lang));
}

/** `“1 May” → “2 May”`, as many as fit into a message. */
function inWords(changes: readonly WordChange[]): string {
  const shown = changes.slice(0, CHANGES_SHOWN).map(({ from, to }) => `${quoted(from)} → ${quoted(to)}`);
  return [...shown, ...(changes.length > CHANGES_SHOWN ? ["…"] : [])].join(", ");
}

const CHANGES_SHOWN = 2;
const WORDS_CHARS_SHOWN = 30;

function quoted(words: readonly string[]): string {
  const text = words.join(" ");
  if (text === "") return "nothing";
  const isLong = text.length > WORDS_CHARS_SHOWN;
  return `“${isLong ? `${text.slice(0, WORDS_CHARS_SHOWN).toWellFormed()}…` : text}”`;
}

/** From 1, in the newer text. */
function firstDifferentLine(before: string, after: string): number {
  let at = 0;
  let line = 1;
  while (at < after.length && before.charCodeAt(at) === after.charCodeAt(at)) {
    if (after[at] === "\n") line += 1;
    at += 1;
  }
  return line;
}
