import { expect, test } from "vitest";
import { readDateLine } from "../../../src/cli/import/date-line.ts";

test.each([
  ["01 December, 2020", "en"],
  ["December 1, 2020", "en"],
  ["1st December 2020", "en"],
  ["Tuesday, 1 December 2020", "en"],
  ["Dec. 1, 2020", "en"],
  ["Posted on: 1 Dec 2020", "en"],
  ["2020-12-01", "en"],
  ["2020/12/01", "en"],
  ["01.12.2020", "ru"],
  ["1 декабря 2020 г.", "ru"],
  ["1 декабря 2020 года", "ru"],
  ["Вторник, 1 декабря 2020", "ru"],
  ["01 Декабрь, 2020", "ru"],
  ["1 դեկտեմբերի, 2020", "hy"],
  ["01 Դեկտեմբեր, 2020", "hy"],
  ["2020 թ. դեկտեմբերի 1-ին", "hy"],
  ["2020թ․ դեկտեմբերի 1", "hy"],
  ["1er décembre 2020", "fr"],
  ["Le mardi 1 décembre 2020", "fr"],
  ["1. Dezember 2020", "de"],
  ["1 de diciembre de 2020", "es"],
  ["1 grudnia 2020 r.", "pl"],
  ["1 grudnia 2020 r.", "en"],
])("%s is 1 December 2020, with certainty", (line, lang) => {
  expect(readDateLine(line, lang)).toEqual({ date: "2020-12-01" });
});

test.each([
  "On December 1, a session was held",
  "December 2020",
  "1 December",
  "01.12.20",
  "31 February 2020",
  "32.01.2020",
  "1 2 December 2020",
  "Session of 1 December 2020 in Yerevan",
  "2020",
  "",
])("%s is not a date line", (line) => {
  expect(readDateLine(line, "en")).toBeUndefined();
});

test("an ambiguous numeric date is read with the day first and reported", () => {
  expect(readDateLine("02/03/2020", "en")).toEqual({
    date: "2020-03-02",
    doubt: "is read as 2020-03-02, with the day first; if it is 2020-02-03, correct `date`",
  });
});

test.each(["13/03/2020", "03/13/2020", "03/03/2020"])("%s is not ambiguous", (line) => {
  expect(readDateLine(line, "en")).not.toHaveProperty("doubt");
});

test("the language of the text decides the meaning of a month's name", () => {
  expect(readDateLine("1 listopad 2020", "hr")).toEqual({ date: "2020-10-01" });
  expect(readDateLine("1 listopad 2020", "pl")).toEqual({ date: "2020-11-01" });
  expect(readDateLine("1 listopad 2020", "en")).toHaveProperty("doubt");
});

test("a time without a time zone is ignored and reported", () => {
  expect(readDateLine("1 December 2020, 14:30", "en")).toEqual({
    date: "2020-12-01",
    doubt: "the time 14:30 was ignored: it has no time zone",
  });
});

test("an instant stays an instant", () => {
  expect(readDateLine("2020-12-01T14:30:00+04:00", "en")).toEqual({ date: "2020-12-01T14:30:00+04:00" });
});
