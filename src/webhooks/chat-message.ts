/**
 * What a chat shows of an event: one neutral message, which each chat format writes in its own way. All of its texts are
 * plain, on one line, and short enough for every chat service together.
 */
import { dayOf, parseInstant } from "../domain/dates.ts";
import { type ControlEvent, isRetraction, type ReleaseEvent } from "../domain/event.ts";
import { historyPath } from "../domain/history.ts";
import { fill, type Phrases, sentence } from "../domain/phrases.ts";
import type { ReleaseView } from "../domain/release.ts";
import { type Site, textsIn } from "../domain/site.ts";
import { oneLine } from "../domain/text.ts";
import { builtInTypeName, dayInWords, direction, languageName, phrasesIn } from "../i18n/phrases.ts";
import { cutText } from "./cut-text.ts";
import { CHAT_LABEL_UNITS_MAX, CHAT_PHRASE_UNITS_MAX, CHAT_TEXT_UNITS_MAX } from "./limits.ts";

export interface ChatMessage {
  lang: string;
  isRightToLeft: boolean;
  /** Whether it takes a text back. Then it has no summary and no image. */
  isRetraction: boolean;
  /** Whether the title is that of a text which is taken back. */
  isTitleStruck: boolean;
  /** What stands before the title, such as `Corrected: `; of a retraction with a sign in front. "" for a new text. */
  mark: string;
  title: string;
  /** Where the title leads; undefined if nowhere. */
  url: string | undefined;
  /** Type, language, date and publisher; "" if the message is about no release. */
  facts: string;
  /** Sentences; `label` ends with its colon. */
  lines: { label: string; text: string }[];
  image: { url: string; alt: string; type: string | undefined } | undefined;
  links: { text: string; url: string }[];
}

/** Says at a glance, in any language, that a text is taken back. */
const RETRACTION_SIGN = "⛔ ";

export function releaseMessage(event: ReleaseEvent, site: Site): ChatMessage {
  const { release } = event;
  const phrases = phrasesIn(release.lang, site);
  const isKilled = release.status === "killed";
  const isTakenBack = isKilled || isRetraction(event.type);
  const mark = markOf(event, phrases);
  return {
    lang: release.lang,
    isRightToLeft: direction(release.lang) === "rtl",
    isRetraction: isTakenBack,
    isTitleStruck: isTakenBack && !isKilled,
    mark: isTakenBack ? `${RETRACTION_SIGN}${mark}` : mark,
    title: isKilled ? short(phrases.killed) : release.title,
    url: release.url,
    facts: factsOf(release, site),
    lines: linesOf(event, isTakenBack, phrases),
    image: isTakenBack ? undefined : imageOf(release),
    links: linksOf(event, isKilled, phrases),
  };
}

/** A killed release has no title that a mark could be put before. */
function markOf({ type, release }: ReleaseEvent, phrases: Phrases): string {
  if (release.status === "killed") return "";
  const marks = {
    "release.published": "",
    "release.corrected": phrases.history.corrected,
    "release.revised": phrases.history.revised,
    "release.withdrawn": phrases.withdrawnMark,
    "release.killed": phrases.history.removed,
    "release.reinstated": phrases.history.reinstated,
  };
  const mark = marks[type];
  return mark === "" ? "" : `${short(mark)}${phrases.colon}`;
}

function factsOf(release: ReleaseView, site: Site): string {
  const { lang, type, date, datePrecision, names } = release;
  const day = datePrecision === "day" ? date : dayOf(parseInstant(date) ?? 0, site.timeZone);
  return [
    names.types[type] ?? builtInTypeName(type, lang, site),
    languageName(lang, site),
    dayInWords(day, lang, site),
    textsIn(site, lang).publisher,
  ]
    .map((fact) => cutText(oneLine(fact), CHAT_LABEL_UNITS_MAX))
    .join(" · ");
}

