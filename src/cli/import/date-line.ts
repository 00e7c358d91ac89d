/**
 * Reads a line that holds only the date of a text.
 */
import { parseReleaseDate } from "../../domain/dates.ts";

/** A date, and what about it is a guess. */
export interface ReadDate {
  /** As in front matter: a day, or an RFC 3339 instant if the line is one. */
  date: string;
  doubt?: string;
}

// Words that a date line may also contain: for year and day, articles, labels.
const FILLER =
  /^(?:г|года|год|թ|թվական|թվականի|թվականին|ին|the|of|on|le|de|del|al|den|der|p|r|roku|m|d|date|dated|posted|published|updated|дата|опубликовано|ամսաթիվ|հրապարակված|publié|publie|fecha|datum)$/;
const WEEKDAY_LANGUAGES = "en hy ru fr de es it pt uk pl tr ka".split(" ");
const WEEKDAYS = new Set(WEEKDAY_LANGUAGES.flatMap(weekdaysIn));
/** Languages whose dates are recognised. All use the Gregorian calendar and European digits. */
const MONTH_LANGUAGES =
  "en hy ru fr de es it pt ka az tr uk be pl cs sk sl hr sr bg mk ro hu el nl da sv nb fi et lv lt sq ga kk uz".split(
    " ",
  );

/** For each language, month numbers by name, from the runtime's own tables. */
const MONTHS = new Map(MONTH_LANGUAGES.map((lang) => [lang, monthsIn(lang)]));
const CLOCK = /\b\d{1,2}:\d{2}(?::\d{2})?\b/;
const ORDINAL = /^(\d{1,2})(?:st|nd|rd|th|er|re|го|-го|ին)?$/;

/**
 * @param lang the language of the text: names of months differ in meaning between languages
 * @returns undefined if the line holds anything but a date, or a date that does not exist
 */
export function readDateLine(line: string, lang: string): ReadDate | undefined {
  const text = line.trim().replace(/^[([]|[)\]]$/g, "");
  if (parseReleaseDate(text) !== undefined) return { date: text };
  if (text.length > 60) return undefined;

  const clock = CLOCK.exec(text)?.[0];
  const read = numericDate(text.replace(CLOCK, "")) ?? dateWithMonthName(text.replace(CLOCK, ""), lang);
  if (read === undefined || parseReleaseDate(read.date) === undefined) return undefined;
  if (clock === undefined) return read;
  const doubt = `the time ${clock} was ignored: it has no time zone`;
  return { ...read, doubt: read.doubt === undefined ? doubt : `${read.doubt}; ${doubt}` };
}

/** `01.12.2020`, `1/12/2020`, `2020/12/01`. */
function numericDate(text: string): ReadDate | undefined {
  const words = wordsOf(text.replace(/(\d)[./-](?=\d)/g, "$1/"));
  const dates = words.filter((word) => /^\d+\/\d+\/\d+$/.test(word));
  if (dates.length !== 1 || !words.every((word) => dates.includes(word) || isFiller(word))) return undefined;
  const [first = 0, second = 0, third = 0] = (dates[0] ?? "").split("/").map(Number);
  if (first >= 1000) return { date: day(first, second, third) };
  if (third < 1000) return undefined; // two digits do not tell the century
  if (first > 12 || first === second || text.includes(".")) return { date: day(third, second, first) };
  if (second > 12) return { date: day(third, first, second) };
  const date = day(third, second, first);
  return {
    date,
    doubt: `is read as ${date}, with the day first; if it is ${day(third, first, second)}, correct \`date\``,
  };
}

/** `01 December, 2020`, `December 1st, 2020`, `1 декабря 2020 г.`, `2020 թ. դեկտեմբերի 1-ին`. */
function dateWithMonthName(text: string, lang: string): ReadDate | undefined {
  let year: number | undefined;
  let dayOfMonth: number | undefined;
  let months: number[] | undefined;
  for (const word of wordsOf(text)) {
    const named = monthsNamed(word, lang);
    const number = ORDINAL.exec(word)?.[1];
    if (/^\d{4}$/.test(word) && year === undefined) year = Number(word);
    else if (number !== undefined && dayOfMonth === undefined) dayOfMonth = Number(number);
    else if (named.length > 0 && months === undefined) months = named;
    else if (!isFiller(word)) return undefined;
  }
  const [month, other] = months ?? [];
  if (year === undefined || dayOfMonth === undefined || month === undefined) return undefined;
  const date = day(year, month, dayOfMonth);
  if (other === undefined) return { date };
  return { date, doubt: `is read as ${date}; in another language the name is of another month` };
}

/**
 * The months that a word can mean: `listopad` is October in Croatian and November in Polish.
 *
 * @param word in lower case
 * @param lang its meaning in this language takes precedence
 * @returns numbers from 1 to 12; empty if the word is not a month
 */
function monthsNamed(word: string, lang: string): number[] {
  const own = MONTHS.get(lang)?.get(word);
  if (own !== undefined) return [own];
  const found = [...MONTHS.values()].flatMap((names) => names.get(word) ?? []);
  return [...new Set(found)];
}

/** The name alone (`декабрь`), in a date (`декабря`), and short (`дек`). */
function monthsIn(lang: string): Map<string, number> {
  const names = new Map<string, number>();
  for (const options of [
    { month: "short" },
    { month: "short", day: "numeric" },
    { month: "long" },
    { month: "long", day: "numeric" },
    { month: "long", day: "numeric", year: "numeric" },
  ] as const) {
    const format = new Intl.DateTimeFormat(lang, { ...options, timeZone: "UTC", calendar: "gregory" });
    for (let month = 1; month <= 12; month += 1) {
      const name = dateName(format, Date.UTC(2001, month - 1, 1), "month");
      if (/^\p{L}+$/u.test(name)) names.set(name, month);
    }
  }
  return names;
}

/** The name of a month or a weekday in a date, in lower case; "" if there is none. */
function dateName(format: Intl.DateTimeFormat, ms: number, wanted: "month" | "weekday"): string {
  const part = format.formatToParts(ms).find(({ type }) => type === wanted);
  return (part?.value ?? "").toLowerCase().replace(/\.$/, "");
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/(\d{4})(?=\p{L})/gu, "$1 ") // 2020թ.
    .split(/[\s,.․;:|–—()]+/)
    .map((word) => word.replace(/^(\d+)-(\p{L}+)$/u, "$1$2"))
    .filter((word) => word !== "" && word !== "-");
}

function isFiller(word: string): boolean {
  return FILLER.test(word) || WEEKDAYS.has(word);
}

function day(year: number, month: number, dayOfMonth: number): string {
  return [String(year), ...[month, dayOfMonth].map((number) => String(number).padStart(2, "0"))].join("-");
}

function weekdaysIn(lang: string): string[] {
  return (["long", "short"] as const).flatMap((weekday) => {
    const format = new Intl.DateTimeFormat(lang, { weekday, timeZone: "UTC" });
    // The first week of 2001 began on a Monday.
    return [1, 2, 3, 4, 5, 6, 7].map((date) => dateName(format, Date.UTC(2001, 0, date), "weekday"));
  });
}
