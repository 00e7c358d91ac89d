/**
 * Days and instants. Inside the service an instant is a whole number of seconds since 1970, in UTC.
 */
import { Temporal } from "temporal-polyfill";

/** Seconds since 1970-01-01T00:00:00Z. */
export type Instant = number;
/** `YYYY-MM-DD`. */
export type Day = string;

/** The date of a release as written: a day, which stays a day, or an exact instant. */
export type ReleaseDate = { precision: "day"; day: Day } | { precision: "second"; instant: Instant };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
// RFC 3339, section 5.6, which requires seconds. A fraction is accepted and dropped.
const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** In UTC the years of four digits, which are all that RFC 3339 can write. */
const FIRST_INSTANT = Date.parse("0000-01-01T00:00:00Z") / 1000;
const LAST_INSTANT = Date.parse("9999-12-31T23:59:59Z") / 1000;

/** Parses an RFC 3339 instant. One that is in another year of UTC than RFC 3339 can write is none. */
export function parseInstant(text: string): Instant | undefined {
  if (!INSTANT.test(text)) return undefined;
  try {
    // Temporal takes nine digits of a fraction, RFC 3339 any number.
    const whole = text.toUpperCase().replace(/\.\d+/, "");
    const instant = Temporal.Instant.from(whole).epochMilliseconds / 1000;
    return instant >= FIRST_INSTANT && instant <= LAST_INSTANT ? instant : undefined;
  } catch {
    return undefined; // well-formed, but does not exist: 2020-02-30T00:00:00Z
  }
}

/** Parses an instant before which something must not happen: a fraction of a second counts as a whole one. */
export function parseInstantUp(text: string): Instant | undefined {
  const instant = parseInstant(text);
  if (instant === undefined || !/\.\d*[1-9]/.test(text)) return instant;
  return Math.min(instant + 1, LAST_INSTANT);
}

const FIRST_RELEASE = Date.parse("1000-01-01T00:00:00Z") / 1000;

/** Parses a day or an instant. Years before 1000 are typing errors. */
export function parseReleaseDate(text: string): ReleaseDate | undefined {
  if (text < "1000") return undefined;
  if (DAY.test(text)) {
    try {
      return { precision: "day", day: Temporal.PlainDate.from(text).toString() };
    } catch {
      return undefined;
    }
  }
  const instant = parseInstant(text);
  return instant === undefined || instant < FIRST_RELEASE ? undefined : { precision: "second", instant };
}

/** The first instant of a day in a time zone: midnight, unless a clock change skips midnight. */
export function startOfDay(day: Day, timeZone: string): Instant {
  return Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds / 1000;
}

/** Noon of a day in a time zone. */
export function noonOf(day: Day, timeZone: string): Instant {
  return (
    Temporal.PlainDate.from(day).toZonedDateTime({ timeZone, plainTime: "12:00" }).epochMilliseconds / 1000
  );
}

/** The day of an instant in a time zone. */
export function dayOf(instant: Instant, timeZone: string): Day {
  return Temporal.Instant.fromEpochMilliseconds(instant * 1000)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString();
}

/** RFC 3339 in UTC, to the second: `2020-11-30T20:00:00Z`. */
export function formatInstant(instant: Instant): string {
  return new Date(instant * 1000).toISOString().replace(".000Z", "Z");
}

/** RFC 3339 in UTC, to the second, of milliseconds since 1970. */
export function instantOfMs(ms: number): string {
  return formatInstant(Math.floor(ms / 1000));
}

/** The HTTP date of RFC 9110, section 5.6.7. */
export function formatHttpDate(instant: Instant): string {
  return new Date(instant * 1000).toUTCString();
}
