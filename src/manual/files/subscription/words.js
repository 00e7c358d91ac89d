/**
 * The words of the page in its language, and numbers and times as that language writes them. What the service itself says,
 * such as why an attempt failed, is in English.
 */
import { element } from "./elements.js";

const frame = document.getElementById("subscription");
/** The language of the words: English for a page in a language without words. */
const wordsLang = frame.dataset.lang;
const words = await (await fetch(`/subscription/words/${wordsLang}.json`)).json();

/**
 * The text with this name.
 *
 * @param {string} name a key of src/i18n/subscription-page
 * @param {Record<string, string>} values in place of `{name}`
 */
export function say(name, values = {}) {
  return words[name].replaceAll(/\{(\w+)\}/g, (_all, key) => values[key]);
}

/** The text with this name, or what the service calls it, if the page does not know it. */
export function nameOf(group, value) {
  return words[`${group}.${value}`] ?? value;
}

/** The values of a group that have names, in order. */
export function namedValues(group) {
  const start = `${group}.`;
  return Object.keys(words)
    .filter((name) => name.startsWith(start))
    .map((name) => name.slice(start.length));
}

/** What the service says, in English. */
export function english(text) {
  return wordsLang === "en" ? text : element("span", { lang: "en", dir: "ltr" }, text);
}

/** Browsers do not know every language: Chromium no Armenian. Swedish writes `2026-11-28 10:00:00` and `90 %`. */
const [known] = Intl.DateTimeFormat.supportedLocalesOf(wordsLang);
const locale = known ?? "sv";
const dates = new Intl.DateTimeFormat(locale, {
  dateStyle: known === undefined ? "short" : "medium",
  timeStyle: "medium",
});
const numbers = new Intl.NumberFormat(locale);
const percents = new Intl.NumberFormat(locale, { style: "percent" });
const durations = new Intl.NumberFormat(locale, { style: "unit", unit: "millisecond" });

export const when = (instant) => dates.format(new Date(instant));
export const count = (number) => numbers.format(number);
/** Of a share from 0 to 1. */
export const percent = (share) => percents.format(share);
export const milliseconds = (number) => durations.format(number);

const COMMAS = { ar: "، ", fa: "، ", ja: "、", "zh-Hans": "、", "zh-Hant": "、" };

export const list = (names) => names.join(COMMAS[wordsLang] ?? ", ");
