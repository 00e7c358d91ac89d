/**
 * The lists of the matrix, and their documents: of the newest releases and of every archive behind them.
 */
import { SITE, TOPIC_NAMES } from "./matrix-office.ts";
import type { Language, MatrixRelease } from "./matrix-releases.ts";

export interface MatrixList {
  name: string;
  path: string;
  query?: string;
  title: string;
  language?: string;
  holds: (release: MatrixRelease) => boolean;
}

const isFiled = ({ kind }: MatrixRelease) => kind !== "elsewhere";

export const EVERYTHING: MatrixList = { name: "everything", path: "", title: SITE.TITLE, holds: () => true };

export const LISTS: MatrixList[] = [
  EVERYTHING,
  inLanguage("en", "English"),
  inLanguage("hy", "Հայերեն"),
  inLanguage("ru", "Русский"),
  inLanguage("ar", "العربية"),
  aboutTopic("en", "English"),
  aboutTopic("ar", "العربية"),
  {
    name: "a combination in one language",
    path: "/en",
    query: "?type=statement&topic=security",
    title: `${SITE.TITLE} – English · Statement · ${TOPIC_NAMES.en}`,
    language: "en",
    holds: (each) => each.lang === "en" && isFiled(each),
  },
  {
    name: "a combination of languages",
    path: "",
    query: "?type=statement&lang=ar&lang=hy",
    title: `${SITE.TITLE} – العربية / Հայերեն · Statement`,
    holds: (each) => ["hy", "ar"].includes(each.lang) && isFiled(each),
  },
  {
    name: "an empty list",
    path: "/fr/types/qa",
    title: `${SITE.TITLE} – Français · Questions et réponses`,
    language: "fr",
    holds: () => false,
  },
];

function inLanguage(language: Language, name: string): MatrixList {
  return {
    name: `the language ${language}`,
    path: `/${language}`,
    title: `${SITE.TITLE} – ${name}`,
    language,
    holds: ({ lang }) => lang === language,
  };
}

function aboutTopic(language: Language, name: string): MatrixList {
  return {
    name: `a topic in ${language}`,
    path: `/${language}/topics/security`,
    title: `${SITE.TITLE} – ${name} · ${TOPIC_NAMES[language]}`,
    language,
    holds: (each) => each.lang === language && isFiled(each),
  };
}

export const FORMATS = ["rss", "atom", "json"] as const;
export type Format = (typeof FORMATS)[number];

export interface MatrixDocument {
  format: Format;
  /** Left out: of the newest releases. */
  archive?: number;
  url: string;
  text: string;
}

export function documentUrl(list: MatrixList, format: Format, origin: string, archive?: number): string {
  const place = archive === undefined ? "" : `/archive/${archive}`;
  return `${origin}${list.path}${place}/feed.${format}${list.query ?? ""}`;
}

/** How many archives a list has, as a reader learns of them. */
export async function archivesOf(list: MatrixList, origin: string): Promise<number> {
  const newest = await fetched(documentUrl(list, "json", origin));
  const next = (JSON.parse(newest) as { next_url?: string }).next_url;
  return Number(/\/archive\/(\d+)\//.exec(next ?? "")?.[1] ?? 0);
}

/** All documents of a list in a format, newest first. */
export async function documentsOf(
  list: MatrixList,
  format: Format,
  origin: string,
  archives: number,
): Promise<MatrixDocument[]> {
  const documents: MatrixDocument[] = [];
  for (const archive of [undefined, ...Array.from({ length: archives }, (_, index) => archives - index)]) {
    const url = documentUrl(list, format, origin, archive);
    documents.push({ format, ...(archive === undefined ? {} : { archive }), url, text: await fetched(url) });
  }
  return documents;
}

async function fetched(url: string): Promise<string> {
  const response = await fetch(url, { redirect: "error" });
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.text();
}