function linesOf(event: ReleaseEvent, isTakenBack: boolean, phrases: Phrases): ChatMessage["lines"] {
  const { release, change, reason } = event;
  // A service refuses an empty text.
  const labelled = (name: string, text = "") =>
    text === "" ? [] : [{ label: label(name, phrases), text: long(text) }];
  if (isTakenBack) {
    const state = release.status === "killed" ? [] : [short(sentence(phrases.withdrawn, phrases)).trimEnd()];
    return [
      ...[...state, short(phrases.chat.doNotUse)].map((text) => ({ label: "", text })),
      ...labelled(phrases.reason, reason),
    ];
  }
  return [
    ...labelled(phrases.reason, reason),
    ...labelled(phrases.note, change?.note),
    ...(release.summary === "" ? [] : [{ label: "", text: long(release.summary) }]),
  ];
}

function imageOf({ image }: ReleaseView): ChatMessage["image"] {
  // Chat services fetch images themselves, and only over https.
  if (image === undefined || !image.url.startsWith("https:")) return undefined;
  return { url: image.url, alt: cutText(oneLine(image.alt), CHAT_TEXT_UNITS_MAX), type: image.type };
}

function linksOf({ type, release }: ReleaseEvent, isKilled: boolean, phrases: Phrases): ChatMessage["links"] {
  if (isKilled) return [];
  const text = { text: phrases.chat.read, url: release.url };
  // The history of a text that was just published says nothing.
  const history = { text: phrases.history.title, url: historyPath(release.url) };
  const links = type === "release.published" ? [text] : isRetraction(type) ? [history] : [text, history];
  return links.map((link) => ({
    ...link,
    text: cutText(oneLine(link.text), CHAT_LABEL_UNITS_MAX),
  }));
}

/** An event of the subscription itself, in the first language of the site. */
export function controlMessage(event: ControlEvent, site: Site): ChatMessage {
  const [lang = "en"] = site.languages;
  const phrases = phrasesIn(lang, site);
  return {
    lang,
    isRightToLeft: direction(lang) === "rtl",
    isRetraction: false,
    isTitleStruck: false,
    mark: "",
    facts: cutText(oneLine(textsIn(site, lang).publisher), CHAT_LABEL_UNITS_MAX),
    url: undefined,
    image: undefined,
    links: [],
    ...controlTexts(event, phrases),
  };
}

function controlTexts(event: ControlEvent, phrases: Phrases): Pick<ChatMessage, "title" | "lines"> {
  const { chat } = phrases;
  const plain = (text: string) => ({ label: "", text: long(text) });
  switch (event.type) {
    case "operational": {
      const { subscription, what, reason } = event;
      const title = what === "subscription.disabled" ? chat.disabled : chat.givenUp;
      const name = subscription.description === undefined ? [] : [plain(subscription.description)];
      return {
        title: short(fill(title, { host: subscription.host })),
        lines: [...name, { label: label(phrases.reason, phrases), text: long(reason) }],
      };
    }
    case "subscription.test": {
      const { trial } = event;
      if (trial === undefined) return { title: short(chat.test), lines: [] };
      const [number, total] = [String(trial.number), String(trial.total)];
      return {
        title: short(fill(chat.testNumber, { number, total })),
        lines: [plain(chat.test), plain(fill(chat.shape, { shape: trial.shape }))],
      };
    }
    case "subscription.verify":
      return { title: short(chat.test), lines: [] };
  }
}

function label(name: string, { colon }: Phrases): string {
  return `${cutText(oneLine(name), CHAT_LABEL_UNITS_MAX)}${colon}`;
}

function short(text: string): string {
  return cutText(oneLine(text), CHAT_PHRASE_UNITS_MAX);
}

function long(text: string): string {
  return cutText(oneLine(text), CHAT_TEXT_UNITS_MAX);
}

/** The message in a few words, for a notification. */
export function plainText({ mark, title, facts }: ChatMessage): string {
  return [`${mark}${cutText(title, CHAT_PHRASE_UNITS_MAX)}`, facts].filter((part) => part !== "").join(" – ");
}
