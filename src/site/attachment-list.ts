/**
 * The attachments of a release, each with the type and the size that a reader wants to know first.
 */
import type { Element } from "hast";
import { h } from "hastscript";
import type { AttachmentView, ReleaseView } from "../domain/release.ts";
import type { Site } from "../domain/site.ts";
import { phrasesIn } from "../i18n/phrases.ts";

export function attachmentList({ attachments, lang }: ReleaseView, site: Site): Element | null {
  if (attachments.length === 0) return null;
  return h("section", { className: ["attachments"] }, [
    h("h2", phrasesIn(lang, site).attachments),
    h(
      "ul",
      attachments.map((attachment) => {
        const { url, type, title } = attachment;
        return h("li", [
          h("a", { href: url, type }, title ?? fileName(url)),
          h("span", { className: ["format"] }, ` (${formatOf(attachment, lang)})`),
          h("span", { className: ["url"], dir: "ltr" }, url),
        ]);
      }),
    ),
  ]);
}

/** `PDF, 1.2 MB`. */
function formatOf({ type, url, size }: AttachmentView, lang: string): string {
  const extension = /\.([a-z0-9]{1,5})$/i.exec(fileName(url))?.[1];
  const name = (extension ?? type.replace(/^.*[/.+-]/, "")).toUpperCase();
  return size === undefined ? name : `${name}, ${sizeInWords(size, lang)}`;
}

const UNITS = ["byte", "kilobyte", "megabyte"] as const;

function sizeInWords(bytes: number, lang: string): string {
  const power = bytes < 1_000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  return new Intl.NumberFormat(lang, {
    style: "unit",
    unit: UNITS[power],
    maximumFractionDigits: power === 2 ? 1 : 0,
  }).format(bytes / 1_000 ** power);
}

function fileName(url: string): string {
  const name = new URL(url).pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(name) || url;
  } catch {
    return name;
  }
}
