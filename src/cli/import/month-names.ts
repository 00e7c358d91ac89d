/**
 * Names of the months in many languages, from the runtime's own tables.
 */

/** Languages whose dates are recognised. All use the Gregorian calendar and European digits. */
const LANGUAGES =
  "en hy ru fr de es it pt ka az tr uk be pl cs sk sl hr sr bg mk ro hu el nl da sv nb fi et lv lt sq ga kk uz".split(
    " ",
  );

/** For each language, month numbers by name. */
const NAMES = new Map(LANGUAGES.map((lang) => [lang, namesIn(lang)]));

/**
 * The months that a word can mean: `listopad` is October in Croatian and November in Polish.
 *
 * @param word in lower case
 * @param lang its meaning in this language takes precedence
 * @returns numbers from 1 to 12; empty if the word is not a month
 */
export function monthsNamed(word: string, lang: string): number[] {
  const own = NAMES.get(lang)?.get(word);
  if (own !== undefined) return [own];
  const found = [...NAMES.values()].flatMap((names) => names.get(word) ?? []);
  return [...new Set(found)];
}

/** The name alone (`декабрь`), in a date (`декабря`), and short (`дек`). */
function namesIn(lang: string): Map<string, number> {
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
      const parts = format.formatToParts(Date.UTC(2001, month - 1, 1));
      const name = parts
        .find(({ type }) => type === "month")
        ?.value.toLowerCase()
        .replace(/\.$/, "");
      if (name !== undefined && /^\p{L}+$/u.test(name)) names.set(name, month);
    }
  }
  return names;
}
