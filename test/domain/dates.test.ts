import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dayOf,
  formatInstant,
  parseInstant,
  parseInstantUp,
  parseReleaseDate,
  startOfDay,
} from "../../src/domain/dates.ts";

describe("an instant", () => {
  it.each([
    ["2020-12-01T10:00:00+04:00", "2020-12-01T06:00:00Z"],
    ["2020-12-01t10:00:00z", "2020-12-01T10:00:00Z"],
    ["2020-12-01T10:00:00.999Z", "2020-12-01T10:00:00Z"],
    ["2020-02-29T00:00:00-00:00", "2020-02-29T00:00:00Z"],
  ])("is read from %s", (text, utc) => {
    expect(formatInstant(parseInstant(text) ?? 0)).toBe(utc);
  });

  it.each([
    ["2020-12-01T10:00:00Z", "2020-12-01T10:00:00Z"],
    ["2020-12-01T10:00:00.000Z", "2020-12-01T10:00:00Z"],
    ["2020-12-01T10:00:00.001Z", "2020-12-01T10:00:01Z"],
    ["2020-12-01T10:00:00.0000000004+04:00", "2020-12-01T06:00:01Z"],
    ["1960-12-01T10:00:59.9Z", "1960-12-01T10:01:00Z"],
    ["9999-12-31T23:59:59.9Z", "9999-12-31T23:59:59Z"],
  ])("before which something must not happen is %s, read as %s", (text, utc) => {
    expect(formatInstant(parseInstantUp(text) ?? 0)).toBe(utc);
  });

  it.each([
    "2020-12-01",
    "2020-12-01T10:00",
    "2020-12-01T10:00:00",
    "2020-02-30T00:00:00Z",
    "2020-12-01 10:00:00Z",
    "2020-12-01T24:00:01Z",
    // In UTC it is the year 10000, which RFC 3339 cannot write.
    "9999-12-31T23:59:59-12:00",
    "0000-01-01T00:00:00+12:00",
    "",
  ])("is not read from %j", (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it("survives formatting and parsing", () => {
    fc.assert(
      fc.property(fc.integer({ min: -30_000_000_000, max: 100_000_000_000 }), (instant) => {
        expect(parseInstant(formatInstant(instant))).toBe(instant);
      }),
    );
  });
});

describe("a day", () => {
  it("begins at midnight in the time zone and contains its first instant", () => {
    expect(formatInstant(startOfDay("2020-12-01", "Asia/Yerevan"))).toBe("2020-11-30T20:00:00Z");
    expect(formatInstant(startOfDay("2020-12-01", "America/New_York"))).toBe("2020-12-01T05:00:00Z");
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1950-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }),
        // In Beirut and São Paulo clocks went forward at midnight: such a day begins at one.
        fc.constantFrom(
          "Asia/Yerevan",
          "America/Sao_Paulo",
          "Asia/Beirut",
          "Pacific/Apia",
          "Europe/Paris",
          "UTC",
        ),
        (date, zone) => {
          const day = date.toISOString().slice(0, 10);
          if (zone === "Pacific/Apia" && day === "2011-12-30") return; // a day that never was there
          expect(dayOf(startOfDay(day, zone), zone)).toBe(day);
          expect(dayOf(startOfDay(day, zone) - 1, zone) < day).toBe(true);
        },
      ),
    );
  });

  it.each(["2020-02-30", "2020-2-3", "20201201", "0999-01-01", "1000-01-01T00:00:00+12:00", "yesterday"])(
    "is not %s",
    (text) => {
      expect(parseReleaseDate(text)).toBeUndefined();
    },
  );
});
