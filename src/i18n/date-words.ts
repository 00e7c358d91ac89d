/**
 * The names of months and days of the week in a language.
 */
import { phrasesIn, type WordedSite } from "./wording.ts";
import { knowsDates } from "./platform.ts";

/** In lower case, in each form that dates have. Of a language that the platform does not know, only the months. */
export function dateWords(lang: string, site: WordedSite): ReadonlySet<string> {
  const { dates } = phrasesIn(lang, site);
  const names = [...(dates?.months ?? []), ...(knowsDates(lang) ? namesOfPlatform(lang) : [])];
  return new Set(names.flatMap((name) => name.toLocaleLowerCase(lang).split(/[\s.]+/)).filter(Boolean));
}

function namesOfPlatform(lang: string): string[] {
  const styles: Intl.DateTimeFormatOptions[] = (["long", "short"] as const).flatMap((month) => [
    { month },
    { month, day: "numeric", weekday: month },
  ]);
  const formats = styles.map((style) => new Intl.DateTimeFormat(lang, { ...style, timeZone: "UTC" }));
  // Every month, and every day of the week.
  const days = Array.from({ length: 12 }, (_, month) => Date.UTC(2020, month, 1 + month));
  return formats.flatMap((format) =>
    days.flatMap((day) =>
      format
        .formatToParts(day)
        .flatMap(({ type, value }) => (type === "month" || type === "weekday" ? [value] : [])),
    ),
  );
}
