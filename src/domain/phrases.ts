/**
 * What pages and feeds say of their own, in the languages that we speak. Others get English.
 */
import type { Day } from "./instant.ts";

export interface Phrases {
  everything: string;
  /** Of one type of release. */
  types: Record<string, string>;
  feeds: string;
  languages: string;
  skip: string;
  published: string;
  updated: string;
  note: string;
  source: string;
  otherLanguages: string;
  attachments: string;
  filedUnder: string;
  nothing: string;
  notFound: string;
  notFoundText: string;
  /** Banner of a withdrawn release. */
  withdrawn: string;
  /** In front of a withdrawn release's title in feeds. */
  withdrawnMark: string;
  /** Title of what is left of a killed one. */
  killed: string;
  reason: string;
  /** Banner of a translation that a correction has left behind. */
  stale: string;
}

const en: Phrases = {
  everything: "All languages",
  types: {
    "press-release": "Press release",
    statement: "Statement",
    speech: "Speech",
    interview: "Interview",
    visit: "Visit",
    qa: "Questions and answers",
  },
  feeds: "Feeds",
  languages: "Languages",
  skip: "Skip to the text",
  published: "Published",
  updated: "Updated",
  note: "What changed",
  source: "Source",
  otherLanguages: "In other languages",
  attachments: "Attachments",
  filedUnder: "Filed under",
  nothing: "Nothing has been published here yet.",
  notFound: "Not found",
  notFoundText: "There is nothing at this address.",
  withdrawn: "This text has been withdrawn",
  withdrawnMark: "Withdrawn",
  killed: "This text has been removed",
  reason: "Reason",
  stale: "A translation of this text has been corrected; this one has not followed yet.",
};

const hy: Phrases = {
  everything: "Բոլոր լեզուներով",
  types: {
    "press-release": "Մամուլի հաղորդագրություն",
    statement: "Հայտարարություն",
    speech: "Ելույթ",
    interview: "Հարցազրույց",
    visit: "Այց",
    qa: "Հարց ու պատասխան",
  },
  feeds: "Հոսքեր",
  languages: "Լեզուներ",
  skip: "Անցնել տեքստին",
  published: "Հրապարակվել է",
  updated: "Թարմացվել է",
  note: "Ինչ է փոխվել",
  source: "Աղբյուր",
  otherLanguages: "Այլ լեզուներով",
  attachments: "Կից նյութեր",
  filedUnder: "Թեմաներ",
  nothing: "Այստեղ դեռ ոչինչ չի հրապարակվել։",
  notFound: "Չի գտնվել",
  notFoundText: "Այս հասցեով ոչինչ չկա։",
  withdrawn: "Այս տեքստը հետ է կանչվել",
  withdrawnMark: "Հետ է կանչված",
  killed: "Այս տեքստը հեռացվել է",
  reason: "Պատճառը",
  stale: "Այս տեքստի մեկ այլ լեզվով տարբերակն ուղղվել է, այս մեկը դեռ չի թարմացվել։",
};

const ru: Phrases = {
  everything: "На всех языках",
  types: {
    "press-release": "Пресс-релиз",
    statement: "Заявление",
    speech: "Выступление",
    interview: "Интервью",
    visit: "Визит",
    qa: "Вопросы и ответы",
  },
  feeds: "Ленты",
  languages: "Языки",
  skip: "Перейти к тексту",
  published: "Опубликовано",
  updated: "Обновлено",
  note: "Что изменилось",
  source: "Источник",
  otherLanguages: "На других языках",
  attachments: "Приложения",
  filedUnder: "Рубрики",
  nothing: "Здесь ещё ничего не опубликовано.",
  notFound: "Не найдено",
  notFoundText: "По этому адресу ничего нет.",
  withdrawn: "Этот текст отозван",
  withdrawnMark: "Отозвано",
  killed: "Этот текст удалён",
  reason: "Причина",
  stale: "Перевод этого текста исправлен, здесь исправления ещё нет.",
};

const fr: Phrases = {
  everything: "Toutes les langues",
  types: {
    "press-release": "Communiqué de presse",
    statement: "Déclaration",
    speech: "Discours",
    interview: "Entretien",
    visit: "Visite",
    qa: "Questions et réponses",
  },
  feeds: "Flux",
  languages: "Langues",
  skip: "Aller au texte",
  published: "Publié",
  updated: "Mis à jour",
  note: "Ce qui a changé",
  source: "Source",
  otherLanguages: "Dans d’autres langues",
  attachments: "Pièces jointes",
  filedUnder: "Rubriques",
  nothing: "Rien n’a encore été publié ici.",
  notFound: "Page introuvable",
  notFoundText: "Il n’y a rien à cette adresse.",
  withdrawn: "Ce texte a été retiré",
  withdrawnMark: "Retiré",
  killed: "Ce texte a été supprimé",
  reason: "Motif",
  stale: "Une traduction de ce texte a été corrigée ; celle-ci ne l’est pas encore.",
};

const ALL: Record<string, Phrases> = { en, hy, ru, fr };

export function phrasesIn(lang: string): Phrases {
  return ALL[new Intl.Locale(lang).language] ?? en;
}

/** A language's own name: `hy` → `հայերեն`. */
export function languageName(lang: string): string {
  // workerd's Intl knows no Armenian (1.20261102.1).
  if (lang === "hy") return "Հայերեն";
  const name = new Intl.DisplayNames([lang], { type: "language" }).of(lang) ?? lang;
  return name.charAt(0).toLocaleUpperCase(lang) + name.slice(1);
}

/** Whether a language is written from right to left. */
export function direction(lang: string): "ltr" | "rtl" {
  const { language, script } = new Intl.Locale(lang).maximize();
  const rightToLeft = ["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm"];
  return rightToLeft.includes(script ?? "") || language === "ar" ? "rtl" : "ltr";
}

const ARMENIAN_MONTHS =
  "հունվարի փետրվարի մարտի ապրիլի մայիսի հունիսի հուլիսի օգոստոսի սեպտեմբերի հոկտեմբերի նոյեմբերի դեկտեմբերի".split(
    " ",
  );

/** A day in words: `1 December 2020`, `1 դեկտեմբերի, 2020 թ.` */
export function dayInWords(day: Day, lang: string): string {
  const [year = "", month = "", date = ""] = day.split("-");
  if (new Intl.Locale(lang).language === "hy") {
    return `${Number(date)} ${ARMENIAN_MONTHS[Number(month) - 1]}, ${year} թ.`;
  }
  // British order for plain English: what most of the world's English-language offices write.
  const locale = lang === "en" ? "en-GB" : lang;
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(Date.parse(day));
}
