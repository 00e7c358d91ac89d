/**
 * The lists of the matrix, and their documents: the newest releases and every archive.
 */
import { SITE, TOPIC_NAMES } from "./matrix-site.ts";
import type { Language, MatrixRelease } from "./matrix-releases.ts";

export interface MatrixList {
  name: string;
  path: string;
  query?: string;
  title: string;
  language?: string;
  holds: (release: MatrixRelease) => boolean;
}

const hasListTerms = ({ kind }: MatrixRelease) => kind !== "elsewhere";

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
    title: `Statement · ${TOPIC_NAMES.en} – ${SITE.TITLE} – English`,
    language: "en",
    holds: (each) => each.lang === "en" && hasListTerms(each),
  },
  {
    name: "a combination of languages",
    path: "",
    query: "?type=statement&lang=ar&lang=hy",
    title: `العربية / Հայերեն · Statement – ${SITE.TITLE}`,
    holds: (each) => ["hy", "ar"].includes(each.lang) && hasListTerms(each),
  },
  {
    name: "an empty list",
    path: "/fr/types/qa",
    title: `Questions et réponses – ${SITE.TITLE} – Français`,
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
    title: `${TOPIC_NAMES[language]} – ${SITE.TITLE} – ${name}`,
    language,
    holds: (each) => each.lang === language && hasListTerms(each),
  };
}

export const FORMATS = ["rss", "atom", "json"] as const;
export type Format = (typeof FORMATS)[number];

export interface MatrixDocument {
  format: Format;
  /** The number of an archive. Undefined: the feed of the newest releases. */
  archive?: number;
  /** The older archive and, in an archive, the newer one. The newest archive links to the next, which does not exist yet. */
  older?: number | undefined;
  newer?: number | undefined;
  url: string;
  text: string;
}

export function documentUrl(list: MatrixList, format: Format, origin: string, archive?: number): string {
  const place = archive === undefined ? "" : `/archive/${archive}`;
  return `${origin}${list.path}${place}/feed.${format}${list.query ?? ""}`;
}

/** The numbers of a list's archives, newest first, found by following `next_url`. */
export async function archivesOf(list: MatrixList, origin: string): Promise<number[]> {
  const numbers: number[] = [];
  let url: string | undefined = documentUrl(list, "json", origin);
  while (url !== undefined) {
    const { next_url: next } = JSON.parse(await fetchText(url)) as { next_url?: string };
    if (next !== undefined) numbers.push(Number(/\/archive\/(\d+)\//.exec(next)?.[1]));
    if (numbers.length > ARCHIVES_MAX) throw new Error(`the archives of ${list.path} do not end`);
    url = next;
  }
  return numbers;
}

const ARCHIVES_MAX = 100;

/** The number of the next archive. It redirects to the feed that holds its future releases. */
async function findNextArchive(
  list: MatrixList,
  origin: string,
  archives: readonly number[],
): Promise<number> {
  for (let number = 1; number <= archives.length + 1; number += 1) {
    if (archives.includes(number)) continue;
    const { status } = await fetch(documentUrl(list, "json", origin, number), { redirect: "manual" });
    if (status === 302) return number;
  }
  throw new Error(`no next archive after ${archives.join()} of ${list.path}`);
}

/** All documents of a list in one format, newest first. */
export async function documentsOf(
  list: MatrixList,
  format: Format,
  origin: string,
  archives: readonly number[],
): Promise<MatrixDocument[]> {
  const documents: MatrixDocument[] = [];
  const next = await findNextArchive(list, origin, archives);
  for (const [index, archive] of [undefined, ...archives].entries()) {
    const url = documentUrl(list, format, origin, archive);
    const place = archive === undefined ? {} : { archive, newer: index === 1 ? next : archives[index - 2] };
    documents.push({ format, ...place, older: archives[index], url, text: await fetchText(url) });
  }
  return documents;
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { redirect: "error" });
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.text();
}
