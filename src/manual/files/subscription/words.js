/**
 * The words of the page in its language, and numbers and times as that language writes them. Reasons that the service
 * gives, such as why an attempt failed, are in English.
 */
import { at, element } from "./elements.js";

const frame = at("subscription");
/** The language of the words, and the marks between them. */
const { lang: wordsLang, colon, comma } = frame.dataset;
const words = await readWords();

/** Without the words, the page says in English that it cannot be shown. */
async function readWords() {
  const answer = await fetch(`/subscription/words/${wordsLang}.json`).catch(() => undefined);
  const found = answer?.ok ? await answer.json().catch(() => undefined) : undefined;
  if (found === undefined) {
    const text = "The service did not answer. Try again.";
    at("message").replaceChildren(element("span", { lang: "en", dir: "ltr" }, text));
    throw new Error(`no words in ${wordsLang}`);
  }
  return found;
}

/**
 * The text with this name.
 *
 * @param {string} name a key of src/i18n/subscription-page
 * @param {Record<string, string>} values in place of `{name}`
 */
export function say(name, values = {}) {
  return (words[name] ?? name).replaceAll(/\{(\w+)\}/g, (_all, key) => values[key]);
}

/** The text with this name, or what the service calls it, if the page does not know it. */
export function nameOf(group, value) {
  return words[`${group}.${value}`] ?? value;
}

export function hasName(group, value) {
  return `${group}.${value}` in words;
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

export function joinNames(names) {
  return names.join(comma);
}

/** @param {...(Node | string)} rest */
export function afterColon(label, ...rest) {
  return [label, colon, ...rest];
}

/**
 * Browsers do not know every language: Chromium no Armenian, and months of Azerbaijani only as `M12`. Swedish writes
 * `2026-11-28 10:00:00` and `90 %`.
 */
const { lang } = frame.closest("[lang]");
const known = Intl.DateTimeFormat.supportedLocalesOf(lang === "en" ? "en-GB" : lang)[0] ?? "und";
const isKnown = known !== "und" && !/M\d\d/.test(new Intl.DateTimeFormat(known, { month: "long" }).format(0));
const locale = isKnown ? known : "sv";
const times = new Intl.DateTimeFormat(locale, {
  dateStyle: isKnown ? "medium" : "short",
  timeStyle: "medium",
});
const numbers = new Intl.NumberFormat(locale);
const percents = new Intl.NumberFormat(locale, { style: "percent" });
const durations = new Intl.NumberFormat(locale, { style: "unit", unit: "millisecond" });

export const formatTime = (instant) => times.format(new Date(instant));
export const formatNumber = (number) => numbers.format(number);
/** Formats a share from 0 to 1. */
export const formatPercent = (share) => percents.format(share);
export const formatMilliseconds = (number) => durations.format(number);
