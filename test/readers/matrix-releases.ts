/**
 * Every kind of release in every language of the site, each with its own instant.
 */
import { newRelease, type Release } from "../chaos/api-client.ts";
import { ALL_HOSTILE, asMarkdown } from "./hostile-texts.ts";

export const LANGUAGES = ["en", "hy", "ru", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];

export const KINDS = [
  "plain",
  "elsewhere",
  "hostile",
  "huge",
  "corrected",
  "withdrawn",
  "corrected, then withdrawn",
  "killed",
  "translated",
  "illustrated",
] as const;
export type Kind = (typeof KINDS)[number];

export interface MatrixRelease {
  kind: Kind;
  lang: Language;
  release: Release;
}

const TITLES: Record<Language, string> = {
  en: "The online session of the Council was held",
  hy: "Տեղի ունեցավ ՀԱՊԿ արտաքին գործերի նախարարների խորհրդի առցանց նիստը",
  ru: "Состоялось онлайн-заседание Совета министров иностранных дел ОДКБ",
  ar: "عُقدت الجلسة الافتراضية لمجلس وزراء الخارجية",
};

const HUGE_BYTES = 200_000;
/** One language with one byte per letter and one with two. All languages would double the time of the tests. */
const HUGE_IN: readonly Language[] = ["en", "hy"];

export function matrixReleases(): MatrixRelease[] {
  return KINDS.flatMap((kind, row) =>
    LANGUAGES.filter((lang) => kind !== "huge" || HUGE_IN.includes(lang)).map((lang, column) => ({
      kind,
      lang,
      release: newRelease(`${TITLES[lang]}: ${kind}`, {
        lang,
        type: "statement",
        topics: ["security"],
        // Dates neither rise nor fall in the order of publishing.
        date: new Date(Date.UTC(2020, column * 3, 1 + ((row * 7) % 20), row, column)).toISOString(),
        body: `${TITLES[lang]}.\n\n**${TITLES[lang]}**: [${kind}](/${lang}).`,
        ...fieldsOf(kind, lang),
      }),
    })),
  );
}

function fieldsOf(kind: Kind, lang: Language): Partial<Release> {
  switch (kind) {
    case "elsewhere":
      return { type: "speech", topics: ["culture"] };
    case "hostile":
      return {
        title: ALL_HOSTILE,
        summary: ALL_HOSTILE,
        body: asMarkdown(ALL_HOSTILE),
        source: "https://agency.example/text?id=1&lang=en#%3Cb%3E",
        image: {
          url: "https://agency.example/photo.jpg?w=1&h=2",
          alt: ALL_HOSTILE,
          credit: ALL_HOSTILE,
          caption: ALL_HOSTILE,
        },
        // Without a size.
        attachments: [
          { url: "https://agency.example/a.pdf?a=1&b=2", type: "application/pdf", title: ALL_HOSTILE },
        ],
      };
    case "huge":
      return { body: paragraphs(TITLES[lang], HUGE_BYTES) };
    case "translated":
      return { group: `translated-${lang === "en" || lang === "hy" ? "at-home" : "abroad"}` };
    case "illustrated":
      return {
        summary: `${TITLES[lang]} (summary)`,
        source: `https://agency.example/${lang}/text`,
        image: {
          url: `https://agency.example/${lang}/photo.jpg`,
          alt: `${TITLES[lang]} (alt)`,
          credit: `${TITLES[lang]} (credit)`,
          caption: `${TITLES[lang]} (caption)`,
        },
        attachments: [
          {
            url: "https://agency.example/text.pdf",
            type: "application/pdf",
            title: TITLES[lang],
            size: 12_345,
          },
          { url: "https://agency.example/speech.mp3", type: "audio/mpeg", title: "Speech", size: 9_876_543 },
          { url: "https://agency.example/hall.png", type: "image/png", size: 1 },
        ],
      };
    case "plain":
    case "corrected":
    case "withdrawn":
    case "corrected, then withdrawn":
    case "killed":
      return {};
  }
}

function paragraphs(text: string, bytes: number): string {
  const paragraph = `${`${text}. `.repeat(10)}\n\n`;
  return paragraph.repeat(Math.ceil(bytes / Buffer.byteLength(paragraph)));
}
